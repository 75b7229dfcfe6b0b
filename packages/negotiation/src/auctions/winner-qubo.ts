import { NegotiationError } from "../errors.ts";
import { type BundleAuction, checkBundleAuction, conflictsOf } from "./bundle-auction.ts";

/**
 * Winner determination as a QUBO, in plain data: the energy of x in {0,1}^size is `offset` + sum of linear[i] x_i + sum of biases[k]
 * x_rows[k] x_columns[k]. Variable i is bid i. This is what `bqmFromPairs` of `@entente/quantum` reads.
 */
export interface WinnerQubo {
  readonly vartype: "BINARY";
  readonly size: number;
  readonly linear: readonly number[];
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly biases: readonly number[];
  readonly offset: number;
}

/**
 * minimise -sum p_b x_b + P * sum over conflicting pairs x_a x_b. All constraints are between two bids, so no slack variables are
 * needed, and with P above the highest price (default 1.1 times it) giving up the cheaper of two conflicting bids always lowers the
 * energy: every ground state is an optimal set of winners, and its energy is minus the revenue. Throws `AUCTION_INVALID`.
 */
export function winnerQubo(auction: BundleAuction, penalty?: number): WinnerQubo {
  checkBundleAuction(auction);
  const highest = auction.bids.reduce((most, { price }) => Math.max(most, price), 0);
  const p = penalty ?? (highest === 0 ? 1 : 1.1 * highest);
  if (!(Number.isFinite(p) && p > highest))
    throw new NegotiationError("AUCTION_INVALID", {
      field: "penalty",
      wanted: `more than the highest price, ${highest}`,
      got: p,
    });
  const pairs = conflictsOf(auction);
  return {
    vartype: "BINARY",
    size: auction.bids.length,
    linear: auction.bids.map(({ price }) => 0 - price), // 0 - 0 is 0, where -0 would not survive JSON
    rows: pairs.map(([a]) => a),
    columns: pairs.map(([, b]) => b),
    biases: pairs.map(() => p),
    offset: 0,
  };
}

/**
 * The winners that a sample means, one 0 or 1 for each bid. Of conflicting bids the dearer stays (of equal ones the earlier), so every
 * sample gives winners that are allowed, also one of a sampler that broke the penalty. Throws `AUCTION_INVALID`.
 */
export function winnersOfSample(
  auction: BundleAuction,
  sample: ArrayLike<number>,
): { readonly bids: readonly number[]; readonly revenue: number } {
  checkBundleAuction(auction);
  const { bids } = auction;
  if (sample.length !== bids.length)
    throw new NegotiationError("AUCTION_INVALID", { field: "sample", wanted: `${bids.length} values`, got: sample.length });
  const chosen = [...bids.keys()].filter((b) => sample[b] === 1 && bids[b]!.price > 0);
  const items = new Set<number>();
  const bidders = new Set<number | string>();
  const kept = chosen
    .sort((a, b) => bids[b]!.price - bids[a]!.price || a - b)
    .filter((b) => {
      const { bidder, items: bundle } = bids[b]!;
      if (bidders.has(bidder) || bundle.some((item) => items.has(item))) return false;
      bidders.add(bidder);
      for (const item of bundle) items.add(item);
      return true;
    })
    .sort((a, b) => a - b);
  return { bids: kept, revenue: kept.reduce((sum, b) => sum + bids[b]!.price, 0) };
}
