import { z } from "zod";
import { secretNote } from "../secret-fields.ts";
import { asOperator, defineVaultTool } from "../vault.ts";

export default defineVaultTool({
  name: "vault_list_secrets",
  description:
    "The names of the secrets that are kept, who put them and when, and with which key of the vault they are sealed. For the operator alone.",
  input: z.object({}),
  output: z.object({ secrets: z.array(secretNote) }),
  hints: { readOnly: true },
  run: async (_input, { principal }, vault) => {
    asOperator(principal);
    return { secrets: [...(await vault.list())] };
  },
});
