import { z } from "zod";
import { asOperator, defineVaultTool } from "../vault.ts";

export default defineVaultTool({
  name: "vault_rotate_key",
  description:
    "Changes the vault's key: secrets are sealed with a new one, or with the first of those that vault.key names, and are usable all the while. `secrets` says how many were sealed with another before. For the operator alone.",
  input: z.object({}),
  output: z.object({ keyId: z.string(), secrets: z.number() }),
  hints: {},
  run: async (_input, { principal }, vault) => {
    asOperator(principal);
    return { ...(await vault.rotate(principal.id)) };
  },
});
