/** Who may take part in something of many parties, and who a caller is there. */
import type { Registry } from "../a2a/registry.ts";
import { baseErrors } from "../base/errors.ts";
import { operator } from "../base/principals.ts";
import type { Principal } from "../base/tool.ts";
import { negotiationErrors } from "./errors.ts";

// As hub_add_principal gives names: they become names of key files, too.
const clientName = /^client:[a-z0-9][a-z0-9-]{0,62}$/;

/** Whether a name is one that a client can have. */
export function isClientName(name: string): boolean {
  return clientName.test(name);
}

/** Checks names from outside: agents of the hub, clients, the operator, each once. Throws PARTIES_INVALID. */
export function checkParticipants(field: string, names: readonly string[], registry: Pick<Registry, "has">): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw negotiationErrors.PARTIES_INVALID({ field, wanted: "each name once", got: name });
    seen.add(name);
    if (name !== operator.id && !isClientName(name) && !registry.has(name))
      throw negotiationErrors.PARTIES_INVALID({
        field,
        wanted: 'names of agents of this hub, of clients ("client:NAME"), or "operator"',
        got: name,
      });
  }
}

/** Whom a caller acts for: itself or, for the operator, whoever it names. To others a foreign name is not there. Throws NOT_FOUND. */
export function actingAs(what: string, id: string, principal: Principal, named: string | undefined): string {
  if (named === undefined || named === principal.id) return principal.id;
  if (principal.kind !== "operator") throw baseErrors.NOT_FOUND({ what, id });
  return named;
}
