import assert from "node:assert/strict";
import { test } from "node:test";
import { type BundleAuction, determineWinners, winnerQubo, winnersOfSample } from "@entente/negotiation";
import { bqmFromPairs, sampleAt, solve } from "@entente/quantum";

// 30 bids on 12 items, made by a rule, so that the file needs no data: bundles of one to four neighbours, dearer the longer.
const auction: BundleAuction = {
  items: 12,
  bids: Array.from({ length: 30 }, (_, i) => ({
    bidder: i % 11,
    items: Array.from({ length: 1 + (i % 4) }, (_, k) => (i * 5 + k) % 12),
    price: (1 + (i % 4)) * 10 + ((i * 37) % 17),
  })),
};

test("samplers find, in the QUBO of an auction, the winners that the exact search proves optimal", async () => {
  const { revenue, optimal } = determineWinners(auction);
  assert.ok(optimal);
  for (const solver of ["tabu", "simulated-annealing"]) {
    const { samples, provenance } = await solve(bqmFromPairs(winnerQubo(auction)), { solver, seed: 11, reads: 50 });
    assert.ok(Math.abs(provenance.energy + revenue) < 1e-9, `${solver}: ${provenance.energy}, wanted ${-revenue}`);
    assert.equal(winnersOfSample(auction, sampleAt(samples, 0)).revenue, revenue);
  }
});
