/**
 * Bytes in bulk: one direction, no messages, as Web Streams. The end of a data pipe travels in a body as every end does; its bytes go as the
 * items of a stream, so a reader that stalls stops the writer when the reader's bytes are used up, and what is on its way is bounded.
 */

import { pipeEnds } from "./bindings/in-process.ts";
import { defineInterface } from "./interface.ts";
import type { PipeEnd } from "./pipe-end.ts";
import { receive } from "./receive.ts";
import { remote } from "./remote.ts";

// Chunks are cut to this, so that one does not overshoot the reader's allowance by much.
const chunkBytes = 64 * 1024;

const data = defineInterface({
  name: "entente.data",
  version: 1,
  methods: { bytes: { ordinal: 1, kind: "stream", output: { parse: parseBytes } } },
});

/**
 * Lets the bytes of a stream be read at the other end, which is given back to be sent.
 *
 *     await client.ingest({ name: "book.txt", content: sendBytes(file.stream()) });
 */
export function sendBytes(source: ReadableStream<Uint8Array>): PipeEnd {
  const [mine, theirs] = pipeEnds();
  const endpoint = mine.bind();
  const reader = source.getReader();
  let over = false;
  const leave = (reason: string) => {
    if (over) return;
    over = true;
    reader.cancel(new Error(reason)).catch(() => undefined); // who reads no more does not care how the source takes it
  };
  receive(endpoint, data, {
    async *bytes() {
      try {
        for (let next = await reader.read(); !next.done; next = await reader.read())
          for (let at = 0; at < next.value.length; at += chunkBytes) yield next.value.subarray(at, at + chunkBytes);
        over = true;
      } finally {
        leave("the reader left");
      }
    },
  });
  endpoint.onClosed(({ message }) => leave(message));
  return theirs;
}

/**
 * The bytes that come at an end of a data pipe. Cancelling the stream cancels the source. Errors with the source's error as a `RemoteError`,
 * or with `PEER_GONE`.
 */
export function receiveBytes(end: PipeEnd): ReadableStream<Uint8Array> {
  const endpoint = end.bind();
  const items = remote(endpoint, data, { validate: true }).bytes();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await items.next().catch((error: Error) => {
          endpoint.close("the source failed");
          throw error;
        });
        if (next.done !== true) controller.enqueue(next.value);
        else {
          endpoint.close("read to the end");
          controller.close();
        }
      },
      async cancel() {
        await items.return();
        endpoint.close("the reader left");
      },
    },
    { highWaterMark: 0 }, // the pipe has its own buffer
  );
}

/** A stream to write into and the end that its bytes can be read from. */
export function writableBytes(): { readonly writable: WritableStream<Uint8Array>; readonly end: PipeEnd } {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  return { writable, end: sendBytes(readable) };
}

function parseBytes(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError(`wanted bytes; got ${typeof value}`);
  return value;
}
