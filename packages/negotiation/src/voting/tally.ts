import { groupsOf, type VotingRule, type WeightedBallot } from "./ballot.ts";
import { strongestPaths } from "./schulze.ts";

/** What the votes say. */
export interface Tally {
  /** Groups of options, best first; those of one group the rule cannot tell apart. */
  readonly ranking: readonly (readonly string[])[];
  /** The first option of the first group, in the order in which the options were given: this is the rule for ties. Absent without votes. */
  readonly winner?: string;
  /**
   * For each option in the order given: the weight of those who vote for it (plurality, approval), its points (Borda), or how many
   * options it beats (Schulze).
   */
  readonly scores: readonly number[];
}

/**
 * Counts ballots that `isBallot` has passed.
 * - plurality: the weight of those who name it alone at the top.
 * - approval (Brams, Fishburn 1978): the weight of those who name it in the first group.
 * - Borda (1784): from each ballot a point for each option liked less, half a point for each liked alike.
 * - Schulze (2011): see `strongestPaths`; where there is a Condorcet winner it wins.
 */
export function tally(rule: VotingRule, options: readonly string[], ballots: readonly WeightedBallot[]): Tally {
  const beats = rule === "schulze" ? pathsBeat(options, ballots) : undefined;
  const scores = beats ? options.map((_, i) => options.filter((_, j) => beats(i, j)).length) : points(rule, options, ballots);
  const ranking = layers(options, beats ?? ((i, j) => scores[i]! > scores[j]!));
  const voted = ballots.some(({ weight }) => weight > 0);
  return { ranking, scores, ...(voted ? { winner: ranking[0]![0]! } : {}) };
}

type Beats = (i: number, j: number) => boolean;

function pathsBeat(options: readonly string[], ballots: readonly WeightedBallot[]): Beats {
  const paths = strongestPaths(options, ballots);
  return (i, j) => paths[i]![j]! > paths[j]![i]!;
}

function points(rule: VotingRule, options: readonly string[], ballots: readonly WeightedBallot[]): readonly number[] {
  const scores = options.map(() => 0);
  for (const { ranking, weight } of ballots) {
    const groups = groupsOf(options, ranking);
    for (const [i, group] of groups.entries()) scores[i]! += weight * worth(rule, groups, group, i);
  }
  return scores;
}

function worth(rule: VotingRule, groups: readonly number[], group: number, i: number): number {
  if (rule !== "borda") return group === 0 ? 1 : 0;
  let sum = 0;
  for (const [j, other] of groups.entries()) if (j !== i) sum += other > group ? 1 : other === group ? 0.5 : 0;
  return sum;
}

// Again and again those that nothing left beats. Not sorted by score: with Schulze an unbeaten option may beat fewer than another.
function layers(options: readonly string[], beats: Beats): readonly (readonly string[])[] {
  const ranking: string[][] = [];
  let left = [...options.keys()];
  while (left.length > 0) {
    const unbeaten = left.filter((i) => !left.some((j) => beats(j, i)));
    ranking.push(unbeaten.map((i) => options[i]!));
    left = left.filter((i) => !unbeaten.includes(i));
  }
  return ranking;
}
