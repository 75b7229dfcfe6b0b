/** What an auction comes to: who gets what for how much, and the agreement that says so, signed by both sides. Pure. */
import type { BargainedDocument } from "../bargains/agreement.ts";
import { agreementIdOf } from "../bargains/agreement.ts";
import type { AssemblySession } from "./session.ts";
import { type AuctionAssembly, openerPays } from "./terms.ts";

/** Lots that went to somebody, and what is paid for them. */
export interface Award {
  readonly to: string;
  readonly lots: readonly string[];
  readonly price: number;
}

/** The awards of an auction; none while it is open, and of a vote. */
export function awardsOf({ terms, result }: Pick<AssemblySession, "terms" | "result">): readonly Award[] {
  if (terms.kind === "vote" || result === undefined) return [];
  if ("awards" in result) return result.awards.map(({ to, items, payment }) => ({ to, lots: items, price: payment }));
  if (!("price" in result) || result.winner === undefined || result.price === undefined) return [];
  return [{ to: result.winner, lots: terms.lots, price: result.price }];
}

/** The ids of the agreements of an auction, one for each award, in their order: they follow from its own, so that none is made twice. */
export function awardIds(id: string, awards: readonly Award[]): readonly string[] {
  return awards.map((_, i) => `${agreementIdOf(id)}${i === 0 ? "" : `_${i + 1}`}`);
}

/** The agreements of an auction that is over, one for each award. `now` is when they begin to hold. */
export function awardDocuments(id: string, session: AssemblySession, now: number): readonly BargainedDocument[] {
  const { terms, hash } = session;
  if (terms.kind === "vote") return [];
  const awards = awardsOf(session);
  const ids = awardIds(id, awards);
  const { subject, openedBy, tasks, validMs } = terms;
  return awards.map((award, i) => {
    const { to } = award;
    const [initiator, contractor] = openerPays(terms) ? [openedBy, to] : [to, openedBy];
    return {
      id: ids[i] ?? "",
      negotiation: id,
      subject,
      parties: [openedBy, to],
      initiator,
      contractor,
      terms: awardTerms(terms, award),
      slos: {},
      tasks,
      dueAt: now + validMs,
      onBreach: "nothing",
      transcript: hash,
    };
  });
}

/** An award in words, as its agreement says it. */
export function awardTerms(terms: AuctionAssembly, { lots, price }: Award): Record<string, string> {
  return { lots: lots.join(", "), price: String(price), rule: ruleOf(terms) };
}

/** The rule of an auction in words. */
export function ruleOf(assembly: AuctionAssembly): string {
  const side = openerPays(assembly) ? "to buy" : "to sell";
  switch (assembly.kind) {
    case "sealed-bid":
      return `sealed bids ${side}, ${assembly.terms.pricing ?? "second"} price`;
    case "combinatorial-auction":
      return `combinatorial ${side}, ${assembly.terms.payments ?? "vcg"}`;
    default:
      return `${assembly.kind} ${side}`;
  }
}
