import type { Outcome } from "../scenario/domain.ts";
import { checkAmount, checkCount, checkLength, checkNames, checkTime, refuse } from "../terms.ts";

/** Terms of a mediation. Times are milliseconds on the host's clock. */
export interface MediationTerms {
  /** The parties, at least two, by name. */
  readonly participants: readonly string[];
  /** For each issue, how many values it has; at least one has two. */
  readonly issues: readonly number[];
  /** How many changes the mediator proposes before the text is put to the last vote. */
  readonly rounds: number;
  /** The mediator's draws come from here: a whole number from 0 to 2^32 - 1. */
  readonly seed: number;
  /** The first text; drawn when absent. */
  readonly text?: Outcome;
  /**
   * How readily the mediator overrules reluctant parties at the start, falling evenly to nobody's being overruled in the last
   * round. With temperature 1 one reluctant party is overruled in the first round with probability 1/e. Default 0: never.
   */
  readonly temperature?: number;
  /** How long a party has for each vote; who is silent rejects. Default a minute. */
  readonly voteWithinMs?: number;
  /** When it begins; default 0. */
  readonly startAt?: number;
}

/** Terms with the defaults filled in. */
export type CheckedMediationTerms = MediationTerms & Required<Omit<MediationTerms, "text">>;

/** What a party says to a change. "reluctant" rejects but may be overruled while the temperature is high; "reject" is a veto. */
export const mediationAnswers = ["accept", "reluctant", "reject"] as const;
export type MediationAnswer = (typeof mediationAnswers)[number];

/** How a mediation ended. */
export interface MediationResult {
  readonly outcome: "agreement" | "no-deal";
  readonly agreed?: Outcome;
  /** Why there is no deal: somebody did not accept the last text, or left. */
  readonly reason?: "not-ratified" | "ended";
  /** Who left. */
  readonly by?: string;
  /** How many changes were proposed and how many of them adopted. */
  readonly proposed: number;
  readonly adopted: number;
}

/** The whole session as plain JSON. */
export interface MediationState {
  readonly terms: CheckedMediationTerms;
  /** "ratifying": the text itself is put to the last vote. */
  readonly phase: "changing" | "ratifying" | "closed";
  /** The text as it stands. */
  readonly text: Outcome;
  /** The change that is voted on. */
  readonly proposal?: Outcome;
  /** One answer for each party, in the order of the terms; null while it has not voted. */
  readonly answers: readonly (MediationAnswer | null)[];
  readonly proposed: number;
  readonly adopted: number;
  /** The state of the mediator's draws. */
  readonly draws: number;
  readonly dueAt: number;
  /** The latest time seen. */
  readonly at: number;
  readonly result?: MediationResult;
}

/** What can happen to a session. */
export type MediationEvent =
  | { readonly type: "vote"; readonly from: string; readonly answer: MediationAnswer }
  | { readonly type: "end"; readonly from: string }
  | { readonly type: "timer" };

/** What the mediator says to a party. */
export type MediationMessage =
  /** Would you rather have `proposal` than `text`? Or, in the last vote, where there is no proposal: do you agree to `text`? */
  | {
      readonly act: "ask";
      readonly text: Outcome;
      readonly proposal?: Outcome;
      /** From 0. */
      readonly round: number;
      readonly roundsLeft: number;
      readonly replyBy: number;
    }
  | { readonly act: "closed"; readonly result: MediationResult }
  | {
      readonly act: "not-understood";
      readonly reason: "not-a-participant" | "out-of-sequence" | "invalid-answer" | "closed";
    };

/** The only effect of a mediation: send `message` to the agent named `to`. */
export interface MediationEffect {
  readonly type: "send";
  readonly to: string;
  readonly message: MediationMessage;
}

/** Checks terms and fills in the defaults. Throws TERMS_INVALID. */
export function checkedMediationTerms(terms: MediationTerms): CheckedMediationTerms {
  const { participants, issues, rounds, seed, text, temperature = 0, voteWithinMs = 60_000, startAt = 0 } = terms;
  checkNames("participants", participants, 2);
  if (
    !Array.isArray(issues) ||
    !issues.every((size) => Number.isSafeInteger(size) && size > 0) ||
    !issues.some((size) => size > 1)
  )
    refuse("issues", "for each issue how many values it has, at least one with two", issues);
  checkCount("rounds", rounds);
  if (!(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)) refuse("seed", "a whole number from 0 to 2^32 - 1", seed);
  const fits = (one: Outcome) =>
    Array.isArray(one) &&
    one.length === issues.length &&
    one.every((at, k) => Number.isInteger(at) && at >= 0 && at < issues[k]!);
  if (text !== undefined && !fits(text)) refuse("text", "an index for each issue", text);
  checkAmount("temperature", temperature);
  checkLength("voteWithinMs", voteWithinMs);
  checkTime("startAt", startAt);
  return { ...terms, temperature, voteWithinMs, startAt };
}
