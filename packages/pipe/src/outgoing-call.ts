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

/** The next phase and what to do. */
export type OutgoingStep = readonly [OutgoingPhase, readonly OutgoingEffect[]];

type Row = Readonly<Record<OutgoingEvent, OutgoingStep>>;

// A breach leaves the call where it is: closing the pipe then ends it as it ends all others.
const breach = (phase: OutgoingPhase): OutgoingStep => [phase, ["violate"]];
const bodyBreach = (phase: OutgoingPhase): OutgoingStep => [phase, ["violate", "drop"]];
const unsent: OutgoingStep = ["ended", ["unqueue", "settle"]];
const answered: OutgoingStep = ["ended", ["free", "settle"]];
const dropped: OutgoingStep = ["ended", ["free"]];
const unread: OutgoingStep = ["ended", ["free", "drop"]];
const given: OutgoingStep = ["abandoned", ["settle", "cancel"]];

function row(phase: OutgoingPhase, allowed: Partial<Row>): Row {
  const no = breach(phase);
  const noBody = bodyBreach(phase);
  return { send: no, reply: noBody, item: noBody, end: no, error: no, stop: [phase, []], gone: [phase, []], ...allowed };
}

const waiting = row("waiting", { send: ["sent", []], stop: unsent, gone: unsent });
const ended = row("ended", {});

// Prebuilt rows: a step allocates nothing, which the in-process call needs.
const tables: Readonly<Record<"call" | "stream", Readonly<Record<OutgoingPhase, Row>>>> = {
  call: {
    waiting,
    sent: row("sent", { reply: answered, error: answered, stop: given, gone: answered }),
    abandoned: row("abandoned", { reply: unread, error: dropped, gone: dropped }),
    ended,
  },
  stream: {
    waiting,
    sent: row("sent", { item: ["sent", ["deliver"]], end: answered, error: answered, stop: given, gone: answered }),
    abandoned: row("abandoned", { item: ["abandoned", ["drop"]], end: dropped, error: dropped, gone: dropped }),
    ended,
  },
};

/** Decides one event of one call. */
export function stepOutgoing(kind: "call" | "stream", phase: OutgoingPhase, event: OutgoingEvent): OutgoingStep {
  return tables[kind][phase][event];
}
