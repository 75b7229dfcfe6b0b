/** The mandate guard at the door of a session: reads what a party may agree to, and refuses an act outside it. */
import type { AlternatingOffersEvent } from "@entente/negotiation";
import { negotiationErrors } from "../errors.ts";
import { amountOf, type Mandate, violation, type Writer } from "./mandate.ts";
import type { PromiseMade } from "./promises.ts";
import type { BargainRecords, KeptBargain } from "./records.ts";
import { utilityFor } from "./seat.ts";
import { type BargainSession, wordsOf } from "./session.ts";

/** All mandates of a party in a session: the operator's and its own. A model is held to its party's reservation value too. */
export async function mandatesOf(
  records: BargainRecords,
  { seats }: Pick<KeptBargain, "seats">,
  party: string,
  writer: Writer,
): Promise<readonly Mandate[]> {
  const { mandate: own, preferences } = seats[party] ?? {};
  const set = await records.mandate(party);
  const least = writer === "model" ? preferences?.reservation : undefined;
  return [...(set ? [set] : []), ...(own ? [own] : []), ...(least === undefined ? [] : [{ issues: {}, minUtility: least }])];
}

/** The mandates as whoever bargains is to see them: what is left of a budget is a limit of its issue. */
export async function seatMandates(
  records: BargainRecords,
  kept: KeptBargain,
  party: string,
  writer: Writer,
): Promise<readonly Mandate[]> {
  const mandates = await mandatesOf(records, kept, party, writer);
  const limits = mandates.flatMap(({ budget }) => (budget ? [budget] : []));
  const left = await Promise.all(
    limits.map(async ({ issue, most }): Promise<Mandate> => {
      const rest = most - (await records.promised(party, issue, kept.id));
      return { issues: { [issue]: { most: rest } } };
    }),
  );
  return [...mandates, ...left];
}

/**
 * Checks an act that would bind its party, and gives what it promises of budgets. An act that came too late binds nobody. Throws
 * MANDATE_EXCEEDED.
 */
export async function guarded(
  records: BargainRecords,
  kept: KeptBargain,
  next: BargainSession,
  event: AlternatingOffersEvent,
  writer: Writer,
  now: number,
): Promise<readonly PromiseMade[]> {
  if (event.type !== "offer" && event.type !== "accept") return [];
  if (next.state.result?.outcome === "no-deal") return [];
  const { terms, state } = kept.session;
  const outcome = event.type === "offer" ? event.outcome : state.standing?.outcome;
  if (!outcome) return [];
  const party = event.from;
  const mandates = await mandatesOf(records, kept, party, writer);
  if (mandates.length === 0) return [];
  const offer = wordsOf(terms, outcome);
  const budgets = mandates.flatMap(({ budget }) => (budget ? [budget] : []));
  const promised: Record<string, number> = {};
  for (const { issue } of budgets) promised[issue] ??= await records.promised(party, issue, kept.id);
  const utility = utilityFor(kept.seats[party] ?? {})?.(outcome);
  const broken = violation(mandates, { issues: terms.issues, offer, writer, now, utility, promised });
  if (broken) throw negotiationErrors.MANDATE_EXCEEDED({ party, ...broken });
  return budgets.map(({ issue, most }) => ({ party, issue, amount: amountOf(offer, issue), most }));
}
