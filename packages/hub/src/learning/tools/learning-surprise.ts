import { z } from "zod";
import { defineLearningTool } from "../pillar.ts";
import { findSurprises } from "../surprise.ts";

export default defineLearningTool({
  name: "learning_surprise",
  description:
    "Lists the files that the champion model finds most unusual for their kind, in bits per byte: a small model of your own files is good at saying what does not look like the rest.",
  input: z.object({
    limit: z.int().min(1).max(100).default(15),
    sample: z.int().min(1).max(5000).default(400).describe("at most so many files are read"),
  }),
  output: z.object({
    model: z.string(),
    version: z.number(),
    measured: z.number(),
    files: z.array(
      z.object({ path: z.string(), slice: z.string(), bytes: z.number(), bitsPerByte: z.number(), ratio: z.number() }),
    ),
  }),
  hints: { readOnly: true },
  run: async (input, ctx, learning) => {
    const found = await findSurprises(learning, input.sample, input.limit, ctx);
    return { ...found, files: [...found.files] };
  },
});
