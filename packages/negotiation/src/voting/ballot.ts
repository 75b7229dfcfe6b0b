/** How votes are counted. */
export const votingRules = ["plurality", "approval", "borda", "schulze"] as const;
export type VotingRule = (typeof votingRules)[number];

/**
 * One voter's opinion: groups of options, best first; options in one group are liked alike, and those that stand nowhere are liked alike
 * and less than all that do. Plurality and approval read the first group only.
 */
export type Ballot = readonly (readonly string[])[];

/** A ballot with how much it counts. Whole weights add up exactly; fractions as doubles do. */
export interface WeightedBallot {
  readonly ranking: Ballot;
  /** At least 0. */
  readonly weight: number;
}

/**
 * Whether a value from outside is a ballot for these options under this rule: each option at most once, no empty group, at least one group;
 * for plurality one option, for approval one group, so that a ranking which the rule would not read is not taken for a vote.
 */
export function isBallot(value: unknown, options: readonly string[], rule: VotingRule): value is Ballot {
  if (!Array.isArray(value) || value.length === 0 || !value.every((group) => Array.isArray(group) && group.length > 0))
    return false;
  const named: readonly unknown[] = value.flat();
  if (new Set(named).size !== named.length || !named.every((option) => options.some((known) => known === option))) return false;
  if (rule === "plurality") return named.length === 1;
  return rule !== "approval" || value.length === 1;
}

/** For each option, in the order given, the number of its group, from 0; what stands nowhere comes after all groups. */
export function groupsOf(options: readonly string[], ranking: Ballot): readonly number[] {
  const groups = new Map(ranking.flatMap((group, g) => group.map((option) => [option, g] as const)));
  return options.map((option) => groups.get(option) ?? ranking.length);
}
