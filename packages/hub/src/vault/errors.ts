import { defineErrors } from "../base/errors.ts";

export const vaultErrors = defineErrors({
  VAULT_KEY_INVALID: {
    status: 500,
    text: (d: { from: string; wanted: string; got: string }) =>
      `the vault's key from ${d.from}: wanted ${d.wanted}; got ${d.got}`,
  },
  VAULT_KEY_UNKNOWN: {
    status: 500,
    text: (d: { name: string; keyId: string; known: readonly string[] }) =>
      `the secret ${d.name} was sealed with the vault key ${d.keyId}; known are ${d.known.join(", ") || "none"} (vault.key)`,
  },
  VAULT_DAMAGED: {
    status: 500,
    text: (d: { name: string }) =>
      `the secret ${d.name} does not open: what is in the store is not what was sealed; put it again`,
  },
  VAULT_OPERATOR_ONLY: {
    status: 403,
    text: (d: { principal: string }) => `secrets are kept by the operator alone; got ${d.principal}`,
  },
});
