import { z } from "zod";
import { secretName, secretNote } from "../secret-fields.ts";
import { asOperator, defineVaultTool } from "../vault.ts";

export default defineVaultTool({
  name: "vault_put_secret",
  description:
    "Keeps a secret (a token, a key of a service), sealed, in place of an earlier one of its name. Nothing gives it back: the hub uses it where its name is named. For the operator alone. The hub itself uses: leap-token (D-Wave's Leap).",
  input: z.object({ name: secretName, secret: z.string().min(1).max(65_536) }),
  output: secretNote,
  hints: { secrets: ["secret"] },
  run: ({ name, secret }, { principal }, vault) => {
    asOperator(principal);
    return vault.put(name, secret, principal.id);
  },
});
