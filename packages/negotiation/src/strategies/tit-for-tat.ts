/**
 * Nice tit-for-tat (Baarslag, Hindriks, Jonker 2013): concedes as far toward its estimate of the Nash point as the opponent has come toward
 * it, and in the last hundredth of the time takes what has come. It begins with its best offer and answers a concession with one.
 */
import { acCombi } from "../bargaining/acceptance.ts";
import { type Bidding, compose, type Table } from "../bargaining/compose.ts";
import { FrequencyModel } from "../bargaining/opponent-model.ts";
import { nashPlace, pickNear } from "../bargaining/trade-off.ts";

export const titForTat = compose({
  name: "tit-for-tat",
  bidding: mirrored,
  acceptance: acCombi(0.99),
  model: ({ domain }) => new FrequencyModel(domain),
});
export default titForTat;

function mirrored(table: Table): Bidding {
  const { ranking, history } = table;
  let first: number | undefined;
  return {
    bid() {
      first ??= history.best?.utility;
      const best = ranking.utility(0);
      const goal = ranking.utility(nashPlace(table));
      const from = Math.min(first ?? 0, goal);
      const come = history.best === undefined ? 0 : (history.best.utility - from) / Math.max(1e-9, best - from);
      const place = pickNear(
        table,
        best - (best - goal) * Math.min(1, Math.max(0, come) * ((best - from) / Math.max(1e-9, goal - from))),
      );
      return { outcome: ranking.outcome(place), utility: ranking.utility(place) };
    },
  };
}
