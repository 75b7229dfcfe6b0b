import { QuantumError } from "../errors.ts";
import { identityIn, recordOf } from "./solver.ts";
import type { SolverIdentity } from "./solver-identity.ts";

/** What Leap says of one job. `answer` is as served, not yet decoded. */
export interface ProblemStatus {
  readonly id: string;
  /** PENDING, IN_PROGRESS, COMPLETED, FAILED, CANCELLED, or a word that Leap adds. */
  readonly status: string;
  readonly type?: string;
  readonly label?: string;
  readonly solver?: SolverIdentity;
  readonly submittedOn?: string;
  readonly solvedOn?: string;
  /** Why it failed. */
  readonly message?: string;
  readonly answer?: Readonly<Record<string, unknown>>;
}

/** A job of a batch that Leap did not take. */
export interface Refusal {
  readonly refused: { readonly code: number; readonly message: string };
}

/** Whether nothing more will happen to a job in this status. */
export function isOver(status: string): boolean {
  return status !== "PENDING" && status !== "IN_PROGRESS";
}

/** Reads a status. Throws LEAP_BAD_RESPONSE. */
export function parseStatus(value: unknown, url: string): ProblemStatus {
  const status = statusIn(value);
  if (status === undefined) throw new QuantumError("LEAP_BAD_RESPONSE", { url, wanted: "a status with id", got: value });
  return status;
}

/** Reads a list of statuses. Throws LEAP_BAD_RESPONSE. */
export function parseStatuses(value: unknown, url: string): readonly ProblemStatus[] {
  if (!Array.isArray(value)) throw new QuantumError("LEAP_BAD_RESPONSE", { url, wanted: "a list of statuses", got: value });
  return value.map((item) => parseStatus(item, url));
}

/** Reads one item of the answer to a batch; undefined for null or nonsense, which says nothing about the job. */
export function parseReply(value: unknown): ProblemStatus | Refusal | undefined {
  const { error_code: code, error_msg: message } = recordOf(value);
  if (code !== undefined || message !== undefined)
    return { refused: { code: Number(code) || 0, message: String(message ?? "") } };
  return statusIn(value);
}

function statusIn(value: unknown): ProblemStatus | undefined {
  const { id, status, type, label, solver, submitted_on, solved_on, error_message, answer } = recordOf(value);
  if (typeof id !== "string" || id === "" || typeof status !== "string") return undefined;
  const text = <K extends string>(name: K, field: unknown): { readonly [P in K]?: string } => {
    const some: { [P in K]?: string } = {};
    if (typeof field === "string") some[name] = field;
    return some;
  };
  // Older servers name the solver by a bare text.
  const identity = identityIn({ identity: typeof solver === "string" ? { name: solver } : solver });
  return {
    id,
    status,
    ...text("type", type),
    ...text("label", label),
    ...(identity === undefined ? {} : { solver: identity }),
    ...text("submittedOn", submitted_on),
    ...text("solvedOn", solved_on),
    ...text("message", error_message),
    ...(typeof answer === "object" && answer !== null ? { answer: recordOf(answer) } : {}),
  };
}
