import { z } from "zod";
import { defineModelsTool } from "../desk.ts";

export default defineModelsTool({
  name: "models_list",
  description:
    "The language models that you may have bargain for you (`model` of negotiate_start): their names, what they have used since the hub started, and how often they failed. Keys are never shown.",
  input: z.object({}),
  output: z.object({
    models: z.array(
      z.object({
        name: z.string(),
        model: z.string(),
        isDefault: z.boolean(),
        url: z.string().nullable().describe("for the operator"),
        clients: z.boolean().describe("whether clients and agents may use it"),
        key: z
          .enum(["environment", "kept", "none", "missing"])
          .nullable()
          .describe("for the operator: where its key comes from; missing where the environment should have one"),
        requests: z.number(),
        failures: z.number(),
        promptTokens: z.number(),
        completionTokens: z.number(),
        lastFailure: z.string().nullable().describe("the code of the newest failure"),
      }),
    ),
  }),
  hints: { readOnly: true },
  run: async (_input, { principal }, models) => {
    const own = principal.kind === "operator";
    return { models: models.list(principal.id).map((one) => (own ? one : { ...one, url: null, key: null })) };
  },
});
