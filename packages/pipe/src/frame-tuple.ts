/**
 * Frames as flat arrays, for bindings that copy structured values: an array clones faster than an object because its keys are not
 * written. `fromTuple` is the border: whatever comes from outside is a frame by the rules, or a sentence about what was wrong.
 */
import type { CloseCode, Frame } from "./frame.ts";
import { closeCodes } from "./frame.ts";
import { parseWireError } from "./wire-error.ts";

// The wire number of each kind; append only.
const tags = {
  hello: 0,
  call: 1,
  reply: 2,
  error: 3,
  item: 4,
  end: 5,
  skip: 6,
  cancel: 7,
  grant: 8,
  credit: 9,
  close: 10,
} as const;

/** A frame as an array: its tag and its fields in order. */
export type FrameTuple = readonly unknown[];

/** What was wrong with a tuple. */
export interface Malformed {
  readonly kind: "malformed";
  readonly wanted: string;
  readonly got: string;
}

/** The tuple of a frame. */
export function toTuple(frame: Frame): FrameTuple {
  switch (frame.kind) {
    case "hello":
      return [tags.hello, frame.protocol, frame.messages, frame.bytes, frame.calls];
    case "call": {
      const { id, interfaceId, ordinal, stream, deadlineMs, messages, bytes, size, body } = frame;
      if (!stream && deadlineMs === 0 && messages === 0 && bytes === 0) return [tags.call, id, size, body, interfaceId, ordinal];
      return [tags.call, id, size, body, interfaceId, ordinal, stream ? 1 : 0, deadlineMs, messages, bytes];
    }
    case "reply":
      return [tags.reply, frame.id, frame.size, frame.body];
    case "error":
      return [tags.error, frame.id, frame.size, frame.error];
    case "item":
      return [tags.item, frame.id, frame.size, frame.body];
    case "end":
      return [tags.end, frame.id, frame.size];
    case "skip":
      return [tags.skip, frame.size];
    case "cancel":
      return [tags.cancel, frame.id];
    case "grant":
      return [tags.grant, frame.id, frame.messages, frame.bytes];
    case "credit":
      return [tags.credit, frame.messages, frame.bytes];
    case "close":
      return [tags.close, frame.code, frame.message, frame.lastId];
  }
}

/** Reads a tuple that came from outside. Never throws. */
export function fromTuple(value: unknown): Frame | Malformed {
  if (!Array.isArray(value)) return malformed("an array", typeof value);
  const tuple: FrameTuple = value;
  // By index: taking an array apart by a pattern runs its iterator, which would be a good part of reading a frame.
  const tag = tuple[0];
  const a = tuple[1];
  const b = tuple[2];
  const c = tuple[3];
  const d = tuple[4];
  switch (tag) {
    case tags.hello:
      if (!count(a) || !count(b) || !count(c) || !count(d)) return malformed("hello with four counts", shape(tuple));
      return { kind: "hello", protocol: a, messages: b, bytes: c, calls: d };
    case tags.call:
      return readCall(tuple);
    case tags.reply:
    case tags.item:
      if (!count(a) || !count(b) || tuple.length !== 4) return malformed("id, size, body", shape(tuple));
      return { kind: tag === tags.reply ? "reply" : "item", id: a, size: b, body: c };
    case tags.error: {
      const error = parseWireError(c);
      if (!count(a) || !count(b) || error === undefined) return malformed("id, size, error with code and message", shape(tuple));
      return { kind: "error", id: a, size: b, error };
    }
    case tags.end:
      return count(a) && count(b) ? { kind: "end", id: a, size: b } : malformed("id, size", shape(tuple));
    case tags.skip:
      return count(a) ? { kind: "skip", size: a } : malformed("size", shape(tuple));
    case tags.cancel:
      return count(a) ? { kind: "cancel", id: a } : malformed("id", shape(tuple));
    case tags.grant:
      if (!count(a) || !count(b) || !count(c)) return malformed("id and two counts", shape(tuple));
      return { kind: "grant", id: a, messages: b, bytes: c };
    case tags.credit:
      return count(a) && count(b) ? { kind: "credit", messages: a, bytes: b } : malformed("two counts", shape(tuple));
    case tags.close:
      if (!closeCode(a) || typeof b !== "string" || !count(c)) return malformed("close code, message, last id", shape(tuple));
      return { kind: "close", code: a, message: b.slice(0, 4096), lastId: c };
    default:
      return malformed("a known tag", shape(tuple));
  }
}

function readCall(tuple: FrameTuple): Frame | Malformed {
  const id = tuple[1];
  const size = tuple[2];
  const interfaceId = tuple[4];
  const ordinal = tuple[5];
  const deadlineMs = tuple[7] ?? 0;
  const messages = tuple[8] ?? 0;
  const bytes = tuple[9] ?? 0;
  const timed = typeof deadlineMs === "number" && deadlineMs >= 0; // fractions are fine, NaN is not
  if (!count(id) || !count(size) || !count(interfaceId) || !count(ordinal) || !timed || !count(messages) || !count(bytes))
    return malformed("a call with its ten fields", shape(tuple));
  return { kind: "call", id, interfaceId, ordinal, stream: tuple[6] === 1, deadlineMs, messages, bytes, size, body: tuple[3] };
}

function count(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function closeCode(value: unknown): value is CloseCode {
  return closeCodes.some((code) => code === value);
}

function malformed(wanted: string, got: string): Malformed {
  return { kind: "malformed", wanted, got };
}

// Types only: the values may be secrets and the peer may be hostile.
function shape(tuple: FrameTuple): string {
  const parts = tuple.slice(0, 12).map((part) => (typeof part === "number" ? String(part) : typeof part));
  return `[${parts.join(", ")}]`;
}
