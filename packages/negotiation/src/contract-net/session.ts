import type { Json } from "../json.ts";
import type { Ranked } from "./ranked-bid.ts";
import type { checkedTerms } from "./terms.ts";

/** Where a participant stands. `proposed` and `reserve` can still win; `awarded` is working; the others are final. */
export const standings = [
  "invited",
  "proposed",
  "reserve",
  "awarded",
  "done",
  "failed",
  "timed-out",
  "withdrawn",
  "rejected",
  "expired",
  "too-dear",
  "refused",
  "not-understood",
  "no-reply",
  "cancelled",
] as const;
export type Standing = (typeof standings)[number];

/** A bid: price (at least 0, lower is better), and what else the bidder promises. Times in milliseconds. */
export interface Proposal {
  readonly price: number;
  /** The last moment at which it may be accepted. */
  readonly validUntil?: number;
  /** How long the bidder says it will take. */
  readonly promisedMs?: number;
  /** How good the bidder says it will be, 0 to 1. */
  readonly quality?: number;
  /** Anything else, for the initiator to read; does not count in the award. */
  readonly details?: Json;
}

export interface Participant {
  readonly name: string;
  readonly standing: Standing;
  readonly proposal?: Proposal;
  /** Arrival number of the proposal, from 0: earlier wins a tie. */
  readonly arrival?: number;
  /** When an awarded participant's time is up. */
  readonly deadline?: number;
  /** What it delivered. */
  readonly output?: Json;
  /** Why it refused, withdrew or failed, in its own words. */
  readonly reason?: string;
}

/** The whole session as plain JSON. Participants keep the order of the terms. */
export interface ContractNetState {
  readonly terms: ReturnType<typeof checkedTerms>;
  /** "held" in Iterated Contract Net alone: bids come in and wait for the initiator's decision. */
  readonly phase: "collecting" | "held" | "performing" | "closed";
  readonly participants: readonly Participant[];
  /** Names in the order they were accepted; a re-award adds one. */
  readonly awarded: readonly string[];
  readonly done: readonly string[];
  readonly failed: readonly string[];
  /** Proposals received so far. */
  readonly arrivals: number;
  /** The order fixed at the evaluation; re-awards follow it. Absent before. */
  readonly ranking?: readonly Ranked[];
  readonly cancelled: boolean;
  /** The latest time seen. */
  readonly at: number;
}

/** What can happen to a session. */
export type ContractNetEvent =
  | ({ readonly type: "propose"; readonly from: string } & Proposal)
  | { readonly type: "refuse" | "not-understood" | "withdraw" | "failure"; readonly from: string; readonly reason?: string }
  | { readonly type: "inform-done"; readonly from: string; readonly output?: Json }
  | { readonly type: "cancel"; readonly reason?: string }
  | { readonly type: "timer" };

/** Why a message was answered with not-understood. */
export type Misunderstanding = "out-of-sequence" | "not-a-participant" | "invalid-proposal";

/** The terms that a bidder needs. */
export interface CallForProposals {
  readonly act: "cfp";
  readonly replyBy: number;
  readonly completeWithinMs: number;
  readonly criteria: ContractNetState["terms"]["criteria"];
  readonly task?: Json;
}

/** What the initiator says to a participant. */
export type InitiatorMessage =
  | CallForProposals
  | { readonly act: "accept-proposal"; readonly completeBy: number }
  | { readonly act: "reject-proposal"; readonly reason?: "late" | "expired" | "too-dear" }
  | { readonly act: "cancel"; readonly reason?: string }
  | { readonly act: "not-understood"; readonly reason: Misunderstanding };

/** The only effect of this protocol: send `message` to the agent named `to`. */
export interface ContractNetEffect {
  readonly type: "send";
  readonly to: string;
  readonly message: InitiatorMessage;
}

/** How a session ended: all awards done, some, none, or called off. */
export interface ContractNetResult {
  readonly outcome: "success" | "partial" | "failed" | "cancelled";
  readonly awarded: readonly string[];
  readonly done: readonly string[];
  readonly failed: readonly string[];
  /** What each finished bidder delivered, in the order of `done`. */
  readonly outputs: readonly { readonly from: string; readonly output: Json }[];
}
