// Winner determination is weighted set packing: a bid takes its items, and, where its bidder has other bids, that bidder. Items and
// bidders are then one kind of thing, a resource that at most one winner takes. Before any search the packing is made smaller:
//   worthless   a bid with a price of 0 or less cannot help
//   dominated   a bid whose resources contain those of another, for no more, can always be exchanged for that other
//   lonely      a resource that a single bid takes forbids nothing (so a bidder's last bid frees its bidder, and more is dominated)
//   components  bids that are linked through no resource are decided apart
import type { BundleAuction } from "./bundle-auction.ts";

/** Bids that are linked with one another, with what each takes. All arrays but `starts` and `resources` have one entry a bid. */
export interface Packing {
  /** The bids' places in the auction, ascending. */
  readonly bids: readonly number[];
  readonly prices: Float64Array;
  /** Bid i takes resources[starts[i]] to resources[starts[i + 1] - 1]. */
  readonly starts: Int32Array;
  readonly resources: Int32Array;
  readonly resourceCount: number;
}

/** The auction without the bids that cannot matter, in independent parts. */
export function packingsOf(auction: BundleAuction): readonly Packing[] {
  const taken = reduced(auction);
  return components(taken).map((bids) => packed(auction, bids, taken));
}

type Taken = ReadonlyMap<number, readonly number[]>;

// What each bid that remains takes; the bidder's number comes after those of the items.
function reduced({ items, bids }: BundleAuction): Taken {
  const bidders = new Map<number | string, number>();
  const all = new Map<number, readonly number[]>();
  for (const [b, { bidder, items: bundle, price }] of bids.entries()) {
    if (price <= 0) continue;
    if (!bidders.has(bidder)) bidders.set(bidder, items + bidders.size);
    all.set(b, [...bundle, bidders.get(bidder)!]);
  }
  for (;;) {
    const before = all.size;
    const holders = holdersOf(all);
    for (const [b, taken] of all)
      all.set(
        b,
        taken.filter((r) => holders.get(r)!.length > 1),
      );
    for (const [b, taken] of all) if (isDominated(b, taken, all, holders, bids)) all.delete(b);
    if (all.size === before) return all;
  }
}

function holdersOf(taken: Taken): ReadonlyMap<number, readonly number[]> {
  const holders = new Map<number, number[]>();
  for (const [b, resources] of taken)
    for (const r of resources) {
      const list = holders.get(r);
      if (list) list.push(b);
      else holders.set(r, [b]);
    }
  return holders;
}

// Of two that exchange for each other the earlier stays, so equal bids go to who came first.
function isDominated(
  b: number,
  taken: readonly number[],
  all: Taken,
  holders: ReadonlyMap<number, readonly number[]>,
  bids: BundleAuction["bids"],
): boolean {
  const own = new Set(taken);
  const price = bids[b]!.price;
  for (const r of taken)
    for (const a of holders.get(r)!) {
      const other = all.get(a);
      if (a === b || other === undefined || other.length > taken.length) continue;
      const worth = bids[a]!.price;
      if (worth < price || (worth === price && other.length === taken.length && a > b)) continue;
      if (other.every((s) => own.has(s))) return true;
    }
  return false;
}

function components(taken: Taken): readonly (readonly number[])[] {
  const holders = holdersOf(taken);
  const seen = new Set<number>();
  const parts: number[][] = [];
  for (const first of taken.keys()) {
    if (seen.has(first)) continue;
    seen.add(first);
    const part = [first];
    for (const b of part)
      for (const r of taken.get(b)!)
        for (const next of holders.get(r)!)
          if (!seen.has(next)) {
            seen.add(next);
            part.push(next);
          }
    parts.push(part.sort((a, b) => a - b));
  }
  return parts;
}

function packed({ bids }: BundleAuction, part: readonly number[], taken: Taken): Packing {
  const numbers = new Map<number, number>();
  const starts = new Int32Array(part.length + 1);
  const resources: number[] = [];
  for (const [i, b] of part.entries()) {
    for (const r of taken.get(b)!) {
      if (!numbers.has(r)) numbers.set(r, numbers.size);
      resources.push(numbers.get(r)!);
    }
    starts[i + 1] = resources.length;
  }
  const prices = Float64Array.from(part, (b) => bids[b]!.price);
  return { bids: part, prices, starts, resources: Int32Array.from(resources), resourceCount: numbers.size };
}
