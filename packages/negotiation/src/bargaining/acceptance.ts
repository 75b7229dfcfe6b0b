// When to accept (Baarslag, Hindriks, Jonker: "Acceptance conditions in automated negotiation", 2011).
import type { Acceptance } from "./compose.ts";

const rounding = 1e-12;

/** AC_next: when the offer is worth at least `scale` times the own next bid, plus `shift`. */
export function acNext(scale = 1, shift = 0): Acceptance {
  return (_table, offered, next) => offered >= scale * next + shift - rounding;
}

/**
 * AC_combi(T, MAX of the window): AC_next; or, once `after` of the time has passed, when the offer is at least the best that came in a
 * window as long as the time that remains: nothing better is to be expected.
 */
export function acCombi(after: number): Acceptance {
  const next = acNext();
  return (table, offered, bid, moment) => {
    if (next(table, offered, bid, moment)) return true;
    return moment.t >= after && offered >= table.history.bestSince(moment.t - (1 - moment.t)) - rounding;
  };
}
