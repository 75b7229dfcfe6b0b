// The negotiation library: solution points against reference answers, exact fronts against full enumeration, the default strategy against all
// that are shipped, the engine's speed, and whole negotiations over A2A. `--scenarios FILE --expected FILE`, any number of such pairs; without them the shared test data.
import type { Bench, Row } from "./contract.ts";
import { row } from "./contract.ts";
import { engineRows } from "./negotiation/engine.ts";
import { frontRows } from "./negotiation/fronts.ts";
import { crashRows, overA2aRows } from "./negotiation/over-a2a.ts";
import { readPairs } from "./negotiation/pairs.ts";
import { strategyRows } from "./negotiation/strategies.ts";

const bench: Bench = async ({ quick, options }) => {
  const pairs = readPairs(options.scenarios, options.expected);
  const parts = {
    fronts: () => frontRows(pairs),
    strategies: () => strategyRows(pairs, quick),
    engine: () => engineRows(quick),
    a2a: () => overA2aRows(quick),
    crash: () => crashRows(quick),
  };
  const rows: Row[] = [];
  if (pairs.length === 0) rows.push(row("scenarios: skipped, no --scenarios and no shared data here", 0, ""));
  for (const [name, part] of Object.entries(parts))
    if ((options.only === undefined || options.only === name) && (pairs.length > 0 || ["engine", "a2a", "crash"].includes(name)))
      rows.push(...(await part()));
  return rows;
};
export default bench;
