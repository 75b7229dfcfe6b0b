/**
 * Frames to headers and payloads, and back. What a kind does not name is zero, and anything else is refused: so the unused parts can be
 * given a meaning later, and no two byte strings are one frame.
 */
import type { CallFrame, Frame } from "../frame.ts";
import { closeCodes } from "../frame.ts";
import type { Malformed } from "../frame-tuple.ts";
import type { PipeEnd } from "../pipe-end.ts";
import { parseWireError } from "../wire-error.ts";
import { type BodyCodec, bytesOf, formOf, forms } from "./body.ts";
import { BodyError } from "./body-error.ts";
import { formShift, type Header, kindNames, kinds, pipesFlag, streamFlag } from "./header.ts";
import { maxPipes } from "./record-encoder.ts";

const maxUint32 = 0xffff_ffff;
const formMask = 3 << formShift;
const creditBytes = 8;
const maxReasonBytes = 4 * 4096;
const noBytes = new Uint8Array(0);

/** Fills in a header and gives the body, which is packed already. A stream's call has its credit in front (`creditOf`). */
export function toWire(frame: Frame, header: Header): Uint8Array {
  switch (frame.kind) {
    case "call":
      return callToWire(frame, header);
    case "reply":
    case "item": {
      const body = bytesOf(frame.body);
      const kind = frame.kind === "reply" ? kinds.reply : kinds.item;
      header.set(kind, formOf(frame.body) << formShift, frame.id, 0, 0, 0, body.length);
      return body;
    }
    case "error": {
      const body = Buffer.from(JSON.stringify(frame.error), "utf8");
      header.set(kinds.error, forms.json << formShift, frame.id, 0, 0, 0, body.length);
      return body;
    }
    case "hello":
      header.set(kinds.hello, 0, frame.protocol, clamp(frame.messages), clamp(frame.bytes), clamp(frame.calls), 0);
      break;
    case "end":
      header.set(kinds.end, 0, frame.id, 0, 0, 0, 0);
      break;
    case "cancel":
      header.set(kinds.cancel, 0, frame.id, 0, 0, 0, 0);
      break;
    case "grant":
      header.set(kinds.grant, 0, frame.id, clamp(frame.messages), clamp(frame.bytes), 0, 0);
      break;
    case "credit":
      header.set(kinds.credit, 0, frame.messages, frame.bytes % 0x1_0000_0000, Math.floor(frame.bytes / 0x1_0000_0000), 0, 0);
      break;
    case "close": {
      const body = Buffer.from(frame.message.slice(0, 4096), "utf8");
      header.set(kinds.close, 0, frame.lastId, 0, closeCodes.indexOf(frame.code), 0, body.length);
      return body;
    }
    case "skip":
      header.set(kinds.skip, 0, 0, frame.size % 0x1_0000_0000, Math.floor(frame.size / 0x1_0000_0000), 0, 0);
  }
  return noBytes;
}

/** What stands before the body of a call that opens a stream: how much the caller will take at first. */
export function creditOf(frame: Frame): Uint8Array | undefined {
  if (frame.kind !== "call" || !frame.stream) return undefined;
  const credit = new Uint8Array(creditBytes);
  const view = new DataView(credit.buffer);
  view.setUint32(0, clamp(frame.messages), true);
  view.setUint32(4, clamp(frame.bytes), true);
  return credit;
}

function callToWire(frame: CallFrame, header: Header): Uint8Array {
  const body = bytesOf(frame.body);
  const flags = (formOf(frame.body) << formShift) | (frame.stream ? streamFlag : 0);
  const deadline = frame.deadlineMs === 0 ? 0 : Math.min(maxUint32, Math.max(1, Math.ceil(frame.deadlineMs)));
  const length = body.length + (frame.stream ? creditBytes : 0);
  header.set(kinds.call, flags, frame.id, frame.interfaceId, frame.ordinal, deadline, length);
  return body;
}

/** Adds to a header, and to what stands before its body, the pipes that the body holds. */
export function withPipes(header: Header, before: Uint8Array | undefined, pipes: readonly number[]): Uint8Array {
  const list = new DataView(new ArrayBuffer(4 + 4 * pipes.length));
  list.setUint32(0, pipes.length, true);
  for (const [i, pipe] of pipes.entries()) list.setUint32(4 + 4 * i, pipe, true);
  header.flags |= pipesFlag;
  header.length += list.byteLength;
  return Buffer.concat([before ?? noBytes, new Uint8Array(list.buffer)]);
}

/** Takes a pipe that came to be carried in a body; undefined when there is no such pipe. */
export type Claim = (pipe: number) => PipeEnd | undefined;

/** Reads a frame of a pipe whose header was read and whose payload is `bytes[start, end)`. Never throws. */
export function fromWire(
  header: Header,
  codec: BodyCodec,
  claim: Claim,
  bytes: Buffer,
  view: DataView,
  start: number,
  end: number,
  owned: boolean,
): Frame | Malformed {
  const ends: PipeEnd[] | undefined = (header.flags & pipesFlag) === 0 ? undefined : [];
  try {
    const before = pipesBefore(header, view, start, end, claim, ends);
    return read(header, codec, bytes, view, start + before, end, owned, ends);
  } catch (thrown) {
    for (const one of ends ?? []) one.drop();
    if (thrown instanceof BodyError) return { kind: "malformed", wanted: thrown.wanted, got: thrown.got };
    return { kind: "malformed", wanted: "a readable frame", got: thrown instanceof Error ? thrown.message : "something else" };
  }
}

// Reads what stands in front of a body, its pipes and a stream's credit; gives how many bytes that is.
function pipesBefore(
  header: Header,
  view: DataView,
  start: number,
  end: number,
  claim: Claim,
  ends: PipeEnd[] | undefined,
): number {
  const credit = header.kind === kinds.call && (header.flags & streamFlag) !== 0 ? creditBytes : 0;
  if (end - start < credit) throw new BodyError("a stream's credit of 8 bytes", `${end - start}`);
  if (ends === undefined) return credit;
  const at = start + credit;
  const count = end - at < 4 ? 0 : view.getUint32(at, true);
  if (count === 0 || count > maxPipes || count > (end - at - 4) / 4)
    throw new BodyError(`a list of 1 to ${maxPipes} pipes`, `${count}`);
  for (let i = 0; i < count; i++) {
    const pipe = view.getUint32(at + 4 + 4 * i, true);
    const one = claim(pipe);
    if (one === undefined) throw new BodyError("pipes that were opened to be carried", `pipe ${pipe}`);
    ends.push(one);
  }
  return credit + 4 + 4 * count;
}

// The body is `bytes[start, end)`.
function read(
  header: Header,
  codec: BodyCodec,
  bytes: Buffer,
  view: DataView,
  start: number,
  end: number,
  owned: boolean,
  ends: readonly PipeEnd[] | undefined,
): Frame {
  const { kind, flags, call, interfaceId, ordinal, extra } = header;
  switch (kind) {
    case kinds.call: {
      const stream = (flags & streamFlag) !== 0;
      only(header, formMask | streamFlag | pipesFlag);
      const credit = end - header.length; // where the payload starts
      return {
        kind: "call",
        id: call,
        interfaceId,
        ordinal,
        stream,
        deadlineMs: extra,
        messages: stream ? view.getUint32(credit, true) : 0,
        bytes: stream ? view.getUint32(credit + 4, true) : 0,
        size: end - start,
        body: codec.unpack((flags & formMask) >> formShift, bytes, view, start, end, owned, ends),
      };
    }
    case kinds.reply:
    case kinds.item:
      only(header, formMask | pipesFlag);
      zero(header, interfaceId, ordinal, extra);
      return {
        kind: kind === kinds.reply ? "reply" : "item",
        id: call,
        size: end - start,
        body: codec.unpack((flags & formMask) >> formShift, bytes, view, start, end, owned, ends),
      };
    case kinds.error: {
      only(header, formMask);
      zero(header, interfaceId, ordinal, extra);
      if (flags !== forms.json << formShift) throw new BodyError("an error as JSON", `form ${(flags & formMask) >> formShift}`);
      const error = parseWireError(codec.unpack(forms.json, bytes, view, start, end, owned));
      if (error === undefined) throw new BodyError("an error with code and message", "something else");
      return { kind: "error", id: call, size: 0, error };
    }
    case kinds.hello:
      only(header, 0);
      empty(header);
      return { kind: "hello", protocol: call, messages: interfaceId, bytes: ordinal, calls: extra };
    case kinds.skip:
      only(header, 0);
      empty(header);
      zero(header, call, extra, 0);
      return { kind: "skip", size: total(ordinal, interfaceId) };
    case kinds.end:
    case kinds.cancel:
      only(header, 0);
      empty(header);
      zero(header, interfaceId, ordinal, extra);
      return kind === kinds.end ? { kind: "end", id: call, size: 0 } : { kind: "cancel", id: call };
    case kinds.grant:
      only(header, 0);
      empty(header);
      zero(header, extra, 0, 0);
      return { kind: "grant", id: call, messages: interfaceId, bytes: ordinal };
    case kinds.credit:
      only(header, 0);
      empty(header);
      zero(header, extra, 0, 0);
      return { kind: "credit", messages: call, bytes: total(ordinal, interfaceId) };
    case kinds.close: {
      only(header, 0);
      zero(header, interfaceId, extra, 0);
      const code = closeCodes[ordinal];
      if (code === undefined) throw new BodyError(`a close code below ${closeCodes.length}`, `${ordinal}`);
      if (end - start > maxReasonBytes) throw new BodyError(`a reason of at most ${maxReasonBytes} bytes`, `${end - start}`);
      return { kind: "close", code, message: bytes.toString("utf8", start, end).slice(0, 4096), lastId: call };
    }
    default:
      throw new BodyError("a kind of frame that belongs to a pipe", kindNames[kind] ?? `kind ${kind}`);
  }
}

function total(high: number, low: number): number {
  const value = high * 0x1_0000_0000 + low;
  if (!Number.isSafeInteger(value)) throw new BodyError("a total below 2^53", `${value}`);
  return value;
}

function only(header: Header, mask: number): void {
  if ((header.flags & ~mask) !== 0) throw new BodyError(`flags of a ${kindNames[header.kind]}`, `0x${header.flags.toString(16)}`);
}

function zero(header: Header, a: number, b: number, c: number): void {
  if (a !== 0 || b !== 0 || c !== 0)
    throw new BodyError(`zeros where a ${kindNames[header.kind]} has no field`, `${a}, ${b}, ${c}`);
}

function empty(header: Header): void {
  if (header.length !== 0) throw new BodyError(`no body in a frame of kind ${kindNames[header.kind]}`, `${header.length} bytes`);
}

function clamp(value: number): number {
  return Math.min(maxUint32, value);
}
