import type { Domain, Outcome } from "../scenario/domain.ts";
import type { Preferences } from "../scenario/preferences.ts";

/** What a negotiator knows from the start. */
export interface View {
  readonly domain: Domain;
  readonly preferences: Preferences;
  /** How many parties there are, and which of them it is, from 0. */
  readonly parties: number;
  readonly me: number;
  /** Draws of the strategy come from here: the same seed and the same offers, the same actions. */
  readonly seed: number;
}

/** The moment of an action. */
export interface Moment {
  /** Relative time, 0 at the start, 1 at the deadline. */
  readonly t: number;
  /** How many actions it has left, this one included; undefined where only time limits the session. */
  readonly actionsLeft: number | undefined;
  /** The offer on the table, if another made one. */
  readonly standing: Outcome | undefined;
  /** Whether a new offer may still be made; at the very end one can only accept or end. */
  readonly mayOffer: boolean;
}

/** What a negotiator does in its turn. */
export type Action = { readonly act: "offer"; readonly outcome: Outcome } | { readonly act: "accept" } | { readonly act: "end" };

/** One party's bargaining in one session. It keeps what it has learned; it has no clock and draws only from its seed. */
export interface Negotiator {
  /** Another party made an offer. */
  heard(by: number, outcome: Outcome, t: number): void;
  /** It is this party's turn. */
  act(moment: Moment): Action;
}

/** A way to bargain. */
export interface Strategy {
  /** Kebab-case, the same as the file's name. */
  readonly name: string;
  /** Opens a session. Throws `TOO_MANY_OUTCOMES` where it must rank outcomes that cannot be. */
  start(view: View): Negotiator;
}

/** Declares a strategy. */
export function defineStrategy(strategy: Strategy): Strategy {
  return Object.freeze(strategy);
}
