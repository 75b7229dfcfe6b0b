/** Who a caller is in a session: the party whose turn it may take, and the writer its mandate knows it as. */
import { baseErrors } from "../../base/errors.ts";
import type { Principal } from "../../base/tool.ts";
import type { Writer } from "./mandate.ts";
import type { KeptBargain } from "./records.ts";

/** The party that a caller acts for: itself, or, for the operator, any party by name. Throws NOT_FOUND to strangers. */
export function partyOf({ id, session }: KeptBargain, principal: Principal, named: string | undefined): string {
  const party = principal.kind === "operator" ? (named ?? principal.id) : principal.id;
  const foreign = named !== undefined && named !== party;
  if (foreign || !session.terms.parties.some(({ name }) => name === party))
    throw baseErrors.NOT_FOUND({ what: "negotiation of yours", id });
  return party;
}

/** How a mandate knows a caller. */
export function writerOf(principal: Principal): Writer {
  return principal.kind === "operator" ? "operator" : "agent";
}
