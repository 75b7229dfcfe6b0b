import type { Ranked } from "../contract-net/ranked-bid.ts";
import type {
  CallForProposals,
  ContractNetEvent,
  ContractNetResult,
  ContractNetState,
  InitiatorMessage,
  Proposal,
} from "../contract-net/session.ts";
import { type ContractNetTerms, type Criteria, checkedTerms } from "../contract-net/terms.ts";
import type { Json } from "../json.ts";
import { checkCount, checkLength, checkTime } from "../terms.ts";

/** Terms of an Iterated Contract Net: those of Contract Net, with lengths of time instead of one deadline. */
export interface IteratedContractNetTerms extends Omit<ContractNetTerms, "replyBy"> {
  /** How many calls there are at most; the last is decided as in Contract Net. */
  readonly rounds: number;
  /** How long bidders have in each round. */
  readonly replyWithinMs: number;
  /** How long the initiator may think between rounds; after that the best bids are accepted. */
  readonly decideWithinMs: number;
  /** When it begins; default 0. */
  readonly startAt?: number;
}

/** Terms with the defaults filled in. */
export interface CheckedIteratedTerms {
  readonly rounds: number;
  readonly replyWithinMs: number;
  readonly decideWithinMs: number;
  readonly startAt: number;
}

/** One round that is over: who was called, and what was bid. */
export interface PastRound {
  readonly called: readonly string[];
  readonly bids: readonly { readonly name: string; readonly proposal: Proposal }[];
}

/** The whole session as plain JSON. */
export interface IteratedContractNetState {
  readonly terms: CheckedIteratedTerms;
  /** The round of now, from 1. */
  readonly round: number;
  /** Rounds that were followed by another. */
  readonly past: readonly PastRound[];
  /** This round as a Contract Net; in phase "held" bids wait for the initiator. */
  readonly net: ContractNetState;
  /** Until when the initiator may decide; set when all have answered or their time is up. */
  readonly decideBy?: number;
}

/** What can happen: all that can in Contract Net, and the initiator's decisions. */
export type IteratedContractNetEvent =
  | ContractNetEvent
  /** Accept the best bids of this round. */
  | { readonly type: "award" }
  /** Call again: some of those who bid, for a changed task or by other criteria if given. Their bids lapse; the others are rejected. */
  | { readonly type: "iterate"; readonly to: readonly string[]; readonly task?: Json; readonly criteria?: Criteria };

/** Sent to a bidder: as in Contract Net, where a call says also which round it is and whether another may follow. */
export type IteratedMessage =
  | (CallForProposals & { readonly round: number; readonly last: boolean })
  | Exclude<InitiatorMessage, CallForProposals>;

/** What the host must do: send a message, ask the initiator, or tell it that its decision changed nothing. */
export type IteratedContractNetEffect =
  | { readonly type: "send"; readonly to: string; readonly message: IteratedMessage }
  /** Give `award` or `iterate` by then; the bids are ranked as an award would rank them. */
  | { readonly type: "decide"; readonly round: number; readonly decideBy: number; readonly bids: readonly Ranked[] }
  | { readonly type: "not-decided"; readonly reason: "out-of-sequence" | "not-a-bidder" | "invalid-criteria" };

/** How it ended, and in which round. */
export interface IteratedContractNetResult extends ContractNetResult {
  readonly rounds: number;
}

/** Checks terms; the second part is the first round's Contract Net. Throws TERMS_INVALID. */
export function checkedIteratedTerms(
  given: IteratedContractNetTerms,
): readonly [CheckedIteratedTerms, ReturnType<typeof checkedTerms>] {
  const { rounds, replyWithinMs, decideWithinMs, startAt = 0, ...net } = given;
  checkCount("rounds", rounds);
  checkLength("replyWithinMs", replyWithinMs);
  checkLength("decideWithinMs", decideWithinMs);
  checkTime("startAt", startAt);
  return [{ rounds, replyWithinMs, decideWithinMs, startAt }, checkedTerms({ ...net, replyBy: startAt + replyWithinMs })];
}
