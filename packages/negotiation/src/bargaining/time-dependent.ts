// Bids that depend on time alone (Faratin, Sierra, Jennings 1998): the target falls from the best outcome to the reservation.
import type { Bidding, Table } from "./compose.ts";

/** How much of the way is conceded at t: t^(1/e); e below 1 is Boulware, 1 linear, above 1 Conceder. */
export function concession(t: number, e: number): number {
  return Math.min(1, Math.max(0, t)) ** (1 / e);
}

/** Offers the outcome with the smallest utility at or above the target. */
export function timeDependent(e: number): (table: Table) => Bidding {
  return ({ ranking }) => {
    const [best, least] = ranking.count === 0 ? [0, 0] : [ranking.utility(0), ranking.utility(ranking.count - 1)];
    return {
      bid({ t }) {
        const place = Math.max(0, ranking.lastAtLeast(best - (best - least) * concession(t, e)));
        return { outcome: ranking.outcome(place), utility: ranking.utility(place) };
      },
    };
  };
}
