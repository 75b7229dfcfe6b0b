import { identityText, type LeapSolver } from "@entente/quantum";
import { z } from "zod";
import { asEntenteError } from "../../../base/errors.ts";
import { localSolvers, type SolverEntry } from "../../local-solvers.ts";
import { defineJobsTool } from "../jobs.ts";

export default defineJobsTool({
  name: "quantum_solvers",
  description:
    "The solvers there are: those of this hub, which quantum_solve and the quantum_problem_* tools can be asked for by name, and those of the hub's account at D-Wave's Leap, to which quantum_job_submit sends. What each is for, how large a model it takes, and whether it is classical, hybrid or quantum. auto chooses by size and density, and tries two where the choice is open.",
  input: z.object({}),
  output: z.object({
    solvers: z.array(
      z.object({
        name: z.string(),
        where: z.enum(["hub", "leap"]),
        kind: z.enum(["classical", "hybrid", "quantum"]),
        for: z.string(),
        maxVariables: z.number().nullable(),
        status: z.string().nullable().describe("of one at Leap: ONLINE when it takes jobs"),
      }),
    ),
    threads: z.number().describe("most threads that one solve gets here"),
    leap: z.string().nullable().describe("why the solvers at Leap are not listed; null when they are, or no token is set"),
  }),
  hints: { readOnly: true },
  run: async (_input, { signal }, jobs) => {
    const local = (await localSolvers()).map((solver) => ({ ...solver, status: null }));
    const { mostThreads: threads } = jobs.solving;
    try {
      const remote = (await jobs.solvers(signal)).map(remoteEntry);
      return { solvers: [...local, ...remote], threads, leap: null };
    } catch (error) {
      signal.throwIfAborted();
      const { code, message } = asEntenteError(error);
      return { solvers: local, threads, leap: `${code}: ${message}` };
    }
  },
});

function remoteEntry(solver: LeapSolver): SolverEntry & { readonly status: string } {
  const { identity, description, status, properties, category, problemTypes } = solver;
  const { num_qubits: qubits, maximum_number_of_variables: variables } = properties;
  const most = category === "qpu" ? qubits : variables;
  return {
    name: identityText(identity),
    where: "leap",
    kind: category === "qpu" ? "quantum" : category === "hybrid" ? "hybrid" : "classical",
    for: description || problemTypes.join(", "),
    maxVariables: typeof most === "number" ? most : null,
    status,
  };
}
