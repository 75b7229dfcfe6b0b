import { QuantumError } from "../errors.ts";
import { identityText, type SolverIdentity } from "./solver-identity.ts";

/** A solver as Leap describes it. `properties` are as served; read them through the functions that check. */
export interface LeapSolver {
  readonly identity: SolverIdentity;
  readonly description: string;
  /** ONLINE when it takes jobs. */
  readonly status: string;
  /** From 0 (idle) to 1. */
  readonly avgLoad: number;
  readonly properties: Readonly<Record<string, unknown>>;
  /** Read from the properties: qpu, hybrid, software or another word; "" when not said. */
  readonly category: string;
  readonly problemTypes: readonly string[];
}

/** The working graph of a QPU: qubits and couplers in the order in which Leap encodes biases. */
export interface WorkingGraph {
  readonly qubits: readonly number[];
  readonly couplers: readonly (readonly [number, number])[];
  /** Of the full chip; indices are below it. */
  readonly numQubits: number;
}

const mostQubits = 1_000_000;

/** One entry of a solver list, its static and its dynamic part merged. Throws LEAP_BAD_RESPONSE. */
export function parseSolver(fixed: unknown, moving: unknown, url: string): LeapSolver {
  const identity = identityIn(fixed);
  if (identity === undefined)
    throw new QuantumError("LEAP_BAD_RESPONSE", { url, wanted: "solvers with an identity {name, version?}", got: fixed });
  const fields = recordOf(fixed);
  const dynamic = recordOf(moving);
  const properties = recordOf(fields.properties);
  const { category, supported_problem_types: types } = properties;
  return {
    identity,
    description: typeof fields.description === "string" ? fields.description : "",
    status: typeof dynamic.status === "string" ? dynamic.status : "offline",
    avgLoad: typeof dynamic.avg_load === "number" ? dynamic.avg_load : 0,
    properties,
    category: typeof category === "string" ? category : "",
    problemTypes: Array.isArray(types) ? types.filter((type) => typeof type === "string") : [],
  };
}

/** The identity in an answer of Leap; undefined when there is none. */
export function identityIn(value: unknown): SolverIdentity | undefined {
  const { identity } = recordOf(value);
  const { name, version } = recordOf(identity);
  if (typeof name !== "string" || name === "") return undefined;
  const parts = Object.entries(recordOf(version)).flatMap(([key, v]) => (typeof v === "string" ? [[key, v]] : []));
  return { name, ...(parts.length === 0 ? {} : { version: Object.fromEntries(parts) }) };
}

/** The text by which messages name a solver. */
export function solverName(solver: LeapSolver): string {
  return identityText(solver.identity);
}

/** The working graph of a QPU. Throws LEAP_PROBLEM_INVALID when the solver has none. */
export function workingGraph(solver: LeapSolver): WorkingGraph {
  const { qubits, couplers, num_qubits: numQubits } = solver.properties;
  const isIndex = (q: unknown): q is number => Number.isSafeInteger(q) && Number(q) >= 0 && Number(q) < mostQubits;
  const isPair = (c: unknown): c is [number, number] => Array.isArray(c) && c.length === 2 && c.every(isIndex);
  if (!Array.isArray(qubits) || !qubits.every(isIndex) || !Array.isArray(couplers) || !couplers.every(isPair))
    throw new QuantumError("LEAP_PROBLEM_INVALID", {
      what: solverName(solver),
      wanted: "a solver with qubits and couplers",
      got: solver.category,
    });
  const least = qubits.reduce((most, q) => Math.max(most, q + 1), 0);
  return { qubits, couplers, numQubits: isIndex(numQubits) ? Math.max(numQubits, least) : least };
}

/** A value as a record, empty when it is no object. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  return value as Record<string, unknown>; // why: any object may be read by field names; what is found is checked by the caller
}
