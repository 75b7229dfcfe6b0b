/**
 * Live events by SSE: everything in the log after `Last-Event-ID` (or `?after=`), then what comes, in order and without
 * gaps, since each wake-up reads on from the last number sent. A client that stops reading is cut, not buffered.
 * `progress` frames tell of running calls; they are not in the log and carry no id.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { EventLog, HubEvent } from "../store/event-log.ts";
import { httpErrors } from "./body.ts";

const streamHeaders = { "content-type": "text/event-stream", "cache-control": "no-store" };
const pageSize = 500;
const heartbeatMs = 15_000;
const maxBufferedBytes = 4 * 1024 * 1024;

/** What the streams read from. */
export interface EventStreamInput {
  readonly events: EventLog;
  readonly onCommit: (listener: () => void) => () => void;
  readonly onProgress: (listener: (progress: object) => void) => () => void;
  readonly limit: number;
  readonly opened: (count: number) => void;
}

/** Serves any number of streams up to the limit. */
export class EventStreams {
  readonly #input: EventStreamInput;
  readonly #open = new Set<ServerResponse>();

  constructor(input: EventStreamInput) {
    this.#input = input;
  }

  /** Ends every stream. */
  close(): void {
    for (const response of this.#open) response.end();
  }

  /** Answers one request; resolves when the client is gone. */
  async serve(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    if (request.method === "HEAD") return void response.writeHead(200, streamHeaders).end();
    if (this.#open.size >= this.#input.limit) throw httpErrors.TOO_MANY_STREAMS({ limit: this.#input.limit });
    this.#open.add(response);
    this.#input.opened(this.#open.size);
    response.writeHead(200, streamHeaders);
    response.write("retry: 1000\n\n");
    const asked = Number(request.headers["last-event-id"] ?? url.searchParams.get("after") ?? 0);
    let last = Number.isSafeInteger(asked) && asked > 0 ? asked : 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    response.on("close", resolve);
    let pumping = false;
    let again = false;
    const send = (frame: string): void => {
      if (response.writableEnded) return;
      if (response.writableLength > maxBufferedBytes) response.destroy();
      else response.write(frame);
    };
    const pump = async (): Promise<void> => {
      again = true;
      if (pumping) return;
      pumping = true;
      while (again && !response.destroyed && !response.writableEnded) {
        again = false;
        const page = await this.#input.events.read({ after: last, limit: pageSize });
        for (const event of page) send(frameOf(event));
        last = page.at(-1)?.seq ?? last;
        if (page.length === pageSize) again = true;
        if (response.writableNeedDrain) await Promise.race([new Promise((drained) => response.once("drain", drained)), promise]);
      }
      pumping = false;
    };
    const wake = (): void => void pump().catch(() => response.destroy());
    const stopCommits = this.#input.onCommit(wake);
    const stopProgress = this.#input.onProgress((progress) => send(`event: progress\ndata: ${JSON.stringify(progress)}\n\n`));
    const heartbeat = setInterval(() => send(": alive\n\n"), heartbeatMs);
    wake();
    await promise;
    clearInterval(heartbeat);
    stopCommits();
    stopProgress();
    this.#open.delete(response);
    this.#input.opened(this.#open.size);
  }
}

function frameOf(event: HubEvent): string {
  return `id: ${event.seq}\ndata: ${JSON.stringify(event)}\n\n`;
}
