/**
 * Frames to headers and payloads, and back. What a kind does not name is zero, and anything else is refused: so the unused parts can be
 * given a meaning later, and no two byte strings are one frame.
 */
import type { CallFrame, Frame } from "../frame.ts";
import { closeCodes } from "../frame.ts";
import type { Malformed } from "../frame-tuple.ts";
import { parseWireError } from "../wire-error.ts";
import { type BodyCodec, bytesOf, formOf, forms } from "./body.ts";
import { BodyError } from "./body-error.ts";
import { formShift, type Header, kindNames, kinds, streamFlag } from "./header.ts";

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
      throw new TypeError("a skip frame has no bytes: bodies are packed before they are counted");
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

/** Reads a frame of a pipe whose header was read and whose payload is `bytes[start, end)`. Never throws. */
export function fromWire(
  header: Header,
  codec: BodyCodec,
  bytes: Buffer,
  view: DataView,
  start: number,
  end: number,
  owned: boolean,
): Frame | Malformed {
  try {
    return read(header, codec, bytes, view, start, end, owned);
  } catch (thrown) {
    if (thrown instanceof BodyError) return { kind: "malformed", wanted: thrown.wanted, got: thrown.got };
    return { kind: "malformed", wanted: "a readable frame", got: thrown instanceof Error ? thrown.message : "something else" };
  }
}

function read(
  header: Header,
  codec: BodyCodec,
  bytes: Buffer,
  view: DataView,
  start: number,
  end: number,
  owned: boolean,
): Frame {
  const { kind, flags, call, interfaceId, ordinal, extra } = header;
  switch (kind) {
    case kinds.call: {
      const stream = (flags & streamFlag) !== 0;
      only(header, formMask | streamFlag);
      if (stream && end - start < creditBytes) throw new BodyError("a stream's credit of 8 bytes", `${end - start}`);
      const body = stream ? start + creditBytes : start;
      return {
        kind: "call",
        id: call,
        interfaceId,
        ordinal,
        stream,
        deadlineMs: extra,
        messages: stream ? view.getUint32(start, true) : 0,
        bytes: stream ? view.getUint32(start + 4, true) : 0,
        size: end - body,
        body: codec.unpack((flags & formMask) >> formShift, bytes, view, body, end, owned),
      };
    }
    case kinds.reply:
    case kinds.item:
      only(header, formMask);
      zero(header, interfaceId, ordinal, extra);
      return {
        kind: kind === kinds.reply ? "reply" : "item",
        id: call,
        size: end - start,
        body: codec.unpack((flags & formMask) >> formShift, bytes, view, start, end, owned),
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
    case kinds.credit: {
      only(header, 0);
      empty(header);
      zero(header, extra, 0, 0);
      const total = ordinal * 0x1_0000_0000 + interfaceId;
      if (!Number.isSafeInteger(total)) throw new BodyError("a total below 2^53", `${total}`);
      return { kind: "credit", messages: call, bytes: total };
    }
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
