/**
 * What leaves of a model's act. A model that knows what its party wants can be talked into telling it, so nothing that it wrote leaves
 * unless a mandate says so: only the typed offer does, with a sentence of the hub's own. Pure.
 */
import type { NegotiationAct } from "@entente/sdk";
import type { Mandate } from "../mandate.ts";
import { sentence } from "../turn.ts";
import { quotation } from "./quotation.ts";

const mostWords = 500;

/** Whether the party's model may speak in its own words: some mandate says so, and none forbids it. */
export function speaksFreely(mandates: readonly Mandate[]): boolean {
  return mandates.some(({ speech }) => speech === "free") && mandates.every(({ speech }) => speech !== "none");
}

/** A model's act as the others are told it. */
export function outward(act: NegotiationAct, mandates: readonly Mandate[]): NegotiationAct {
  const text = act.text !== undefined && speaksFreely(mandates) ? quotation(act.text, mostWords) : "";
  if (act.act === "offer")
    return { act: "offer", offer: act.offer, text: text || `An offer: ${sentence(act.offer)}.`.slice(0, mostWords) };
  return { act: act.act, ...(text === "" ? {} : { text }) };
}
