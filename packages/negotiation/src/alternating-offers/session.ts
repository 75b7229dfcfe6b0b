import type { Outcome } from "../scenario/domain.ts";
import type { CheckedOfferTerms } from "./terms.ts";

/** How a session ended. */
export interface AlternatingOffersResult {
  readonly outcome: "agreement" | "no-deal";
  /** What was agreed. */
  readonly agreed?: Outcome;
  /** Whose offer was agreed, or who ended it or was at fault. */
  readonly by?: string;
  readonly reason?: "deadline" | "ended" | "fault";
  /** Why a party ended it, in its own words. */
  readonly why?: string;
  /** The round in which it ended, from 0. */
  readonly round: number;
}

/** The whole session as plain JSON. */
export interface AlternatingOffersState {
  readonly terms: CheckedOfferTerms;
  /** How many actions were taken; whose turn it is follows from it. */
  readonly action: number;
  /** The offer on the table; `by` is a place in the terms. */
  readonly standing?: { readonly by: number; readonly outcome: Outcome };
  /** How many have accepted it. */
  readonly accepted: number;
  /** The latest time seen. */
  readonly at: number;
  /** When the party whose turn it is will be at fault. */
  readonly dueAt: number;
  /** Set when it is over. */
  readonly result?: AlternatingOffersResult;
}

/** What can happen to a session. */
export type AlternatingOffersEvent =
  | { readonly type: "offer"; readonly from: string; readonly outcome: Outcome }
  | { readonly type: "accept"; readonly from: string }
  | { readonly type: "end"; readonly from: string; readonly reason?: string }
  | { readonly type: "timer" };

/** What the host must do: tell a party that it is its turn, that the session is over, or that its message changed nothing. */
export type AlternatingOffersEffect =
  | {
      readonly type: "turn";
      readonly to: string;
      /** Relative time, 0 to 1. */
      readonly t: number;
      readonly mayOffer: boolean;
      /** How many actions the party has left, this one included; absent where only time limits the session. */
      readonly actionsLeft?: number;
      readonly standing?: { readonly by: string; readonly outcome: Outcome };
    }
  | { readonly type: "closed"; readonly to: string; readonly result: AlternatingOffersResult }
  | {
      readonly type: "not-understood";
      readonly to: string;
      readonly reason:
        | "closed"
        | "out-of-turn"
        | "not-a-participant"
        | "invalid-offer"
        | "nothing-to-accept"
        | "no-offers-any-more";
    };
