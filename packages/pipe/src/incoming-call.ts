/**
 * One call as its callee sees it, as a table: (phase, event) -> [phase, effects]. Pure; callee.ts carries the effects out.
 *
 *     running --return | finish | throw--> ended (one reply, end or error goes out)
 *        |----stop (cancel frame, deadline)--> stopping --return | finish | throw--> ended (one error goes out)
 *        '----gone--> ended (nothing goes out: there is nobody to tell)
 *
 * After `stop` nothing of the handler's output is sent any more, but the one ending frame waits for the handler to finish:
 * it is what frees the caller's place, so the number of handlers that run at once is bounded even when they ignore their signal.
 */

import { type Cell, type State, statesOf } from "./states.ts";

/** Where a call stands. */
export type IncomingPhase = "running" | "stopping" | "ended";

/** What can happen: the handler returns, throws, yields an item or finishes its stream; the caller or the clock stops it; the pipe is lost. */
export const incomingEvents = ["return", "throw", "yield", "finish", "stop", "gone"] as const;

/** One of `incomingEvents`. */
export type IncomingEvent = (typeof incomingEvents)[number];

/** What to do: send the one ending frame or an item, abort the handler's signal, forget the call, or drop what the handler gave. */
type IncomingEffect = "reply" | "error" | "stopped" | "item" | "end" | "abort" | "free" | "drop";

/** Where a call stands, and its step for each event. */
export type IncomingState = State<IncomingPhase, IncomingEvent, IncomingEffect>;

/** One step of a call. */
export type IncomingStep = IncomingState[IncomingEvent];

type IncomingCell = Cell<IncomingPhase, IncomingEffect>;

const acknowledged: IncomingCell = ["ended", ["free", "stopped"]];
const given: IncomingCell = ["ended", ["free", "stopped", "drop"]];
const unwanted: IncomingCell = ["ended", ["drop"]];
const over: IncomingCell = ["ended", []];
const gone: IncomingCell = ["ended", ["free", "abort"]];

/** The first state of a call that came in. */
export const firstIncoming: IncomingState = statesOf<IncomingPhase, IncomingEvent, IncomingEffect>(incomingEvents, {
  running: {
    return: ["ended", ["free", "reply"]],
    throw: ["ended", ["free", "error"]],
    yield: ["running", ["item"]],
    finish: ["ended", ["free", "end"]],
    stop: ["stopping", ["abort"]],
    gone,
  },
  stopping: {
    return: given,
    throw: acknowledged,
    yield: ["stopping", ["drop"]],
    finish: acknowledged,
    stop: ["stopping", []],
    gone,
  },
  ended: { return: unwanted, throw: over, yield: unwanted, finish: over, stop: over, gone: over },
}).running;
