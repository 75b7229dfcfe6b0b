/**
 * One call as its caller sees it, as a table: (phase, event) -> [phase, effects]. Pure; caller.ts carries the effects out.
 *
 *     waiting --send--> sent --reply | end | error--> ended
 *        |                |--stop (cancel, deadline, early return)--> abandoned --reply | end | error--> ended
 *        '--stop, gone--> ended
 *
 * `abandoned` is what keeps the promise "exactly once" cheap: the caller has its answer already, yet the id stays known until the
 * callee ends it, so a late reply is not a breach, and the place is not given away while the handler may still be running.
 * Rejected: forgetting the id at once (a late frame could not be told from a made-up one, and handlers that ignore their signal
 * would pile up without a bound).
 */

import { type Cell, type State, statesOf } from "./states.ts";

/** Where a call stands. */
export type OutgoingPhase = "waiting" | "sent" | "abandoned" | "ended";

/** What can happen to it: its own side's `send` and `stop`, the peer's frames, or the loss of the pipe. */
export const outgoingEvents = ["send", "reply", "item", "end", "error", "stop", "gone"] as const;

/** One of `outgoingEvents`. */
export type OutgoingEvent = (typeof outgoingEvents)[number];

/**
 * What to do: `unqueue` leave the waiting line; `settle` give the caller its one answer; `deliver` buffer an item; `cancel` send a
 * cancel frame; `free` forget the id and give its place to the next; `violate` close the pipe, the peer broke the rules; `drop` let go of the pipes in a body that nobody gets.
 */
type OutgoingEffect = "unqueue" | "settle" | "deliver" | "cancel" | "free" | "violate" | "drop";

/** Where a call stands, and its step for each event. */
export type OutgoingState = State<OutgoingPhase, OutgoingEvent, OutgoingEffect>;

/** One step of a call. */
export type OutgoingStep = OutgoingState[OutgoingEvent];

type OutgoingCell = Cell<OutgoingPhase, OutgoingEffect>;
type Row = Readonly<Record<OutgoingEvent, OutgoingCell>>;

// A breach leaves the call where it is: closing the pipe then ends it as it ends all others.
const breach = (phase: OutgoingPhase): OutgoingCell => [phase, ["violate"]];
const bodyBreach = (phase: OutgoingPhase): OutgoingCell => [phase, ["violate", "drop"]];
const unsent: OutgoingCell = ["ended", ["unqueue", "settle"]];
const answered: OutgoingCell = ["ended", ["free", "settle"]];
const dropped: OutgoingCell = ["ended", ["free"]];
const unread: OutgoingCell = ["ended", ["free", "drop"]];
const given: OutgoingCell = ["abandoned", ["settle", "cancel"]];

function row(phase: OutgoingPhase, allowed: Partial<Row>): Row {
  const no = breach(phase);
  const noBody = bodyBreach(phase);
  return { send: no, reply: noBody, item: noBody, end: no, error: no, stop: [phase, []], gone: [phase, []], ...allowed };
}

const waiting = row("waiting", { send: ["sent", []], stop: unsent, gone: unsent });
const ended = row("ended", {});

/** The first state of a call and of a stream. */
export const firstOutgoing: Readonly<Record<"call" | "stream", OutgoingState>> = {
  call: statesOf<OutgoingPhase, OutgoingEvent, OutgoingEffect>(outgoingEvents, {
    waiting,
    sent: row("sent", { reply: answered, error: answered, stop: given, gone: answered }),
    abandoned: row("abandoned", { reply: unread, error: dropped, gone: dropped }),
    ended,
  }).waiting,
  stream: statesOf<OutgoingPhase, OutgoingEvent, OutgoingEffect>(outgoingEvents, {
    waiting,
    sent: row("sent", { item: ["sent", ["deliver"]], end: answered, error: answered, stop: given, gone: answered }),
    abandoned: row("abandoned", { item: ["abandoned", ["drop"]], end: dropped, error: dropped, gone: dropped }),
    ended,
  }).waiting,
};
