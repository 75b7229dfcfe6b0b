import { QuantumError } from "../errors.ts";
import type { LeapAnswer } from "./answer.ts";
import type { JobSpec } from "./journal.ts";
import type { ProblemStatus } from "./problem-status.ts";
import type { JobTiming } from "./timing.ts";

/** A finished job: what it found and what it cost. */
export interface LeapResult {
  readonly key: string;
  readonly id: string;
  readonly label: string;
  readonly type: string;
  /** The solver's identity as text. */
  readonly solver: string;
  /** ISO times of Leap. */
  readonly submittedOn?: string;
  readonly solvedOn?: string;
  readonly timing: JobTiming;
  readonly answer: LeapAnswer;
}

/** A job at Leap, or on its way there. */
export interface LeapJob {
  readonly key: string;
  /** What Leap knows it by before it has an id. */
  readonly label: string;
  /** Leap's id, once it has accepted. */
  readonly submitted: Promise<string>;
  /** Rejects with LEAP_JOB_REFUSED, LEAP_JOB_FAILED, LEAP_JOB_CANCELLED, LEAP_SOLVER_OFFLINE, LEAP_JOB_UNRECONCILED and transport codes. */
  readonly result: Promise<LeapResult>;
  /** Asks that it be not run; resolves when the wish is recorded. Works before Leap has given an id. A job that runs already may finish. */
  cancel(): Promise<void>;
}

/** A job on its way through a client: what is known of it and who waits for it. */
export class TrackedJob {
  readonly spec: JobSpec;
  /** Of the problem; a QPU's answer comes without it. */
  readonly offset: number;
  readonly #submitted = Promise.withResolvers<string>();
  readonly #finished = Promise.withResolvers<ProblemStatus>();
  id: string | undefined;
  /** Whether an intent with this label is in the journal. */
  intended = false;
  /** How often a request with it may have reached Leap. */
  tries = 0;
  /** Successive polls that did not know it. */
  misses = 0;
  cancelWanted = false;
  /** Whether the wish is in the journal. */
  cancelNoted = false;
  cancelSent = false;

  constructor(spec: JobSpec) {
    this.spec = spec;
    const { offset } = spec.data;
    this.offset = typeof offset === "number" ? offset : 0;
    // Whoever does not wait for a job need not handle its end.
    this.#submitted.promise.catch(() => undefined);
    this.#finished.promise.catch(() => undefined);
  }

  get key(): string {
    return this.spec.key;
  }

  get submitted(): Promise<string> {
    return this.#submitted.promise;
  }

  get finished(): Promise<ProblemStatus> {
    return this.#finished.promise;
  }

  accept(id: string): void {
    this.id = id;
    this.#submitted.resolve(id);
  }

  finish(status: ProblemStatus): void {
    if (status.id === "") this.#submitted.reject(endError(this.key, status));
    else this.#submitted.resolve(status.id);
    this.#finished.resolve(status);
  }

  fail(error: unknown): void {
    this.#submitted.reject(error);
    this.#finished.reject(error);
  }

  /** The body of its request, without the key, which is ours alone. */
  body(): Readonly<Record<string, unknown>> {
    const { solver, data, type, params, label } = this.spec;
    return { solver, data, type, params, label };
  }
}

/** The error that a last status stands for; undefined for a completed job. */
export function endError(key: string, { id, status, message = "no message" }: ProblemStatus): QuantumError | undefined {
  if (status === "COMPLETED") return undefined;
  if (status === "CANCELLED") return new QuantumError("LEAP_JOB_CANCELLED", { key, id: id === "" ? null : id });
  if (/solver is offline/i.test(message)) return new QuantumError("LEAP_SOLVER_OFFLINE", { id, message });
  return new QuantumError("LEAP_JOB_FAILED", { id, message });
}
