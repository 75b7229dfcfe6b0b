// A protocol is a pure state machine. It holds no clock, does no I/O and draws no random number: the host gives it each event
// with the time it happened, carries out the effects it returns, and stores (event, now) so that replaying the list gives the
// same states and effects again. That is what lets a hub survive a crash in the middle of an award.
import { NegotiationError } from "./errors.ts";

/** What a step gives back: the next state, and what the host must now do, in order. */
export type Transition<State, Effect> = readonly [state: State, effects: readonly Effect[]];

/**
 * A negotiation protocol. Terms, states, events, effects and results are plain JSON; times are milliseconds on the host's clock.
 * The host must deliver a timer event (`{ type: "timer" }`) when `nextTimer(state)` is reached; a late one is harmless, since
 * every step first does whatever had fallen due.
 */
export interface Protocol<Terms, State, Event, Effect, Result> {
  /** Kebab-case, the same as the file's name. */
  readonly name: string;
  /** Opens a session. Throws TERMS_INVALID. */
  start(terms: Terms): Transition<State, Effect>;
  /** Decides one event. `now` that runs backwards is read as no time having passed. Throws EVENT_INVALID for an unknown type. */
  step(state: State, event: Event, now: number): Transition<State, Effect>;
  /** The earliest time at which a timer event is due, or undefined when the session waits for nobody. */
  nextTimer(state: State): number | undefined;
  /** How the session ended, or undefined while it is open. */
  result(state: State): Result | undefined;
}

/** Declares a protocol and checks its name. Throws PROTOCOL_NAME_INVALID. */
export function defineProtocol<Terms, State, Event, Effect, Result>(
  protocol: Protocol<Terms, State, Event, Effect, Result>,
): Protocol<Terms, State, Event, Effect, Result> {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(protocol.name)) {
    throw new NegotiationError("PROTOCOL_NAME_INVALID", { name: protocol.name });
  }
  return Object.freeze(protocol);
}
