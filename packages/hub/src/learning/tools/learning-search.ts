import { z } from "zod";
import { defineLearningTool } from "../pillar.ts";
import { searchPassages } from "../searching.ts";

export default defineLearningTool({
  name: "learning_search",
  description: "Finds passages of the ingested files by words and by vector together, each with its file and lines.",
  input: z.object({ query: z.string().min(1).max(1000), limit: z.int().min(1).max(50).default(8) }),
  output: z.object({
    passages: z.array(
      z.object({ path: z.string(), startLine: z.number(), endLine: z.number(), text: z.string(), score: z.number() }),
    ),
  }),
  hints: { readOnly: true },
  run: async (input, _ctx, learning) => ({ passages: [...(await searchPassages(learning.store, input.query, input.limit))] }),
});
