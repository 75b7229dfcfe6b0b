import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import {
  type BundleAuction,
  determineWinners,
  NegotiationError,
  WinnerSearch,
  winnerQubo,
  winnersOfSample,
} from "../src/index.ts";
import { sharedData } from "./shared-data.ts";

const seed = 20261125;
const recorded = sharedData("negotiation/winner-determination.json");

const auctions: fc.Arbitrary<BundleAuction> = fc.integer({ min: 1, max: 6 }).chain((items) =>
  fc.record({
    items: fc.constant(items),
    bids: fc.array(
      fc.record({
        bidder: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constantFrom("ada", "bob")),
        items: fc.uniqueArray(fc.integer({ min: 0, max: items - 1 }), { minLength: 1 }),
        price: fc.oneof(fc.integer({ min: -1, max: 12 }), fc.double({ min: 0, max: 9, noNaN: true })),
      }),
      { maxLength: 11 },
    ),
  }),
);

test("all 24 recorded auctions are decided optimally", { skip: recorded ? false : "shared/data is absent" }, () => {
  const list = JSON.parse(readFileSync(recorded!, "utf8")) as (BundleAuction & { id: string; optimal_revenue: number })[]; // why: the file's README says so
  assert.equal(list.length, 24);
  for (const auction of list) {
    const { bids, revenue, optimal } = determineWinners(auction, 10_000_000);
    assert.ok(optimal, `${auction.id}: not decided in ten million looks`);
    assert.ok(Math.abs(revenue - auction.optimal_revenue) < 1e-9 * revenue, `${auction.id}: ${revenue}`);
    assertAllowed(auction, bids);
  }
});

test("winners bring as much as the best of all sets of bids, tried one by one", () => {
  fc.assert(
    fc.property(auctions, (auction) => {
      const { bids, revenue, bound, gap, optimal } = determineWinners(auction);
      assertAllowed(auction, bids);
      assert.ok(optimal && gap === 0 && bound === revenue);
      assert.ok(Math.abs(revenue - bestOfAll(auction)) < 1e-9);
    }),
    { seed, numRuns: 2000 },
  );
});

test("winners of auctions that need branching bring as much as dynamic programming over all sets of items finds", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 8, max: 11 }), fc.integer({ min: 30, max: 80 }), (auctionSeed, items, count) => {
      const { bids } = hard(auctionSeed, items, count);
      const auction = { items, bids: bids.map((bid, i) => ({ ...bid, bidder: i % 15 })) };
      const { bids: winners, revenue, optimal } = determineWinners(auction);
      assertAllowed(auction, winners);
      assert.ok(optimal);
      assert.equal(revenue, bestBySets(auction));
    }),
    { seed, numRuns: 200 },
  );
});

test("stopped at any point, the winners are allowed, the bound holds, and both only get better", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 3000 }), (auctionSeed, pace) => {
      const auction = hard(auctionSeed, 12, 40);
      const best = determineWinners(auction).revenue;
      const search = new WinnerSearch(auction);
      let before = { revenue: 0, bound: Number.POSITIVE_INFINITY };
      for (let more = true; more; ) {
        more = search.step(pace);
        const now = search.winners;
        assertAllowed(auction, now.bids);
        assert.ok(now.revenue >= before.revenue - 1e-9 && now.bound <= before.bound + 1e-9);
        assert.ok(now.revenue <= best + 1e-9 && now.bound >= best - 1e-9);
        assert.ok(now.gap >= 0 && now.gap <= 1 && now.optimal === !more);
        before = now;
      }
      assert.equal(search.winners.revenue, best);
    }),
    { seed, numRuns: 60 },
  );
});

test("beyond 40 items a little search already gives winners with a bound close by", () => {
  const auction = hard(7, 200, 3000);
  const search = new WinnerSearch(auction);
  search.step(1_000_000);
  const { bids, revenue, bound, gap, optimal } = search.winners;
  assertAllowed(auction, bids);
  assert.ok(!optimal && revenue < bound && gap < 0.25, `gap ${gap}`);
});

test("the same auction gives the same winners, and equal bids go to who came first", () => {
  const twice = hard(3, 20, 120);
  assert.deepEqual(determineWinners(twice), determineWinners(structuredClone(twice)));
  const bid = (bidder: string) => ({ bidder, items: [0, 1], price: 5 });
  assert.deepEqual(determineWinners({ items: 2, bids: [bid("ada"), bid("bob"), bid("cy")] }).bids, [0]);
});

test("independent parts are decided apart: a thousand pairs of rivals take no longer than their sum", () => {
  const bids = Array.from({ length: 2000 }, (_, i) => ({ bidder: i, items: [i >> 1], price: 1 + (i % 2) }));
  const { revenue, optimal } = determineWinners({ items: 1000, bids }, 1_000_000);
  assert.ok(optimal);
  assert.equal(revenue, 2000);
});

test("an auction with an item that is not there, an empty bundle or a price that is no number is refused", () => {
  const bid = { bidder: "ada", items: [0], price: 1 };
  for (const [items, bad] of [
    [1, { ...bid, items: [1] }],
    [1, { ...bid, items: [] }],
    [2, { ...bid, items: [1, 1] }],
    [1, { ...bid, price: Number.NaN }],
    [1, { ...bid, bidder: 0.5 }],
    [0, bid],
  ] as const)
    assert.throws(
      () => determineWinners({ items, bids: [bad] }),
      (e: unknown) => e instanceof NegotiationError && e.code === "AUCTION_INVALID",
    );
});

test("the ground states of the QUBO are exactly the optimal sets of winners, at minus their revenue", () => {
  fc.assert(
    fc.property(auctions, (auction) => {
      const qubo = winnerQubo(auction);
      assert.deepEqual(JSON.parse(JSON.stringify(qubo)), qubo);
      const best = bestOfAll(auction);
      for (let x = 0; x < 1 << auction.bids.length; x++) {
        const sample = auction.bids.map((_, b) => (x >> b) & 1);
        const energy = energyOf(qubo, sample);
        assert.ok(energy >= -best - 1e-9);
        const bids = [...auction.bids.keys()].filter((b) => sample[b] === 1);
        if (energy < -best + 1e-9 && auction.bids.every(({ price }) => Math.abs(price) > 1e-6)) assertAllowed(auction, bids);
        const read = winnersOfSample(auction, sample);
        assertAllowed(auction, read.bids);
        assert.ok(read.revenue >= -energy - 1e-9, "reading a sample never loses revenue");
      }
    }),
    { seed, numRuns: 150 },
  );
});

test("a penalty that a price outweighs is refused", () => {
  const auction = { items: 1, bids: [{ bidder: 0, items: [0], price: 5 }] };
  assert.equal(winnerQubo(auction, 5.5).size, 1);
  assert.throws(
    () => winnerQubo(auction, 5),
    (e: unknown) => e instanceof NegotiationError && e.code === "AUCTION_INVALID",
  );
});

function assertAllowed({ bids }: BundleAuction, winners: readonly number[]) {
  const items = winners.flatMap((b) => bids[b]!.items);
  const bidders = winners.map((b) => bids[b]!.bidder);
  assert.equal(new Set(items).size, items.length, "an item is sold twice");
  assert.equal(new Set(bidders).size, bidders.length, "a bidder wins twice");
}

function bestOfAll({ bids }: BundleAuction): number {
  const from = (b: number, items: ReadonlySet<number>, bidders: ReadonlySet<number | string>): number => {
    const bid = bids[b];
    if (bid === undefined) return 0;
    const without = from(b + 1, items, bidders);
    if (bidders.has(bid.bidder) || bid.items.some((item) => items.has(item))) return without;
    return Math.max(without, bid.price + from(b + 1, new Set([...items, ...bid.items]), new Set([...bidders, bid.bidder])));
  };
  return from(0, new Set(), new Set());
}

// Bidder by bidder, the most that each set of items can bring: best[set] = max over the bidder's bids of best[set without it] + price.
function bestBySets({ items, bids }: BundleAuction): number {
  let best = new Float64Array(1 << items);
  for (const bidder of new Set(bids.map((bid) => bid.bidder))) {
    const next = best.slice();
    for (const bid of bids) {
      if (bid.bidder !== bidder) continue;
      const bundle = bid.items.reduce((set, item) => set | (1 << item), 0);
      for (let set = 0; set < best.length; set++)
        if ((set & bundle) === bundle) next[set] = Math.max(next[set]!, best[set & ~bundle]! + bid.price);
    }
    best = next;
  }
  return best.at(-1)!;
}

// Bundles of three items at random prices: the recorded auctions are easier, since there a bundle costs about what its items do.
function hard(auctionSeed: number, items: number, count: number): BundleAuction {
  const bundle = fc.uniqueArray(fc.integer({ min: 0, max: items - 1 }), { minLength: 3, maxLength: 3 });
  const price = fc.integer({ min: 1, max: 1000 });
  const bid = fc.record({ bidder: fc.integer({ min: 0, max: count }), items: bundle, price });
  return { items, bids: fc.sample(bid, { seed: auctionSeed, numRuns: count }) };
}

function energyOf(qubo: ReturnType<typeof winnerQubo>, sample: readonly number[]): number {
  const linear = qubo.linear.reduce((sum, bias, i) => sum + bias * sample[i]!, qubo.offset);
  return qubo.biases.reduce((sum, bias, k) => sum + bias * sample[qubo.rows[k]!]! * sample[qubo.columns[k]!]!, linear);
}
