import { z } from "zod";
import { chipFields } from "../chip-fields.ts";
import { defineQuantumTool } from "../pillar.ts";

export default defineQuantumTool({
  name: "quantum_topology",
  description:
    "A quantum chip without defects: how many qubits and couplers, how many neighbours a qubit has, and, page by page, its graph.",
  input: z.object({
    ...chipFields,
    page: z
      .object({ from: z.int().min(0).default(0), count: z.int().min(1).max(20_000).default(5000) })
      .optional()
      .describe("couplers to list; none unless given"),
  }),
  output: z.object({
    topology: chipFields.topology,
    shape: z.array(z.number()),
    qubits: z.number(),
    couplers: z.number(),
    degree: z.object({ min: z.number(), max: z.number(), mean: z.number() }),
    graph: z
      .object({
        couplers: z.array(z.array(z.number()).length(2)),
        next: z.number().nullable().describe("where the next page begins"),
      })
      .nullable(),
  }),
  hints: { readOnly: true },
  run: async ({ topology, shape, page }, ctx, solving) => {
    const { type, ...answer } = await solving.topology({ type: topology, shape, ...(page ? { page } : {}) }, ctx);
    return { topology: type, ...answer };
  },
});
