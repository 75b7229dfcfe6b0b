/**
 * Streams over Server-Sent Events. The first item is awaited before the answer begins, so that what fails at once is an
 * ordinary error; what fails later is a frame of type `error`. Frames carry the number of the event in its task as id.
 */
import type { ServerResponse } from "node:http";
import { eventNumber } from "../encoded.ts";

/** Headers of a stream. */
export const streamHeaders = {
  "content-type": "text/event-stream",
  "cache-control": "no-cache",
  "x-accel-buffering": "no",
};
const heartbeatMs = 15_000;

/** How a binding spells items and errors. */
export interface Spelling<T extends object> {
  readonly item: (event: T) => string;
  readonly error: (thrown: unknown) => string | Promise<string>;
}

/** Sends a stream; rejects only with what its first item threw. */
export async function sendEvents<T extends object>(
  response: ServerResponse,
  stream: AsyncIterable<T>,
  spelling: Spelling<T>,
): Promise<void> {
  const iterator = stream[Symbol.asyncIterator]();
  let next = await iterator.next();
  response.writeHead(200, streamHeaders);
  const heartbeat = setInterval(() => response.write(": alive\n\n"), heartbeatMs);
  try {
    for (; !next.done; next = await iterator.next()) {
      if (response.destroyed) break;
      const number = eventNumber(next.value);
      const frame = `${number === undefined ? "" : `id: ${number}\n`}data: ${spelling.item(next.value)}\n\n`;
      if (!response.write(frame)) await drained(response);
    }
  } catch (thrown) {
    response.write(`event: error\ndata: ${await spelling.error(thrown)}\n\n`);
  } finally {
    clearInterval(heartbeat);
    await iterator.return?.();
    response.end();
  }
}

function drained(response: ServerResponse): Promise<void> {
  if (response.destroyed) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = (): void => {
    response.off("drain", done).off("close", done);
    resolve();
  };
  response.on("drain", done).on("close", done);
  return promise;
}
