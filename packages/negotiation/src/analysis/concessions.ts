/**
 * Who conceded, when and how much. A party's demand is what its own offers are worth to itself; a concession is a demand below all of its
 * earlier ones.
 *
 * Moves between one's consecutive offers are classified as Hindriks, Jonker and Tykhonov (2007, "Analysis of negotiation dynamics") do: by
 * the sign of what they change for oneself and for the others. Turning points are the fewest offers whose straight lines stay within a
 * tolerance of all demands (Douglas and Peucker 1973): where a party changed its pace.
 */
import type { Step } from "../bargaining/bargain.ts";

/** What an offer does compared with the one before it: to oneself, and to the others (whoever of them it changes least). */
export const moveKinds = ["fortunate", "selfish", "concession", "unfortunate", "nice", "silent"] as const;
/** One of them. */
export type MoveKind = (typeof moveKinds)[number];

/** How one party conceded. Utilities are its own, undiscounted. */
export interface Concession {
  readonly offers: number;
  /** What its first offer asked for, the least that any of its offers did, and what its last one did. */
  readonly first: number;
  readonly least: number;
  readonly last: number;
  /** The rounds in which it asked for less than ever before, and for how much less. */
  readonly steps: readonly { readonly round: number; readonly by: number }[];
  /** The first round in which at least half of the whole concession was made; undefined where it conceded nothing. */
  readonly halfBy: number | undefined;
  /**
   * The concession rate of Baarslag, Hindriks and Jonker (2011): the share of the way from its best to what the others' best outcome is
   * worth to it; 0 for a party that asked for its best throughout, 1 for one that yielded fully.
   */
  readonly rate: number;
  readonly moves: Readonly<Record<MoveKind, number>>;
  /** Places in the path of its turning points: its first offer, its last, and where its pace changed. */
  readonly turns: readonly number[];
}

/** What the concession rate is measured by: the best outcome's worth, and what the outcome that is best for the others is worth to it. */
export interface Yield {
  readonly best: number;
  readonly full: number;
}

/** How party `p` conceded on a path; undefined when it made no offer. `tolerance` for turning points is a utility. */
export function concessionOf(path: readonly Step[], p: number, { best, full }: Yield, tolerance = 0.05): Concession | undefined {
  const places = Array.from(path.keys()).filter((at) => path[at]!.by === p);
  const demands = places.map((at) => path[at]!.utilities[p]!);
  const [first] = demands;
  const last = demands.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const steps: { round: number; by: number }[] = [];
  let least = first;
  for (const [i, demand] of demands.entries())
    if (demand < least - 1e-12) {
      steps.push({ round: path[places[i]!]!.round, by: least - demand });
      least = demand;
    }
  const whole = first - least;
  let made = 0;
  const halfBy = steps.find(({ by }) => {
    made += by;
    return made >= whole / 2 - 1e-12;
  })?.round;
  const moves: Record<MoveKind, number> = { fortunate: 0, selfish: 0, concession: 0, unfortunate: 0, nice: 0, silent: 0 };
  for (const [i, at] of places.entries()) if (i > 0) moves[moveOf(path[places[i - 1]!]!.utilities, path[at]!.utilities, p)] += 1;
  const rate = best - full <= 1e-12 ? 0 : Math.min(1, Math.max(0, (best - least) / (best - full)));
  const rounds = places.map((at) => path[at]!.round);
  const turns = turningPoints(rounds, demands, tolerance).map((i) => places[i]!);
  return { offers: places.length, first, least, last, steps, halfBy, rate, moves, turns };
}

/** What changed from one offer's utilities to the next one's, for the party that made them. */
export function moveOf(before: readonly number[], after: readonly number[], p: number): MoveKind {
  const same = 1e-9;
  const own = after[p]! - before[p]!;
  const others = Math.min(...after.map((one, q) => (q === p ? Number.POSITIVE_INFINITY : one - before[q]!)));
  const [gains, loses] = [own > same, own < -same];
  if (others > same) return gains ? "fortunate" : loses ? "concession" : "nice";
  if (others < -same) return loses ? "unfortunate" : "selfish";
  return gains ? "selfish" : loses ? "unfortunate" : "silent";
}

/** The fewest places, ends included, whose straight lines over `at` stay within `tolerance` of all values. `at` rises. */
export function turningPoints(at: readonly number[], values: readonly number[], tolerance: number): readonly number[] {
  if (values.length <= 2) return Array.from(values.keys());
  const kept = new Set([0, values.length - 1]);
  const open: (readonly [number, number])[] = [[0, values.length - 1]];
  for (let span = open.pop(); span !== undefined; span = open.pop()) {
    const [from, to] = span;
    const slope = (values[to]! - values[from]!) / Math.max(1e-12, at[to]! - at[from]!);
    let [worst, place] = [tolerance, -1];
    for (let i = from + 1; i < to; i++) {
      const off = Math.abs(values[i]! - values[from]! - slope * (at[i]! - at[from]!));
      if (off > worst) [worst, place] = [off, i];
    }
    if (place < 0) continue;
    kept.add(place);
    open.push([from, place], [place, to]);
  }
  return [...kept].sort((x, y) => x - y);
}
