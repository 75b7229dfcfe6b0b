import { z } from "zod";
import { defineQuantumTool } from "../pillar.ts";
import { problemFields, sourceOf } from "../problem-fields.ts";
import { effortFields, solveAnswerSchema, solveFields, solveOptions } from "../solve-fields.ts";

export default defineQuantumTool({
  name: "quantum_solve",
  description:
    "Minimises a QUBO, an Ising model or a quadratic model with constraints, or maximises a cut, with a sampler chosen for it: exact for the smallest, tabu for dense, annealing for sparse ones. Give one of `terms`, `cqm`, `text` with its `format`, `file` or `model`. Energies and constraints are checked in double precision on the model itself; the answer says which solver found it, how, and the improvements on the way.",
  input: z.object({
    ...problemFields,
    ...solveFields,
    ...effortFields,
    resolution: z.number().positive().optional().describe("the step of real variables; models with reals want it"),
    target: z.number().optional().describe("stop at this energy; not with constraints"),
  }),
  output: solveAnswerSchema,
  hints: { readOnly: true, pure: true },
  run: async (input, ctx, solving) => {
    const problem = await sourceOf(input, ctx, solving);
    return solving.solve({ problem, ...solveOptions(input) }, ctx);
  },
});
