// Schulze's method (M. Schulze, "A new monotonic, clone-independent, reversal symmetric, and Condorcet-consistent single-winner election
// method", Social Choice and Welfare 36, 2011), with winning votes as the strength of a link. Option i beats j when the strongest path
// from i to j is stronger than the one back, a path being as strong as its weakest link. Beating is transitive, so somebody is unbeaten.
// O(n^3) by Floyd and Warshall's scheme.
import { groupsOf, type WeightedBallot } from "./ballot.ts";

/** `result[i][j]`: the weight of the ballots that like option i better than option j. */
export function pairwiseVotes(options: readonly string[], ballots: readonly WeightedBallot[]): readonly (readonly number[])[] {
  const votes = options.map(() => options.map(() => 0));
  for (const { ranking, weight } of ballots) {
    const groups = groupsOf(options, ranking);
    for (const [i, row] of votes.entries()) for (let j = 0; j < row.length; j++) if (groups[i]! < groups[j]!) row[j]! += weight;
  }
  return votes;
}

/** `result[i][j]`: the strength of the strongest path from option i to option j; 0 where there is none, and from i to i. */
export function strongestPaths(options: readonly string[], ballots: readonly WeightedBallot[]): readonly (readonly number[])[] {
  const votes = pairwiseVotes(options, ballots);
  const paths = votes.map((row, i) => row.map((won, j) => (won > votes[j]![i]! ? won : 0)));
  const { length } = options;
  for (let via = 0; via < length; via++)
    for (let i = 0; i < length; i++) {
      if (i === via) continue;
      for (let j = 0; j < length; j++)
        if (j !== i && j !== via) paths[i]![j] = Math.max(paths[i]![j]!, Math.min(paths[i]![via]!, paths[via]![j]!));
    }
  return paths;
}

/** The option that a majority likes better than each other one, if there is one (Condorcet). */
export function condorcetWinner(options: readonly string[], ballots: readonly WeightedBallot[]): string | undefined {
  const votes = pairwiseVotes(options, ballots);
  return options.find((_, i) => votes.every((row, j) => i === j || votes[i]![j]! > row[i]!));
}
