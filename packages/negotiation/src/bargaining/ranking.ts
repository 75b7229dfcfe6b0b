/**
 * A party's rational outcomes, best first. Small domains are enumerated and sorted. Large ones, where preferences are additive, are seen
 * through a ladder: utilities are cut into rungs, a table tells which rungs the last issues can reach together (a subset-sum table), and each
 * rung that some outcome reaches gives a few of them. So a bidder finds an outcome near any utility in a space of 10^50.
 */
import { NegotiationError } from "../errors.ts";
import { countOutcomes, type Domain, type Outcome, outcomeAt } from "../scenario/domain.ts";
import { type AdditivePreferences, type Preferences, partsOf, reservationOf, utilityOf } from "../scenario/preferences.ts";

/** Outcomes best first. */
export interface Ranking {
  /** How many there are; all rational ones, or a ladder's. */
  readonly count: number;
  /** The utility of outcome i, falling with i. */
  utility(i: number): number;
  outcome(i: number): Outcome;
  /** The last place whose utility is at least `target`: the cheapest offer that reaches it. -1 when none does. */
  lastAtLeast(target: number): number;
}

/** Domains up to this are enumerated. */
export const mostRanked = 100_000;

const rungs = 2048;
const perRung = 8;

const ranked = new WeakMap<Preferences, { readonly domain: Domain; readonly ranking: Ranking }>();

/**
 * Ranks the outcomes of a domain that are at or above the reservation. The same objects give the same ranking: many sessions of one party
 * share it. Throws `TOO_MANY_OUTCOMES`.
 */
export function rankOutcomes(domain: Domain, preferences: Preferences): Ranking {
  const known = ranked.get(preferences);
  if (known?.domain === domain) return known.ranking;
  const ranking = made(domain, preferences);
  ranked.set(preferences, { domain, ranking });
  return ranking;
}

function made(domain: Domain, preferences: Preferences): Ranking {
  const count = countOutcomes(domain);
  if (count <= mostRanked) return enumerated(domain, preferences, count);
  if (preferences.kind !== "additive") throw new NegotiationError("TOO_MANY_OUTCOMES", { most: mostRanked, got: count });
  return ladder(preferences);
}

function enumerated(domain: Domain, preferences: Preferences, count: number): Ranking {
  const utility = utilityOf(preferences);
  const all = new Float64Array(count);
  for (let number = 0; number < count; number++) all[number] = utility(outcomeAt(domain, number));
  const least = reservationOf(preferences);
  const order = Uint32Array.from(Array.from(all.keys()).filter((number) => all[number]! >= least)).sort(
    (x, y) => all[y]! - all[x]! || x - y,
  );
  return rankingOf(
    Float64Array.from(order, (number) => all[number]!),
    remembered((i) => outcomeAt(domain, order[i]!)),
  );
}

// Bidders ask for the same outcomes again and again.
function remembered(make: (i: number) => Outcome): (i: number) => Outcome {
  const known: Outcome[] = [];
  return (i) => {
    known[i] ??= make(i);
    return known[i];
  };
}

function ladder(preferences: AdditivePreferences): Ranking {
  const parts = partsOf(preferences);
  const least = reservationOf(preferences);
  const floor = parts.reduce((sum, row) => sum + Math.min(...row), 0);
  const top = parts.reduce((sum, row) => sum + Math.max(...row), 0);
  const step = (top - floor) / (rungs - 1) || 1;
  const rise = parts.map((row) => {
    const low = Math.min(...row);
    return Array.from(row, (one) => Math.round((one - low) / step));
  });
  // reach[k][r]: whether issues k and later can add up to r rungs.
  const reach = Array.from({ length: parts.length + 1 }, () => new Uint8Array(rungs + parts.length));
  reach[parts.length]![0] = 1;
  for (let k = parts.length - 1; k >= 0; k--)
    for (const add of new Set(rise[k]!))
      for (let r = reach[k]!.length - 1; r >= add; r--) if (reach[k + 1]![r - add] === 1) reach[k]![r] = 1;
  const found: { readonly outcome: Outcome; readonly utility: number }[] = [];
  for (let r = 0; r < reach[0]!.length; r++) {
    if (reach[0]![r] === 0) continue;
    const seen = new Set<string>();
    for (let turn = 0; turn < perRung; turn++) {
      const outcome = climbed(rise, reach, r, turn);
      const key = outcome.join();
      if (seen.has(key)) continue;
      seen.add(key);
      const utility = outcome.reduce((sum, value, k) => sum + parts[k]![value]!, 0);
      if (utility >= least) found.push({ outcome, utility });
    }
  }
  found.sort((x, y) => y.utility - x.utility);
  return rankingOf(
    Float64Array.from(found, (one) => one.utility),
    (i) => found[i]!.outcome,
  );
}

// One way to reach rung r; another `turn` begins each issue's choice elsewhere.
function climbed(rise: readonly (readonly number[])[], reach: readonly Uint8Array[], r: number, turn: number): Outcome {
  let rest = r;
  return rise.map((row, k) => {
    for (let i = 0; i < row.length; i++) {
      const value = (i + turn * (k + 1)) % row.length;
      const left = rest - row[value]!;
      if (left >= 0 && reach[k + 1]![left] === 1) {
        rest = left;
        return value;
      }
    }
    return 0; // not reached: the table said that some value fits
  });
}

function rankingOf(utilities: Float64Array, outcome: (i: number) => Outcome): Ranking {
  return {
    count: utilities.length,
    utility: (i) => utilities[i]!,
    outcome,
    lastAtLeast(target) {
      let [low, high] = [0, utilities.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (utilities[middle]! >= target) low = middle + 1;
        else high = middle;
      }
      return low - 1;
    },
  };
}
