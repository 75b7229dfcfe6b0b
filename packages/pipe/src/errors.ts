/**
 * What the local side of a pipe throws. An error that the far side sent is a `RemoteError` (wire-error.ts), never one of these,
 * so `PEER_GONE` from here is a fact and not something a peer could have made up.
 */

/** Facts of one error, plain JSON. */
export type PipeErrorDetails = Readonly<Record<string, unknown>>;

// One row a code; a code is never reused. Each sentence says what was wanted and what came.
const table = {
  PEER_GONE: (d: { call: string; reason: string; mayHaveRun: boolean }) =>
    `${d.call}: wanted a reply; the peer is gone (${d.reason}) and the request ${ran(d.mayHaveRun)}`,
  PIPE_CLOSED: (d: { call: string; reason: string; mayHaveRun: boolean }) =>
    `${d.call}: wanted an open pipe; this side closed it (${d.reason}) and the request ${ran(d.mayHaveRun)}`,
  CALL_CANCELLED: (d: { call: string; mayHaveRun: boolean }) =>
    `${d.call}: wanted a reply; the caller's signal was aborted and the request ${ran(d.mayHaveRun)}`,
  DEADLINE_EXCEEDED: (d: { call: string; deadlineMs: number; mayHaveRun: boolean }) =>
    `${d.call}: wanted a reply within ${d.deadlineMs} ms; none came and the request ${ran(d.mayHaveRun)}`,
  QUEUE_FULL: (d: { call: string; waiting: number }) =>
    `${d.call}: wanted a place among at most ${d.waiting} waiting calls; all are taken, so slow down or raise limits.waitingCalls`,
  BODY_UNSENDABLE: (d: { call: string; reason: string }) =>
    `${d.call}: wanted a body that this binding can carry; got one it cannot (${d.reason})`,
  OUTPUT_INVALID: (d: { call: string; issues: string }) =>
    `${d.call}: wanted an output that matches the interface's schema; got ${d.issues}`,
  STREAM_OVERLAP: (d: { call: string }) =>
    `${d.call}: wanted one next() at a time on a stream; got a second before the first was answered`,
  STREAM_USED: (d: { call: string }) =>
    `${d.call}: wanted the first iteration of this stream; got a second, so call the method again`,
  BAD_MESSAGE: (d: { reason: string }) => `wanted a message with an acceptable meaning; got one reported bad: ${d.reason}`,
  FRAME_INVALID: (d: { wanted: string; got: string }) => `frame: wanted ${d.wanted}; got ${d.got}`,
  INTERFACE_INVALID: (d: { interface: string; wanted: string; got: unknown }) =>
    `interface ${show(d.interface)}: wanted ${d.wanted}; got ${show(d.got)}`,
  INTERFACE_TAKEN: (d: { interface: string; id: number; by: string }) =>
    `interface ${show(d.interface)}: wanted id ${d.id} on this endpoint; it already serves ${show(d.by)} there`,
  LIMIT_INVALID: (d: { limit: string; wanted: string; got: unknown }) =>
    `limits.${d.limit}: wanted ${d.wanted}; got ${show(d.got)}`,
  DEADLINE_INVALID: (d: { call: string; got: unknown }) =>
    `${d.call}: wanted deadlineMs as a number of milliseconds; got ${show(d.got)}`,
  ADDRESS_INVALID: (d: { wanted: string; got: string }) => `address: wanted ${d.wanted}; got ${show(d.got)}`,
  ADDRESS_TAKEN: (d: { address: string }) => `address: wanted a free one to listen on; got ${show(d.address)}, which is taken`,
  ADDRESS_UNKNOWN: (d: { address: string }) => `address: wanted one that somebody listens on; got ${show(d.address)}`,
  GREETING_FAILED: (d: { address: string; wanted: string; got: string }) =>
    `dial ${show(d.address)}: wanted ${d.wanted}; got ${d.got}`,
  INVITATION_REFUSED: (d: { address: string; reason: string }) =>
    `dial ${show(d.address)}: wanted to be let in; the listener refused the invitation (${d.reason})`,
  RESUME_FAILED: (d: { reason: string }) =>
    `resume: wanted to go on where the connection had stopped, with nothing lost; got ${d.reason}`,
  PUBLISH_UNCERTAIN: (d: { channel: string }) =>
    `channel ${show(d.channel)}: wanted word that the message is stored; none came, so publish it again with the same id`,
  DEAD_LETTER_UNKNOWN: (d: { channel: string; sequence: number }) =>
    `channel ${show(d.channel)}: wanted a dead letter that is kept; got number ${d.sequence}`,
  PIPE_TAKEN: (d: { reason: string }) => `pipe: wanted an end that nobody has taken; got one that ${d.reason}`,
  DIAL_CANCELLED: (d: { address: string }) => `dial ${show(d.address)}: wanted an endpoint; the caller's signal was aborted`,
} as const;

/** The stable codes this package throws. */
export type PipeErrorCode = keyof typeof table;

/** All codes, for the documentation test. */
export const pipeErrorCodes = Object.keys(table) as readonly PipeErrorCode[]; // why: keys of the literal above

/** The local error of this package: branch on `code`, never on the message. */
export class PipeError<C extends PipeErrorCode = PipeErrorCode> extends Error {
  override readonly name = "PipeError";
  readonly code: C;
  readonly details: PipeErrorDetails;

  constructor(code: C, details: Parameters<(typeof table)[C]>[0], options?: ErrorOptions) {
    const text = table[code] as (d: typeof details) => string; // why: the row of this very code takes these details
    super(text(details), options);
    this.code = code;
    this.details = details;
  }
}

/**
 * Whether the request behind a failed call may have been run: false only when it is known that it was not, so a retry is safe.
 * Everything a peer answered, and every error of unknown origin, counts as "may have".
 */
export function mayHaveRun(error: unknown): boolean {
  if (!(error instanceof PipeError)) return true;
  if (error.code === "QUEUE_FULL" || error.code === "BODY_UNSENDABLE" || error.code === "DEADLINE_INVALID") return false;
  return error.details.mayHaveRun !== false;
}

function ran(may: boolean): string {
  return may ? "may have run" : "did not run";
}

function show(value: unknown): string {
  if (typeof value === "number" || value === undefined) return String(value); // NaN and Infinity have no JSON
  return JSON.stringify(value) ?? String(value);
}
