// Contract Net (FIPA SC00029H) with what that specification leaves open decided: completion deadlines, validity of proposals,
// late bids, withdrawal, duplicates and re-award.
//
//   collecting --(all answered, or replyBy)--> performing --(no award pending, none to make)--> closed
//        \__________________________ cancel ____________________________________________________/
//
// Bidders answer the cfp with propose, refuse or not-understood, once; a bidder may withdraw as long as it is not accepted.
// At the evaluation, bids past their validUntil are expired, the rest are ranked once and the best `awards` accepted.
// Without re-award the losers are rejected there and then; with it they stay as reserves, and each failure or missed deadline
// accepts the next reserve that is still valid. A message out of sequence, or from a stranger, changes nothing.
//
// Deadlines run from the moment the host really acts (`now`), not from when a timer had been due: after an outage of an hour the
// hub must not accept a bid and time it out in the same breath.
// Rejected: re-opening the call after all have failed (that is Iterated Contract Net, another protocol).
import { isAcceptable, ranked } from "../contract-net/ranking.ts";
import type {
  ContractNetEffect,
  ContractNetEvent,
  ContractNetResult,
  ContractNetState,
  InitiatorMessage,
  Misunderstanding,
  Participant,
  Proposal,
} from "../contract-net/session.ts";
import { type ContractNetTerms, checkedTerms } from "../contract-net/terms.ts";
import { NegotiationError } from "../errors.ts";
import { defineProtocol, type Transition } from "../protocol.ts";

type State = ContractNetState;
type Moved = Transition<State, ContractNetEffect>;

/** Contract Net with timeouts, late bids, withdrawal and re-award. Its `start` throws TERMS_INVALID, its `step` EVENT_INVALID. */
export const contractNet = defineProtocol<ContractNetTerms, State, ContractNetEvent, ContractNetEffect, ContractNetResult>({
  name: "contract-net",

  start(given) {
    const terms = checkedTerms(given);
    const state: State = {
      terms,
      phase: "collecting",
      participants: terms.participants.map((name) => ({ name, standing: "invited" })),
      awarded: [],
      done: [],
      failed: [],
      arrivals: 0,
      cancelled: false,
      at: 0,
    };
    const { replyBy, completeWithinMs, criteria, task } = terms;
    const cfp: InitiatorMessage = { act: "cfp", replyBy, completeWithinMs, criteria, ...(task === undefined ? {} : { task }) };
    return [state, terms.participants.map((to) => send(to, cfp))];
  },

  step(before, event, time) {
    if (!Number.isFinite(time))
      throw new NegotiationError("EVENT_INVALID", { field: "now", wanted: "a time in milliseconds", got: time });
    const now = Math.max(time, before.at);
    const [due, dueEffects] = whatIsDue({ ...before, at: now }, now);
    const [after, effects] = decide(due, event, now);
    return [after, [...dueEffects, ...effects]];
  },

  nextTimer(state) {
    if (state.phase === "collecting") return state.terms.replyBy;
    const deadlines = state.participants.filter((p) => p.standing === "awarded").map((p) => p.deadline!);
    return deadlines.length === 0 ? undefined : Math.min(...deadlines);
  },

  result(state) {
    if (state.phase !== "closed") return undefined;
    const { awarded, done, failed } = state;
    const outputs = done.flatMap((name) => {
      const output = state.participants.find((p) => p.name === name)?.output;
      return output === undefined ? [] : [{ from: name, output }];
    });
    return { outcome: outcome(state), awarded, done, failed, outputs };
  },
});

export default contractNet;

function outcome(state: State): ContractNetResult["outcome"] {
  if (state.cancelled) return "cancelled";
  if (state.done.length === 0) return "failed";
  return state.done.length >= state.terms.awards ? "success" : "partial";
}

// Timers come before a message of the same time.
function whatIsDue(state: State, now: number): Moved {
  if (state.phase === "collecting") return now >= state.terms.replyBy ? evaluated(state, now) : [state, []];
  const late = state.participants.filter((p) => p.standing === "awarded" && p.deadline! <= now);
  let moved: Moved = [state, []];
  for (const p of late) {
    moved = then(moved, (s) => [
      changed(s, p.name, { standing: "timed-out" }, { failed: [...s.failed, p.name] }),
      [send(p.name, { act: "cancel", reason: "completion-timeout" })],
    ]);
  }
  return late.length === 0 ? moved : then(moved, (s) => settled(s, now));
}

function decide(state: State, event: ContractNetEvent, now: number): Moved {
  if (event.type === "timer") return [state, []];
  if (event.type === "cancel") return calledOff(state, event.reason);
  const sender = state.participants.find((p) => p.name === event.from);
  if (!sender) return misunderstood(state, event.from, "not-a-participant");
  const { name, standing } = sender;
  const why = "reason" in event && event.reason !== undefined ? { reason: event.reason } : {};
  switch (event.type) {
    case "propose":
      if (standing === "no-reply")
        return [changed(state, name, { standing: "rejected" }), [send(name, { act: "reject-proposal", reason: "late" })]];
      if (standing !== "invited") return misunderstood(state, name);
      if (!isProposal(event)) return misunderstood(state, name, "invalid-proposal");
      return answered(
        changed(
          state,
          name,
          { standing: "proposed", proposal: proposalOf(event), arrival: state.arrivals },
          { arrivals: state.arrivals + 1 },
        ),
        now,
      );
    case "refuse":
    case "not-understood":
      if (standing !== "invited") return misunderstood(state, name);
      return answered(changed(state, name, { standing: event.type === "refuse" ? "refused" : "not-understood", ...why }), now);
    case "withdraw":
      if (standing !== "proposed" && standing !== "reserve") return misunderstood(state, name);
      return answered(changed(state, name, { standing: "withdrawn", ...why }), now);
    case "inform-done": {
      if (standing !== "awarded") return misunderstood(state, name);
      const output = event.output === undefined ? {} : { output: event.output };
      return settled(changed(state, name, { standing: "done", ...output }, { done: [...state.done, name] }), now);
    }
    case "failure":
      if (standing !== "awarded") return misunderstood(state, name);
      return settled(changed(state, name, { standing: "failed", ...why }, { failed: [...state.failed, name] }), now);
    default:
      throw new NegotiationError("EVENT_INVALID", { field: "type", wanted: "an act of Contract Net", got: unknownType(event) });
  }
}

function answered(state: State, now: number): Moved {
  if (state.phase !== "collecting" || state.participants.some((p) => p.standing === "invited")) return [state, []];
  return evaluated(state, now);
}

function evaluated(state: State, now: number): Moved {
  const expired = state.participants.filter((p) => p.standing === "proposed" && !isAcceptable(p, now));
  const participants = state.participants.map((p): Participant => {
    if (p.standing === "invited") return { ...p, standing: "no-reply" };
    if (p.standing !== "proposed") return p;
    return { ...p, standing: isAcceptable(p, now) ? "reserve" : "expired" };
  });
  const ranking = ranked(
    participants.filter((p) => isAcceptable(p, now)),
    state.terms,
  );
  const performing: State = { ...state, phase: "performing", participants, ranking };
  const moved: Moved = [performing, expired.map((p) => send(p.name, { act: "reject-proposal", reason: "expired" }))];
  const awarded = then(moved, (s) => acceptedNext(s, now, s.terms.awards));
  return then(state.terms.reaward ? awarded : then(awarded, reservesRejected), closedIfIdle);
}

// After a winner finished or failed: with re-award, one reserve takes over for each award that nobody holds.
function settled(state: State, now: number): Moved {
  const busy = state.participants.filter((p) => p.standing === "awarded").length;
  const missing = state.terms.awards - state.done.length - busy;
  const moved: Moved = state.terms.reaward && missing > 0 ? acceptedNext(state, now, missing) : [state, []];
  return then(moved, closedIfIdle);
}

function acceptedNext(state: State, now: number, count: number): Moved {
  const byName = new Map(state.participants.map((p) => [p.name, p]));
  const next = (state.ranking ?? []).filter((r) => isAcceptable(byName.get(r.name)!, now)).slice(0, count);
  const completeBy = now + state.terms.completeWithinMs;
  let moved: Moved = [state, []];
  for (const { name } of next) {
    moved = then(moved, (s) => [
      changed(s, name, { standing: "awarded", deadline: completeBy }, { awarded: [...s.awarded, name] }),
      [send(name, { act: "accept-proposal", completeBy })],
    ]);
  }
  return moved;
}

function reservesRejected(state: State): Moved {
  const reserves = state.participants.filter((p) => p.standing === "reserve");
  const participants = state.participants.map(
    (p): Participant => (p.standing === "reserve" ? { ...p, standing: "rejected" } : p),
  );
  return [{ ...state, participants }, reserves.map((p) => send(p.name, { act: "reject-proposal" }))];
}

function closedIfIdle(state: State): Moved {
  if (state.participants.some((p) => p.standing === "awarded")) return [state, []];
  return reservesRejected({ ...state, phase: "closed" });
}

function calledOff(state: State, reason: string | undefined): Moved {
  if (state.phase === "closed") return [state, []];
  const open = new Set(["invited", "proposed", "reserve", "awarded"]);
  const told = state.participants.filter((p) => open.has(p.standing));
  const participants = state.participants.map((p): Participant => (open.has(p.standing) ? { ...p, standing: "cancelled" } : p));
  const message: InitiatorMessage = { act: "cancel", ...(reason === undefined ? {} : { reason }) };
  return [{ ...state, phase: "closed", cancelled: true, participants }, told.map((p) => send(p.name, message))];
}

function misunderstood(state: State, to: string, reason: Misunderstanding = "out-of-sequence"): Moved {
  return [state, [send(to, { act: "not-understood", reason })]];
}

function isProposal(p: Proposal): boolean {
  const { price, validUntil = 0, promisedMs = 0, quality = 0 } = p;
  return (
    Number.isFinite(price) &&
    price >= 0 &&
    Number.isFinite(validUntil) &&
    Number.isFinite(promisedMs) &&
    promisedMs >= 0 &&
    quality >= 0 &&
    quality <= 1
  );
}

function proposalOf({ price, validUntil, promisedMs, quality, details }: Proposal): Proposal {
  return {
    price,
    ...(validUntil === undefined ? {} : { validUntil }),
    ...(promisedMs === undefined ? {} : { promisedMs }),
    ...(quality === undefined ? {} : { quality }),
    ...(details === undefined ? {} : { details }),
  };
}

function changed(state: State, name: string, facts: Partial<Participant>, rest: Partial<State> = {}): State {
  return { ...state, ...rest, participants: state.participants.map((p) => (p.name === name ? { ...p, ...facts } : p)) };
}

function then([state, effects]: Moved, next: (state: State) => Moved): Moved {
  const [after, more] = next(state);
  return [after, [...effects, ...more]];
}

function send(to: string, message: InitiatorMessage): ContractNetEffect {
  return { type: "send", to, message };
}

function unknownType(event: never): unknown {
  return (event as { type?: unknown }).type; // why: reached only when a host breaks the type
}
