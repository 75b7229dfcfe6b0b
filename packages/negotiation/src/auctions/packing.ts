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
    for (const b of dominated(all, bids)) all.delete(b);
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

// Bids are looked at by the number of their resources, then dearest, then first come: whatever dominates a bid comes before it, so it is
// compared only with those that remain (and of equal bids the earlier remains). Each of these is filed under one of its resources,
// the rarest, since a bid that it dominates takes that one too. A bid in nobody's way takes nobody's place either.
function dominated(all: Taken, bids: BundleAuction["bids"]): readonly number[] {
  const holders = holdersOf(all);
  const remaining = new Map<number, number[]>();
  const order = [...all.keys()].sort(
    (a, b) => all.get(a)!.length - all.get(b)!.length || bids[b]!.price - bids[a]!.price || a - b,
  );
  return order.filter((b) => {
    const taken = all.get(b)!;
    const own = new Set(taken);
    const { price } = bids[b]!;
    const better = (a: number) => bids[a]!.price >= price && all.get(a)!.every((r) => own.has(r));
    if (taken.some((r) => remaining.get(r)?.some(better))) return true;
    if (taken.length === 0) return false;
    const rarest = taken.reduce((least, r) => (holders.get(r)!.length < holders.get(least)!.length ? r : least));
    const list = remaining.get(rarest);
    if (list) list.push(b);
    else remaining.set(rarest, [b]);
    return false;
  });
}

function components(taken: Taken): readonly (readonly number[])[] {
  const holders = holdersOf(taken);
  const seen = new Set<number>();
  const followed = new Set<number>();
  const parts: number[][] = [];
  for (const first of taken.keys()) {
    if (seen.has(first)) continue;
    seen.add(first);
    const part = [first];
    for (const b of part)
      for (const r of taken.get(b)!) {
        if (followed.has(r)) continue;
        followed.add(r);
        for (const next of holders.get(r)!)
          if (!seen.has(next)) {
            seen.add(next);
            part.push(next);
          }
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
