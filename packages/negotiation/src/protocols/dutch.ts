// Dutch auction: the price moves by itself, down from the ceiling to sell, up from the floor to buy, and the first to accept wins
// at the price of that moment.
//
//   open --(accept | the last price has stood for everyMs | cancel)--> closed
//
// Every price stands for `everyMs` from when it was really shown: after an outage the clock goes on where it stopped, one price at a
// time, since a price that nobody could see must not be passed over. An acceptance that crosses a move counts at the price of now,
// which is never the worse one for who accepts. Who comes first to the host wins; there are no ties.
import type { AuctionEffect, AuctionResult } from "../auctions/auction.ts";
import {
  checkedDutchTerms,
  type DutchEvent,
  type DutchMessage,
  type DutchState,
  type DutchTerms,
} from "../auctions/dutch-session.ts";
import { checkEventType, timeOfStep } from "../event.ts";
import { defineProtocol, type Transition } from "../protocol.ts";

type State = DutchState;
type Effect = AuctionEffect<DutchMessage>;
type Moved = Transition<State, Effect>;

/** Dutch auction. Its `start` throws TERMS_INVALID, its `step` EVENT_INVALID. */
export const dutch = defineProtocol<DutchTerms, State, DutchEvent, Effect, AuctionResult>({
  name: "dutch",

  start(given) {
    const terms = checkedDutchTerms(given);
    const { participants, startAt, ...told } = terms;
    const state: State = { terms, moves: 0, shownAt: startAt, at: startAt };
    return [state, participants.map((to) => send(to, { act: "open", price: priceOf(state), ...told }))];
  },

  step(before, event, time) {
    checkEventType(event, ["accept", "cancel", "timer"]);
    const state = { ...before, at: timeOfStep(time, before.at) };
    if (state.result !== undefined || state.at < state.shownAt + state.terms.everyMs) return decide(state, event);
    const [moved, told] = isLast(state) ? closed(state, { outcome: "no-award" }) : movedOn(state);
    const [after, effects] = decide(moved, event);
    return [after, [...told, ...effects]];
  },

  nextTimer: ({ result, shownAt, terms }) => (result === undefined ? shownAt + terms.everyMs : undefined),

  result: ({ result }) => result,
});

export default dutch;

function decide(state: State, event: DutchEvent): Moved {
  if (event.type === "timer") return [state, []];
  if (event.type === "cancel")
    return state.result === undefined ? closed(state, { outcome: "cancelled" }, event.reason) : [state, []];
  const { from } = event;
  if (!state.terms.participants.includes(from))
    return [state, [send(from, { act: "not-understood", reason: "not-a-participant" })]];
  if (state.result !== undefined) return [state, [send(from, { act: "refused", reason: "late" })]];
  return closed(state, { outcome: "awarded", winner: from, price: priceOf(state) });
}

function movedOn(before: State): Moved {
  const state = { ...before, moves: before.moves + 1, shownAt: before.at };
  const price = priceOf(state);
  return [state, state.terms.participants.map((to) => send(to, { act: "price", price }))];
}

// From the number of moves, not from the last price, so that rounding does not add up.
function priceOf({ terms, moves }: State): number {
  const { side, ceiling, floor, moveBy } = terms;
  return side === "sell" ? Math.max(floor, ceiling - moves * moveBy) : Math.min(ceiling, floor + moves * moveBy);
}

function isLast(state: State): boolean {
  return priceOf(state) === (state.terms.side === "sell" ? state.terms.floor : state.terms.ceiling);
}

function closed(state: State, result: AuctionResult, reason?: string): Moved {
  const { outcome, winner, price } = result;
  const messages = state.terms.participants.map((to) =>
    send(to, {
      act: "closed",
      outcome,
      won: to === winner,
      ...(price === undefined ? {} : { price }),
      ...(reason === undefined ? {} : { reason }),
    }),
  );
  return [{ ...state, result }, messages];
}

function send(to: string, message: DutchMessage): Effect {
  return { type: "send", to, message };
}
