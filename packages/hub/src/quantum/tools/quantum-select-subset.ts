import { z } from "zod";
import { defineQuantumTool } from "../pillar.ts";

export default defineQuantumTool({
  name: "quantum_select_subset",
  description:
    "Chooses items that together look most like the whole collection without repeating it (least maximum mean discrepancy), within a budget of total size, by QUBO on an annealer or greedily. The score is 1 for a perfect likeness of the collection; a random choice of the same size and those of greedy, k-centre and kernel herding are scored beside it, and `best` says which won.",
  input: z.object({
    vectors: z.array(z.array(z.number())).min(1).max(20_000).describe("one unit-length vector for each item"),
    sizes: z.array(z.number().positive()).describe("what each item costs of the budget"),
    budget: z.number().positive(),
    method: z.enum(["qubo", "greedy"]).default("qubo"),
    seconds: z.number().min(0.05).max(600).default(5),
    seed: z.int().min(0).default(1),
  }),
  output: z.object({
    selected: z.array(z.int()),
    score: z.number(),
    coverage: z.number(),
    redundancy: z.number(),
    size: z.number(),
    randomScore: z.number(),
    greedyScore: z.number(),
    kCentreScore: z.number(),
    herdingScore: z.number(),
    best: z
      .enum(["random", "k-centre", "herding", "greedy", "qubo"])
      .describe("which of the choices has the highest score; at equal scores the simpler"),
    timeMs: z.number(),
    provenance: z.record(z.string(), z.json()),
  }),
  hints: { readOnly: true },
  run: async (input, ctx, solving) => {
    const { vectors, ...rest } = input;
    const embeddings = new Float32Array(vectors.reduce((sum, vector) => sum + vector.length, 0));
    let at = 0;
    for (const vector of vectors) {
      embeddings.set(vector, at);
      at += vector.length;
    }
    const { provenance, ...answer } = await solving.select({ ...rest, embeddings, dimensions: vectors[0]?.length ?? 0 }, ctx);
    return { ...answer, provenance: JSON.parse(JSON.stringify(provenance)) };
  },
});
