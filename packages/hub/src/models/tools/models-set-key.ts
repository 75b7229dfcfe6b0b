import { z } from "zod";
import { defineModelsTool } from "../desk.ts";
import { modelErrors } from "../errors.ts";

export default defineModelsTool({
  name: "models_set_key",
  description:
    "Keeps the key of a configured language model in the data folder (mode 0600), for those whose key is not in the environment. Null forgets it. It is never recorded or shown. For the operator alone.",
  input: z.object({
    endpoint: z.string().min(1).max(64),
    key: z
      .string()
      .regex(/^[\x21-\x7e]{1,4000}$/, "wanted printable ASCII without spaces")
      .nullable(),
  }),
  output: z.object({ endpoint: z.string(), kept: z.boolean() }),
  hints: { secrets: ["key"], idempotent: true },
  run: async ({ endpoint, key }, { principal }, models) => {
    if (principal.kind !== "operator") throw modelErrors.MODEL_FORBIDDEN({ principal: principal.id });
    models.keepKey(models.resolve(endpoint, principal.id), key ?? undefined);
    return { endpoint, kept: key !== null };
  },
});
