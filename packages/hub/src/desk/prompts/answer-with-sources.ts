import { z } from "zod";
import type { Prompt } from "../../base/resource.ts";

const found = z.object({
  passages: z.array(z.object({ path: z.string(), startLine: z.number(), endLine: z.number(), text: z.string() })),
});

const prompt: Prompt = {
  name: "answer_with_sources",
  description:
    "A question together with the passages of the ingested files that fit it best, for your own model to answer with citations.",
  arguments: [{ name: "question", description: "what you want to know", required: true }],
  render: async ({ question = "" }, ctx) => {
    const { passages } = found.parse(await ctx.call("learning_search", { query: question, limit: 6 }));
    const quoted = passages.map((passage) => `--- ${passage.path}:${passage.startLine}-${passage.endLine}\n${passage.text}`);
    return `Answer the question from the passages below and cite each claim as path:line. If they do not answer it, say so.\n\nQuestion: ${question}\n\n${quoted.join("\n")}`;
  },
};
export default prompt;
