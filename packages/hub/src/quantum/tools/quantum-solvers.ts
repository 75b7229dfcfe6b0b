import { z } from "zod";
import { localSolvers } from "../local-solvers.ts";
import { defineQuantumTool } from "../pillar.ts";

export default defineQuantumTool({
  name: "quantum_solvers",
  description:
    "The solvers that quantum_solve and the quantum_problem_* tools can be asked for by name: what each is for, how large a model it takes, where it runs, and whether it is classical, hybrid or quantum. auto chooses by size and density, and tries two where the choice is open.",
  input: z.object({}),
  output: z.object({
    solvers: z.array(
      z.object({
        name: z.string(),
        where: z.enum(["hub", "leap"]),
        kind: z.enum(["classical", "hybrid", "quantum"]),
        for: z.string(),
        maxVariables: z.number().nullable(),
      }),
    ),
    threads: z.number().describe("most threads that one solve gets here"),
  }),
  hints: { readOnly: true },
  run: async (_input, _ctx, solving) => ({ solvers: [...(await localSolvers())], threads: solving.mostThreads }),
});
