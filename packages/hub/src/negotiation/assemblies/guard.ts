/**
 * The mandate guard at the door of an auction: what a bid may bind its party to, and what an opener may. Limits hold for both sides; a
 * budget counts what a party pays: bids where it bids to buy, the highest price it has said it takes where it buys by auction. Prices
 * that are refused are told to nobody, since a refusal is recorded while bids are still sealed.
 */
import { EntenteError } from "../../base/errors.ts";
import { amountOf, type Mandate, violation, type Writer } from "../bargains/mandate.ts";
import type { PromiseMade } from "../bargains/promises.ts";
import type { BargainRecords } from "../bargains/records.ts";
import { negotiationErrors } from "../errors.ts";
import { type AssemblyEvent, type AssemblySession, dutchPrice } from "./session.ts";
import { type AuctionAssembly, openerPays } from "./terms.ts";

/** Lots at a price that a party would be bound to. */
interface Binding {
  readonly lots: readonly string[];
  readonly price: number;
}

/** Who is to be bound, by whom, when. */
export interface Binder {
  readonly id: string;
  readonly party: string;
  readonly writer: Writer;
  readonly now: number;
}

/** Checks what an event would bind its party to, and gives what it promises of budgets. Throws MANDATE_EXCEEDED. */
export async function guardedBid(
  records: BargainRecords,
  binder: Binder,
  { terms, state }: AssemblySession,
  event: AssemblyEvent,
): Promise<readonly PromiseMade[]> {
  if (terms.kind === "vote") return [];
  if (event.type === "bid" && "price" in event) return bound(records, binder, terms, [{ lots: terms.lots, price: event.price }]);
  if (event.type === "bid")
    return bound(
      records,
      binder,
      terms,
      event.bundles.map(({ items, price }) => ({ lots: items, price })),
    );
  // A move of the price before the acceptance is an event of its own, so this is the price it is accepted at.
  if (event.type === "accept" && "moves" in state)
    return bound(records, binder, terms, [{ lots: terms.lots, price: dutchPrice(state) }]);
  return [];
}

/** Checks what an opener binds itself to: the worst price it may come to. Throws MANDATE_EXCEEDED. */
export async function guardedOpening(
  records: BargainRecords,
  binder: Binder,
  terms: AuctionAssembly,
): Promise<readonly PromiseMade[]> {
  return bound(records, binder, terms, worstOf(terms), openerPays(terms));
}

/** What a store says when two sessions at once want the same budget, without the price. */
export function hushed(thrown: unknown, party: string): unknown {
  if (!(thrown instanceof EntenteError && thrown.code === "MANDATE_EXCEEDED")) return thrown;
  const { rule, allowed } = thrown.details;
  return negotiationErrors.MANDATE_EXCEEDED({ party, rule: String(rule), got: outsideIt, allowed: String(allowed) });
}

const outsideIt = "a price or a lot outside it";

async function bound(
  records: BargainRecords,
  { id, party, writer, now }: Binder,
  terms: AuctionAssembly,
  bindings: readonly Binding[],
  pays = !openerPays(terms),
): Promise<readonly PromiseMade[]> {
  const set = await records.mandate(party);
  if (!set) return [];
  const { budget, ...limits } = set;
  const mandate: Mandate = budget && pays ? set : limits;
  const { issue } = terms;
  const promised = budget ? { [budget.issue]: await records.promised(party, budget.issue, id) } : {};
  for (const { lots, price } of bindings)
    for (const lot of lots) {
      const offer = { lot, [issue]: String(price) };
      const issues = Object.entries(offer).map(([name, value]) => ({ name, values: [value] }));
      const broken = violation([mandate], { issues, offer, writer, now, utility: undefined, promised });
      if (!broken) continue;
      const { rule } = broken;
      const hidden = rule === "issue" || rule === "budget";
      const allowed = rule === "issue" ? limitsInWords(mandate, Object.keys(offer)) : broken.allowed;
      throw negotiationErrors.MANDATE_EXCEEDED({ party, rule, got: hidden ? outsideIt : broken.got, allowed });
    }
  if (!budget || !pays) return [];
  // Of bundles at most one wins; those of an opener are all bought.
  const amounts = bindings.map(({ price }) => amountOf({ [issue]: String(price) }, budget.issue));
  const amount = openerPays(terms) ? amounts.reduce((a, b) => a + b, 0) : Math.max(...amounts);
  return [{ party, issue: budget.issue, amount, most: budget.most }];
}

// The least that a seller may have to take, the most that a buyer may have to pay.
function worstOf(auction: AuctionAssembly): readonly Binding[] {
  const { lots } = auction;
  switch (auction.kind) {
    case "sealed-bid":
      return [{ lots, price: auction.terms.reserve ?? (openerPays(auction) ? Number.POSITIVE_INFINITY : 0) }];
    case "english":
      return [{ lots, price: auction.terms.startPrice }];
    case "dutch":
      return [{ lots, price: openerPays(auction) ? auction.terms.ceiling : auction.terms.floor }];
    case "combinatorial-auction":
      return lots.map((lot, i) => ({ lots: [lot], price: auction.terms.reserves?.[i] ?? 0 }));
  }
}

function limitsInWords({ issues }: Mandate, names: readonly string[]): string {
  const words = names.flatMap((name) => {
    const { allow, forbid, least, most } = issues[name] ?? {};
    return [
      ...(allow ? [`${name} one of ${allow.join(", ")}`] : []),
      ...(forbid ? [`${name} none of ${forbid.join(", ")}`] : []),
      ...(least === undefined ? [] : [`${name} at least ${least}`]),
      ...(most === undefined ? [] : [`${name} at most ${most}`]),
    ];
  });
  return words.join(", ");
}
