// How bids are compared. Each criterion becomes a score from 0 to 1 (1 is best) and the total is their weighted mean:
//   price         lowest price / price
//   promised time shortest promise / promise; 0 without a promise
//   reliability   the terms' figure as it is; 0.5 when unknown
//   quality       promise / best promise; 0 without a promise
// Ratios to the best, not min-max scaling: with min-max a bid at 10.01 beside one at 10.00 would score 0 and a hair's
// breadth in price would outweigh any past record. Both depend on which bids are compared, so the order is fixed once, at the
// evaluation; otherwise a bid that expires could reverse two others at a re-award (the classic rank reversal).
// Ties: lower price, then earlier arrival, then name, so with the default criteria it is exactly "lowest price wins":
// rounding of min/price can make two prices score alike but never turn them round.
import type { Part, Ranked } from "./ranked-bid.ts";
import type { ContractNetState, Participant, Proposal, Standing } from "./session.ts";

type Bidder = Participant & { readonly proposal: Proposal; readonly arrival: number };

const unknownReliability = 0.5;

/** Whether a participant's bid may still be accepted at `now`, at a price of `most` or less. */
export function isAcceptable(p: Participant, now: number, most = Number.POSITIVE_INFINITY): p is Bidder {
  if (p.standing !== "proposed" && p.standing !== "reserve") return false;
  if (p.proposal && p.proposal.price > most) return false;
  return p.proposal?.validUntil === undefined || p.proposal.validUntil >= now;
}

/** Orders the acceptable bids, best first, with the parts of each. */
export function ranked(bidders: readonly Bidder[], terms: ContractNetState["terms"]): readonly Ranked[] {
  const { criteria } = terms;
  const quality = criteria.quality ?? 0;
  const sum = criteria.price + criteria.promisedTime + criteria.reliability + quality;
  const cheapest = Math.min(...bidders.map((b) => b.proposal.price));
  const quickest = Math.min(...bidders.map((b) => b.proposal.promisedMs ?? Number.POSITIVE_INFINITY));
  const finest = Math.max(...bidders.map((b) => b.proposal.quality ?? 0));
  const part = (offered: number | undefined, score: number, weight: number): Part => {
    return { offered: offered ?? null, score, weight: weight / sum, points: score * (weight / sum) };
  };
  const rows = bidders.map((b) => {
    const { price, promisedMs } = b.proposal;
    const known = Object.hasOwn(terms.reliability, b.name) ? terms.reliability[b.name] : undefined;
    const parts = {
      price: part(price, ratio(cheapest, price), criteria.price),
      promisedTime: part(promisedMs, promisedMs === undefined ? 0 : ratio(quickest, promisedMs), criteria.promisedTime),
      reliability: part(known, known ?? unknownReliability, criteria.reliability),
      quality: part(b.proposal.quality, finest === 0 ? 0 : (b.proposal.quality ?? 0) / finest, quality),
    };
    const total = parts.price.points + parts.promisedTime.points + parts.reliability.points + parts.quality.points;
    return { name: b.name, arrival: b.arrival, price, parts, total };
  });
  rows.sort((a, b) => b.total - a.total || a.price - b.price || a.arrival - b.arrival || (a.name < b.name ? -1 : 1));
  return rows.map(({ name, arrival, parts, total }, i) => ({ name, place: i + 1, arrival, parts, total }));
}

function ratio(best: number, value: number): number {
  return value === best ? 1 : best / value; // value === best covers 0/0
}

/** The bids best first: the order fixed at the evaluation, or before it the order that an evaluation now would give. */
export function rank(state: ContractNetState): readonly Ranked[] {
  return (
    state.ranking ??
    ranked(
      state.participants.filter((p): p is Bidder => isAcceptable(p, state.at, state.terms.most)),
      state.terms,
    )
  );
}

/** A bid in an explanation: its place and parts, and how its bidder stands now. */
export interface ExplainedBid extends Ranked {
  readonly standing: Standing;
}

/** Why the award fell as it did. `unranked` are those without a place: no bid, or one that was late, expired or withdrawn. */
export interface Explanation {
  readonly bids: readonly ExplainedBid[];
  readonly unranked: readonly { readonly name: string; readonly standing: Standing }[];
  /** One English sentence on the best bid against the next. */
  readonly because: string;
}

/** Explains the ranking for a person: each bid's parts and total, who has no place, and one sentence on the best bid. */
export function explain(state: ContractNetState): Explanation {
  const standing = new Map(state.participants.map((p) => [p.name, p.standing]));
  const bids = rank(state).map((r) => ({ ...r, standing: standing.get(r.name)! }));
  const placed = new Set(bids.map((b) => b.name));
  const unranked = state.participants.filter((p) => !placed.has(p.name)).map(({ name, standing }) => ({ name, standing }));
  return { bids, unranked, because: sentence(bids) };
}

function sentence(bids: readonly Ranked[]): string {
  const [first, second] = bids;
  if (!first) return "no bid can be accepted";
  if (!second) return `${first.name} has the only acceptable bid`;
  const led = (["price", "promisedTime", "reliability", "quality"] as const)
    .map((key) => ({ key, lead: first.parts[key].points - second.parts[key].points }))
    .toSorted((a, b) => b.lead - a.lead);
  const ahead = led.filter((l) => l.lead > 0).map((l) => `${labels[l.key]} (+${l.lead.toFixed(3)})`);
  if (first.total > second.total)
    return `${first.name} leads ${second.name} by ${(first.total - second.total).toFixed(3)} on ${ahead.join(", ")}`;
  const cheaper = (first.parts.price.offered ?? 0) < (second.parts.price.offered ?? 0);
  const earlier = first.arrival < second.arrival;
  return `${first.name} and ${second.name} score alike; ${first.name} ${cheaper ? "is cheaper" : earlier ? "bid earlier" : "comes first by name"}`;
}

const labels = {
  price: "price",
  promisedTime: "promised time",
  reliability: "reliability",
  quality: "promised quality",
} as const;
