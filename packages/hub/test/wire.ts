import { once } from "node:events";
import { type IncomingHttpHeaders, request } from "node:http";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";

/** An answer read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Sends one request with any headers, Host among them, over a connection of its own. */
export async function ask(
  url: URL,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<Answer> {
  const { method = "GET", headers = {}, body } = options;
  const sent = request({ host: url.hostname, port: url.port, path, method, headers, agent: false });
  sent.end(body);
  const [response] = await once(sent, "response");
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

/** The code of an error answer. */
export function codeOf(answer: Answer): string {
  const { error }: { error?: { code?: string } } = JSON.parse(answer.body);
  return error?.code ?? "";
}

/** Opens a bare connection and sends bytes; `said` is what came back so far, `ended` resolves when the other side is done. */
export async function openSocket(
  url: URL,
  bytes: string,
): Promise<{ socket: Socket; said: () => string; ended: Promise<unknown> }> {
  const socket = connect(Number(url.port), url.hostname);
  socket.on("error", () => {}); // A cut connection is what some tests wait for.
  let heard = "";
  socket.on("data", (chunk) => (heard += chunk));
  const ended = new Promise((resolve) => socket.once("close", resolve));
  await once(socket, "connect");
  socket.write(bytes);
  return { socket, said: () => heard, ended };
}

/** A live event stream being read. */
export interface Listening {
  readonly events: readonly { readonly id: number; readonly kind: string }[];
  /** Waits until an event of this kind came. */
  readonly until: (kind: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Reads /events from after a number, by Last-Event-ID. */
export async function listen(url: URL, headers: Record<string, string>, after?: number): Promise<Listening> {
  const stop = new AbortController();
  const response = await fetch(new URL("/events", url), {
    headers: { ...headers, ...(after === undefined ? {} : { "last-event-id": String(after) }) },
    signal: stop.signal,
  });
  if (!response.ok || !response.body) throw new Error(`${response.status} ${await response.text()}`);
  const events: { id: number; kind: string }[] = [];
  let wake = (): void => {};
  const { body } = response;
  const reading = (async () => {
    let buffer = "";
    const decoder = new TextDecoder();
    for await (const chunk of body) {
      buffer += decoder.decode(chunk, { stream: true });
      for (let end = buffer.indexOf("\n\n"); end >= 0; end = buffer.indexOf("\n\n")) {
        const frame = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        const id = /^id: (\d+)$/m.exec(frame)?.[1];
        const data = /^data: (.*)$/m.exec(frame)?.[1];
        if (id !== undefined && data !== undefined) events.push({ id: Number(id), kind: JSON.parse(data).kind });
      }
      wake();
    }
  })().catch(() => {}); // Ends with the abort below.
  return {
    events,
    until: async (kind) => {
      while (!events.some((event) => event.kind === kind)) await new Promise<void>((resolve) => (wake = resolve));
    },
    close: async () => {
      stop.abort();
      await reading;
    },
  };
}
