import { z } from "zod";
import { secretName } from "../secret-fields.ts";
import { asOperator, defineVaultTool } from "../vault.ts";

export default defineVaultTool({
  name: "vault_forget_secret",
  description: "Forgets a secret; `forgotten` says whether there was one. For the operator alone.",
  input: z.object({ name: secretName }),
  output: z.object({ name: z.string(), forgotten: z.boolean() }),
  hints: { destructive: true, idempotent: true },
  run: async ({ name }, { principal }, vault) => {
    asOperator(principal);
    return { name, forgotten: await vault.forget(name, principal.id) };
  },
});
