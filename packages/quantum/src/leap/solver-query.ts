import type { LeapSolver } from "./solver.ts";
import { recordOf } from "./solver.ts";

/** Which solvers fit: every field that is given must hold. */
export interface SolverQuery {
  readonly name?: string | RegExp;
  readonly graphId?: string;
  readonly category?: "qpu" | "hybrid" | "software";
  /** The solver must take all of these: ising, qubo, bqm, cqm, dqm, nl. */
  readonly problemTypes?: readonly string[];
  /** Of working qubits. */
  readonly minQubits?: number;
  /** chimera, pegasus or zephyr. */
  readonly topology?: string;
  /** Defaults to true; false wants the solvers that are not. */
  readonly online?: boolean;
  /** The solver must know all these parameters. */
  readonly parameters?: readonly string[];
  /** "avg_load" (the default), "num_active_qubits", "name", or a numeric property; a minus in front turns the order round. */
  readonly orderBy?: string;
}

/** The solvers that fit, best first. Pure. */
export function solversFor(solvers: readonly LeapSolver[], query: SolverQuery): readonly LeapSolver[] {
  const { orderBy = "avg_load" } = query;
  const descending = orderBy.startsWith("-");
  const property = descending ? orderBy.slice(1) : orderBy;
  const keyed = solvers.filter((solver) => fits(solver, query)).map((solver) => ({ solver, key: keyOf(solver, property) }));
  keyed.sort((a, b) => {
    // Without a value: last, in either order.
    if (a.key === undefined || b.key === undefined) return Number(a.key === undefined) - Number(b.key === undefined);
    const difference = a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
    return descending ? -difference : difference;
  });
  return keyed.map(({ solver }) => solver);
}

function fits(solver: LeapSolver, query: SolverQuery): boolean {
  const { name, graphId, category, problemTypes = [], minQubits, topology, online = true, parameters = [] } = query;
  const { properties, identity } = solver;
  const known = recordOf(properties.parameters);
  return (
    (name === undefined || (typeof name === "string" ? identity.name === name : name.test(identity.name))) &&
    (graphId === undefined || identity.version?.graph_id === graphId) &&
    (category === undefined || solver.category === category) &&
    problemTypes.every((type) => solver.problemTypes.includes(type)) &&
    (minQubits === undefined || qubitCount(solver) >= minQubits) &&
    (topology === undefined || recordOf(properties.topology).type === topology) &&
    (solver.status.toUpperCase() === "ONLINE") === online &&
    parameters.every((parameter) => Object.hasOwn(known, parameter))
  );
}

function keyOf(solver: LeapSolver, property: string): number | string | undefined {
  if (property === "avg_load") return solver.avgLoad;
  if (property === "name") return solver.identity.name;
  if (property === "num_active_qubits") return qubitCount(solver);
  const value = solver.properties[property];
  return typeof value === "number" ? value : undefined;
}

function qubitCount({ properties }: LeapSolver): number {
  return Array.isArray(properties.qubits) ? properties.qubits.length : 0;
}
