import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { StreamResponse } from "../../src/a2a/protocol.ts";

/** A notification as it came. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly item: StreamResponse;
}

/** Receives notifications on loopback. `answer` says what to answer to each. */
export async function openReceiver(answer: (received: Received) => number | Promise<number> = () => 200) {
  const all: Received[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const received = { path: request.url ?? "", headers: request.headers, body, item: JSON.parse(body) };
    const status = await answer(received);
    if (status < 300) all.push(received);
    response.writeHead(status).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const host = `127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  return {
    /** Those that were accepted, in order. */
    all,
    host,
    url: `http://${host}`,
    until: async (enough: () => boolean) => {
      for (let waited = 0; !enough(); waited += 10) {
        if (waited > 30_000) throw new Error(`waited in vain; there are ${all.length}`);
        await sleep(10);
      }
    },
    [Symbol.dispose]: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** What an item says, in one word. */
export function wordOf(item: StreamResponse): string {
  if ("task" in item) return item.task.status.state;
  if ("statusUpdate" in item) return item.statusUpdate.status.state;
  if ("artifactUpdate" in item) return item.artifactUpdate.artifact.parts.map((part) => part.text).join();
  return "message";
}
