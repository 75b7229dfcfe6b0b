// The stacked alternating offers protocol (Aydoğan, Festen, Hindriks, Jonker 2017), for two and more parties, with what it leaves open decided.
//
//   open --(all others accept | end | deadline | fault)--> closed
//
// The parties act in the order of the terms. In its turn a party makes an offer, which rejects the one that stands, or accepts that one, or ends
// the session. When all others have accepted an offer without another in between it is agreed. A round is one action of each party. With
// `rounds` set, offers are made in that many; the last one may still be accepted in the round after, in which nobody may offer any more.
// With `endAt` set, nothing counts from that time on. Who does not act within `moveWithinMs` is at fault, and the session ends: it must end also
// when a party has died. Relative time is the larger of both, so a strategy sees one deadline.
//
// A message out of turn, an offer that is none or may not be made any more, gets not-understood and changes nothing.
// Rejected: counting a bad offer as an end (one slip of a language model would cost the deal).

import type {
  AlternatingOffersEffect,
  AlternatingOffersEvent,
  AlternatingOffersResult,
  AlternatingOffersState,
} from "../alternating-offers/session.ts";
import { checkedTerms, type OfferTerms } from "../alternating-offers/terms.ts";
import { checkEventType, timeOfStep } from "../event.ts";
import { defineProtocol, type Transition } from "../protocol.ts";

type State = AlternatingOffersState;
type Moved = Transition<State, AlternatingOffersEffect>;

/** Alternating offers for two or more parties. Its `start` throws TERMS_INVALID, its `step` EVENT_INVALID. */
export const alternatingOffers = defineProtocol<
  OfferTerms,
  State,
  AlternatingOffersEvent,
  AlternatingOffersEffect,
  AlternatingOffersResult
>({
  name: "alternating-offers",

  start(given) {
    const terms = checkedTerms(given);
    const state: State = { terms, action: 0, accepted: 0, at: terms.startAt, dueAt: terms.startAt + terms.moveWithinMs };
    return [state, [turnOf(state)]];
  },

  step(before, event, time) {
    checkEventType(event, ["offer", "accept", "end", "timer"]);
    const now = timeOfStep(time, before.at);
    if (before.result !== undefined)
      return event.type === "timer" ? [before, []] : [before, [misunderstood(event.from, "closed")]];
    const { endAt } = before.terms;
    if (endAt !== undefined && now >= endAt) return closed(before, now, { outcome: "no-deal", reason: "deadline" });
    if (now >= before.dueAt) return closed(before, now, { outcome: "no-deal", reason: "fault", by: nameAt(before) });
    if (event.type === "timer") return [before, []];
    if (event.from !== nameAt(before))
      return [before, [misunderstood(event.from, isParty(before, event.from) ? "out-of-turn" : "not-a-participant")]];
    return moved(before, event, now);
  },

  nextTimer({ result, dueAt, terms }) {
    if (result !== undefined) return undefined;
    return terms.endAt === undefined ? dueAt : Math.min(dueAt, terms.endAt);
  },

  result: ({ result }) => result,
});

export default alternatingOffers;

function moved(state: State, event: Exclude<AlternatingOffersEvent, { type: "timer" }>, now: number): Moved {
  const { terms, standing } = state;
  const { length } = terms.participants;
  switch (event.type) {
    case "offer": {
      if (!mayOffer(state)) return [state, [misunderstood(event.from, "no-offers-any-more")]];
      const { outcome } = event;
      if (!isWithin(outcome, terms.issues)) return [state, [misunderstood(event.from, "invalid-offer")]];
      const by = state.action % length;
      return next({ ...state, standing: { by, outcome: [...outcome] }, accepted: 0 }, now);
    }
    case "accept": {
      if (standing === undefined) return [state, [misunderstood(event.from, "nothing-to-accept")]];
      const accepted = state.accepted + 1;
      if (accepted < length - 1) return next({ ...state, accepted }, now);
      return closed({ ...state, accepted }, now, {
        outcome: "agreement",
        agreed: standing.outcome,
        by: terms.participants[standing.by]!,
      });
    }
    case "end":
      return closed(state, now, {
        outcome: "no-deal",
        reason: "ended",
        by: event.from,
        ...(event.reason === undefined ? {} : { why: event.reason }),
      });
  }
}

// The next party's turn; nobody's when the offers have ended and all others have answered the last one.
function next(before: State, now: number): Moved {
  const state = { ...before, action: before.action + 1, at: now, dueAt: now + before.terms.moveWithinMs };
  const { standing, terms } = state;
  const turn = state.action % terms.participants.length;
  if (!mayOffer(state) && (standing === undefined || standing.by === turn))
    return closed(state, now, { outcome: "no-deal", reason: "deadline" });
  return [state, [turnOf(state)]];
}

function closed(state: State, now: number, ending: Omit<AlternatingOffersResult, "round">): Moved {
  const result: AlternatingOffersResult = { ...ending, round: roundOf(state) };
  return [{ ...state, at: now, result }, state.terms.participants.map((to) => ({ type: "closed", to, result }))];
}

function turnOf(state: State): AlternatingOffersEffect {
  const { terms, standing, at } = state;
  const round = roundOf(state);
  const byRounds = terms.rounds === undefined ? 0 : round / terms.rounds;
  const byTime = terms.endAt === undefined ? 0 : (at - terms.startAt) / (terms.endAt - terms.startAt);
  const offers = mayOffer(state);
  return {
    type: "turn",
    to: nameAt(state),
    t: Math.min(1, Math.max(byRounds, byTime)),
    mayOffer: offers,
    ...(terms.rounds === undefined ? {} : { actionsLeft: offers ? terms.rounds - round : 1 }),
    ...(standing === undefined ? {} : { standing: { by: terms.participants[standing.by]!, outcome: standing.outcome } }),
  };
}

function mayOffer(state: State): boolean {
  return state.terms.rounds === undefined || roundOf(state) < state.terms.rounds;
}

function roundOf({ action, terms }: State): number {
  return Math.floor(action / terms.participants.length);
}

function nameAt({ action, terms }: State): string {
  return terms.participants[action % terms.participants.length]!;
}

function isParty({ terms }: State, name: string): boolean {
  return terms.participants.includes(name);
}

function isWithin(outcome: unknown, sizes: readonly number[]): outcome is readonly number[] {
  if (!Array.isArray(outcome) || outcome.length !== sizes.length) return false;
  for (let k = 0; k < sizes.length; k++)
    if (!Number.isInteger(outcome[k]) || outcome[k] < 0 || outcome[k] >= sizes[k]!) return false;
  return true;
}

function misunderstood(
  to: string,
  reason: Extract<AlternatingOffersEffect, { type: "not-understood" }>["reason"],
): AlternatingOffersEffect {
  return { type: "not-understood", to, reason };
}
