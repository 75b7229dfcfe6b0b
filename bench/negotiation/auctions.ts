import { readFileSync } from "node:fs";
import { type BundleAuction, determineWinners } from "@entente/negotiation";
import { type Row, row } from "../contract.ts";

interface Recorded extends BundleAuction {
  readonly optimal_revenue: number;
}

/** The auctions of a file, decided and compared with their optima. */
export function auctionRows(file: string): readonly Row[] {
  const list = JSON.parse(readFileSync(file, "utf8")) as readonly Recorded[]; // why: the form its README states
  let [optimal, total, longest] = [0, 0, 0];
  for (const auction of list) {
    const start = performance.now();
    const { revenue, optimal: proven } = determineWinners(auction, 10_000_000);
    const took = performance.now() - start;
    total += took;
    longest = Math.max(longest, took);
    if (proven && Math.abs(revenue - auction.optimal_revenue) < 1e-9 * revenue) optimal += 1;
  }
  return [
    row("combinatorial auctions decided optimally, with proof", optimal, `of ${list.length}`, ">=", list.length),
    row("… all of them", total, "ms"),
    row("… the longest", longest, "ms"),
  ];
}
