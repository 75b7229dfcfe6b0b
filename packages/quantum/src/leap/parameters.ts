import { QuantumError } from "../errors.ts";
import { type LeapSolver, recordOf, solverName, workingGraph } from "./solver.ts";

/** Parameters of a job, as the solver names them. `initial_state` may be a map from qubit to value. */
export type JobParameters = Readonly<Record<string, unknown>>;

/**
 * Parameters as they travel: unknown ones are refused (LEAP_PARAMETER_UNKNOWN) unless they begin with x_, ranges that the solver
 * publishes are kept (LEAP_PROBLEM_INVALID), and `initial_state` becomes a list over the chip with 3 for unused qubits.
 */
export function checkedParameters(solver: LeapSolver, type: string, params: JobParameters): JobParameters {
  const known = recordOf(solver.properties.parameters);
  for (const parameter of Object.keys(params)) {
    if (!Object.hasOwn(known, parameter) && !parameter.startsWith("x_"))
      throw new QuantumError("LEAP_PARAMETER_UNKNOWN", { parameter, solver: solverName(solver), known: Object.keys(known) });
  }
  for (const [parameter, property] of ranged) {
    const value = params[parameter];
    const range = solver.properties[property];
    if (value === undefined || !Array.isArray(range) || range.length !== 2) continue;
    const [least, most] = range;
    if (typeof value !== "number" || typeof least !== "number" || typeof most !== "number" || !(value >= least && value <= most))
      throw new QuantumError("LEAP_PROBLEM_INVALID", {
        what: parameter,
        wanted: `a number from ${least} to ${most}`,
        got: value,
      });
  }
  const { initial_state: state } = params;
  if (state === undefined || Array.isArray(state)) return params;
  return { ...params, initial_state: stateList(solver, type, state) };
}

const ranged = [
  ["num_reads", "num_reads_range"],
  ["annealing_time", "annealing_time_range"],
  ["programming_thermalization", "programming_thermalization_range"],
  ["readout_thermalization", "readout_thermalization_range"],
] as const;

function stateList(solver: LeapSolver, type: string, state: unknown): readonly number[] {
  const { numQubits } = workingGraph(solver);
  const list: number[] = new Array(numQubits).fill(3);
  const entries = state instanceof Map ? [...state] : Object.entries(recordOf(state));
  for (const [qubit, value] of entries) {
    const at = Number(qubit);
    if (!Number.isSafeInteger(at) || at < 0 || at >= numQubits || typeof value !== "number")
      throw new QuantumError("LEAP_PROBLEM_INVALID", {
        what: "initial_state",
        wanted: `qubits below ${numQubits} with -1, 0, 1 or 3`,
        got: [qubit, value],
      });
    if (value !== 3) list[at] = value <= 0 ? (type === "ising" ? -1 : 0) : 1;
  }
  return list;
}
