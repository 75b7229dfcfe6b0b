/** The opener's word that a vote or an auction is over. */
import { baseErrors } from "../../base/errors.ts";
import type { Principal } from "../../base/tool.ts";
import { writerOf } from "../bargains/party.ts";
import type { Assemblies } from "./assemblies.ts";
import { viewerOf } from "./view.ts";

/** Closes or calls off, for the opener or the operator; gives the opener. Throws NOT_FOUND to others, ACT_REFUSED when it is over. */
export async function closing(
  assemblies: Assemblies,
  id: string,
  principal: Principal,
  callOff: boolean,
  reason: string | undefined,
): Promise<string> {
  const kept = await assemblies.read(id);
  viewerOf(kept, principal, undefined);
  const { openedBy, terms } = kept;
  if (principal.kind !== "operator" && principal.id !== openedBy)
    throw baseErrors.NOT_FOUND({ what: terms.kind === "vote" ? "vote that you opened" : "auction that you opened", id });
  // A price that nobody has taken is no bid: there is nothing to award.
  const off = callOff || terms.kind === "dutch";
  const event = off
    ? ({ type: "cancel", ...(reason === undefined ? {} : { reason }) } as const)
    : ({ type: "close", from: openedBy } as const);
  await assemblies.act(id, event, writerOf(principal));
  return openedBy;
}
