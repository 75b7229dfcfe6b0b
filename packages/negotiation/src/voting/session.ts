import type { Json } from "../json.ts";
import { checkAmount, checkNames, checkTime, checkWord, refuse } from "../terms.ts";
import { type Ballot, type VotingRule, votingRules } from "./ballot.ts";
import type { Tally } from "./tally.ts";

/** Terms of a vote. */
export interface VoteTerms {
  /** The voters, by name, without repeats. */
  readonly participants: readonly string[];
  /** At least two, by name; of tied options the one that stands first here wins. */
  readonly options: readonly string[];
  /** Default "schulze". */
  readonly rule?: VotingRule;
  /** How much a voter counts, at least 0; who is not named counts 1. */
  readonly weights?: Readonly<Record<string, number>>;
  /** The share of all weight, 0 to 1, that must answer (abstaining is an answer) for the vote to count. Default 0. */
  readonly quorum?: number;
  /** Ballots at or after this time, in milliseconds on the host's clock, are late. */
  readonly closesAt: number;
  /** What is voted on; goes out with the opening untouched. */
  readonly question?: Json;
}

/** Terms with the defaults filled in; one weight for each participant, in their order. */
export interface CheckedVoteTerms extends Omit<VoteTerms, "weights" | "rule" | "quorum"> {
  readonly rule: VotingRule;
  readonly weights: readonly number[];
  readonly quorum: number;
}

/** How a vote ended. */
export interface VoteResult {
  readonly outcome: "decided" | "no-quorum" | "no-votes" | "cancelled";
  /** Only when decided. */
  readonly winner?: string;
  /** Which options were tied for the first place, the winner among them; more than one says that the order of the terms decided. */
  readonly tied: readonly string[];
  readonly ranking: Tally["ranking"];
  readonly scores: Tally["scores"];
  /** The share of all weight that answered, 0 to 1. */
  readonly turnout: number;
}

/** Where a voter stands. */
export interface Voter {
  readonly name: string;
  readonly answer: "none" | "ballot" | "abstain";
  readonly ranking?: Ballot;
}

/** The whole session as plain JSON. */
export interface VoteState {
  readonly terms: CheckedVoteTerms;
  readonly voters: readonly Voter[];
  /** The latest time seen. */
  readonly at: number;
  readonly result?: VoteResult;
}

/** What can happen to a session. */
export type VoteEvent =
  | { readonly type: "ballot"; readonly from: string; readonly ranking: Ballot }
  | { readonly type: "abstain"; readonly from: string }
  | { readonly type: "cancel"; readonly reason?: string }
  | { readonly type: "timer" };

/** What a voter is told. Nobody is told how another voted. */
export type VoteMessage =
  | ({ readonly act: "open"; readonly weight: number } & Pick<
      CheckedVoteTerms,
      "options" | "rule" | "quorum" | "closesAt" | "question"
    >)
  | { readonly act: "refused"; readonly reason: "late" }
  | { readonly act: "not-understood"; readonly reason: "out-of-sequence" | "not-a-participant" | "invalid-ballot" }
  | { readonly act: "closed"; readonly result: VoteResult; readonly reason?: string };

/** The only effect of a vote: send `message` to the agent named `to`. */
export interface VoteEffect {
  readonly type: "send";
  readonly to: string;
  readonly message: VoteMessage;
}

/** Checks terms and fills in the defaults. Throws TERMS_INVALID. */
export function checkedVoteTerms(terms: VoteTerms): CheckedVoteTerms {
  const { participants, options, rule = "schulze", weights = {}, quorum = 0, closesAt, question } = terms;
  checkNames("participants", participants);
  checkNames("options", options, 2);
  checkWord("rule", rule, votingRules);
  for (const [name, weight] of Object.entries(weights)) {
    if (!participants.includes(name)) refuse(`weights.${name}`, "a participant", name);
    checkAmount(`weights.${name}`, weight);
  }
  if (!(quorum >= 0 && quorum <= 1)) refuse("quorum", "a number from 0 to 1", quorum);
  checkTime("closesAt", closesAt);
  const all = participants.map((name) => (Object.hasOwn(weights, name) ? weights[name]! : 1));
  const sum = all.reduce((a, b) => a + b, 0);
  if (!(sum > 0 && Number.isFinite(sum))) refuse("weights", "at least one weight above 0 and a finite sum", weights);
  return { participants, options, rule, weights: all, quorum, closesAt, ...(question === undefined ? {} : { question }) };
}
