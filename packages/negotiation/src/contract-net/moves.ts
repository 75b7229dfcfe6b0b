// The moves of Contract Net, shared by the protocol of that name and the iterated one. Each takes a state to the next with what is to be
// sent. In phase "held" (iterated) bids come in as in "collecting", but nothing is evaluated until the initiator says so.
import { NegotiationError } from "../errors.ts";
import type { Transition } from "../protocol.ts";
import { isAcceptable, ranked } from "./ranking.ts";
import type {
  CallForProposals,
  ContractNetEffect,
  ContractNetEvent,
  ContractNetResult,
  ContractNetState,
  InitiatorMessage,
  Misunderstanding,
  Participant,
  Proposal,
} from "./session.ts";

type State = ContractNetState;
type Moved = Transition<State, ContractNetEffect>;

/** Opens a session on checked terms; nobody has been called yet. */
export function opened(terms: State["terms"], phase: "collecting" | "held", at: number): State {
  const participants = terms.participants.map((name): Participant => ({ name, standing: "invited" }));
  return { terms, phase, participants, awarded: [], done: [], failed: [], arrivals: 0, cancelled: false, at };
}

/** The call for proposals of some terms. */
export function callFor({ replyBy, completeWithinMs, criteria, task }: State["terms"]): CallForProposals {
  return { act: "cfp", replyBy, completeWithinMs, criteria, ...(task === undefined ? {} : { task }) };
}

/** How a closed session ended; undefined while it is open. */
export function resultOf(state: State): ContractNetResult | undefined {
  if (state.phase !== "closed") return undefined;
  const { awarded, done, failed } = state;
  const outputs = done.flatMap((name) => {
    const output = state.participants.find((p) => p.name === name)?.output;
    return output === undefined ? [] : [{ from: name, output }];
  });
  return { outcome: outcome(state), awarded, done, failed, outputs };
}

/** The earliest time at which a move is due. */
export function nextDeadline(state: State): number | undefined {
  if (state.phase === "collecting") return state.terms.replyBy;
  const deadlines = state.participants.filter((p) => p.standing === "awarded").map((p) => p.deadline!);
  return deadlines.length === 0 ? undefined : Math.min(...deadlines);
}

function outcome(state: State): ContractNetResult["outcome"] {
  if (state.cancelled) return "cancelled";
  if (state.done.length === 0) return "failed";
  return state.done.length >= state.terms.awards ? "success" : "partial";
}

// Timers come before a message of the same time.
/** What a step does before it looks at its event: evaluates at `replyBy`, cancels awards whose time is up. */
export function whatIsDue(state: State, now: number): Moved {
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

/** Decides one event, when nothing is due any more. Throws EVENT_INVALID for an unknown type. */
export function decide(state: State, event: ContractNetEvent, now: number): Moved {
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

/** Ends the bidding: ranks what may be accepted, accepts the best and rejects, or keeps as reserves, the rest. */
export function evaluated(state: State, now: number): Moved {
  const { most } = state.terms;
  const out = (p: Participant): "expired" | "too-dear" => (isAcceptable(p, now) ? "too-dear" : "expired");
  const unacceptable = state.participants.filter((p) => p.standing === "proposed" && !isAcceptable(p, now, most));
  const participants = state.participants.map((p): Participant => {
    if (p.standing === "invited") return { ...p, standing: "no-reply" };
    if (p.standing !== "proposed") return p;
    return { ...p, standing: isAcceptable(p, now, most) ? "reserve" : out(p) };
  });
  const ranking = ranked(
    participants.filter((p) => isAcceptable(p, now)),
    state.terms,
  );
  const performing: State = { ...state, phase: "performing", participants, ranking };
  const moved: Moved = [performing, unacceptable.map((p) => send(p.name, { act: "reject-proposal", reason: out(p) }))];
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

/** Goes on from where a move led, keeping its effects. */
export function then([state, effects]: Moved, next: (state: State) => Moved): Moved {
  const [after, more] = next(state);
  return [after, [...effects, ...more]];
}

/** The effect of sending. */
export function send(to: string, message: InitiatorMessage): ContractNetEffect {
  return { type: "send", to, message };
}

function unknownType(event: never): unknown {
  return (event as { type?: unknown }).type; // why: reached only when a host breaks the type
}
