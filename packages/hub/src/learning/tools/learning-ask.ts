import { z } from "zod";
import { defineLearningTool } from "../pillar.ts";
import { searchPassages } from "../searching.ts";

export default defineLearningTool({
  name: "learning_ask",
  description:
    "Answers from your own files: the passages that fit the question best, each with its file and lines to cite, and beside them, labelled as such, what the champion model writes when it reads on from the best passage. The passages are the answer; the writing is a small model's guess.",
  input: z.object({
    question: z.string().min(1).max(1000),
    passages: z.int().min(1).max(20).default(4),
    write: z.boolean().default(true).describe("let the model write too"),
  }),
  output: z.object({
    question: z.string(),
    passages: z.array(
      z.object({ path: z.string(), startLine: z.number(), endLine: z.number(), text: z.string(), score: z.number() }),
    ),
    written: z.object({ model: z.string(), version: z.number(), text: z.string(), notice: z.string() }).nullable(),
  }),
  hints: { readOnly: true },
  run: async (input, ctx, learning) => {
    const passages = [...(await searchPassages(learning.store, input.question, input.passages))];
    const champion = input.write ? await learning.versions.champion(learning.config.values["learning.model"]) : undefined;
    if (!champion) return { question: input.question, passages, written: null };
    const prompt = `${passages[0]?.text ?? ""}\n${input.question}\n`;
    const text = await learning.writer.write(champion, learning.versions.folder(champion), prompt, ctx.signal);
    const notice = "Written by the model, not taken from a file: treat it as a guess.";
    return { question: input.question, passages, written: { model: champion.model, version: champion.number, text, notice } };
  },
});
