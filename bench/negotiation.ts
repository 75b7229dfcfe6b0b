// The negotiation library: solution points against reference answers, exact fronts against full enumeration, the default strategy against all
// that are shipped, combinatorial auctions against their optima, the engine's speed, sessions under random event orders, and whole negotiations
// over A2A, also with the hub killed. `--scenarios FILE --expected FILE`, any number of such pairs, and `--auctions FILE`; without them the
// shared test data.
import type { Bench, Row } from "./contract.ts";
import { row } from "./contract.ts";
import { auctionRows } from "./negotiation/auctions.ts";
import { engineRows } from "./negotiation/engine.ts";
import { frontRows } from "./negotiation/fronts.ts";
import { orderRows } from "./negotiation/orders.ts";
import { crashRows, overA2aRows } from "./negotiation/over-a2a.ts";
import { readPairs, sharedFolder } from "./negotiation/pairs.ts";
import { strategyRows } from "./negotiation/strategies.ts";

const needsPairs = new Set(["fronts", "strategies"]);

const bench: Bench = async ({ quick, options }) => {
  const pairs = readPairs(options.scenarios, options.expected);
  const folder = sharedFolder();
  const auctions = typeof options.auctions === "string" ? options.auctions : folder && `${folder}/winner-determination.json`;
  const parts = {
    fronts: () => frontRows(pairs),
    strategies: () => strategyRows(pairs, quick),
    auctions: () =>
      auctions === undefined ? [row("auctions: skipped, no --auctions and no shared data here", 0, "")] : auctionRows(auctions),
    engine: () => engineRows(quick),
    orders: () => orderRows(quick ? 5000 : 100_000),
    a2a: () => overA2aRows(quick),
    crash: () => crashRows(quick),
  };
  const rows: Row[] = [];
  if (pairs.length === 0) rows.push(row("scenarios: skipped, no --scenarios and no shared data here", 0, ""));
  for (const [name, part] of Object.entries(parts))
    if ((options.only === undefined || options.only === name) && (pairs.length > 0 || !needsPairs.has(name)))
      rows.push(...(await part()));
  return rows;
};
export default bench;
