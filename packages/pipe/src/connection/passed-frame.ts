/** Frames that go on over another connection than the one they came from, with as little copying as their memory allows. */
import { type CloseCode, closeCodes } from "../frame.ts";
import { Header, kinds } from "../wire/header.ts";

/** Where a frame goes: the sending half of a connection. */
export interface Outlet {
  send(header: Header, prefix: Uint8Array | undefined, body: Uint8Array, start?: number, end?: number): void;
}

// Bodies above this are passed on without a copy when they lie in memory of their own; what lies in the reader's has to be copied.
const copied = 8 * 1024;
const lastPossibleCall = 2 ** 48 - 1;

/** Sends on a frame whose payload is `bytes[start, end)`, for the pipe that its header names by now. */
export function passFrame(to: Outlet, header: Header, bytes: Buffer, start: number, end: number, owned: boolean): void {
  if (owned || end - start <= copied) to.send(header, undefined, bytes, start, end);
  else to.send(header, undefined, Buffer.from(bytes.subarray(start, end)));
}

/** Closes a pipe on behalf of an end that is lost: any of its calls may have run. */
export function passClose(to: Outlet, pipe: number, reason: string, code: CloseCode): void {
  const body = Buffer.from(reason.slice(0, 4096), "utf8");
  const header = new Header().set(kinds.close, 0, lastPossibleCall, 0, closeCodes.indexOf(code), 0, body.length);
  header.pipe = pipe;
  to.send(header, undefined, body);
}
