/** Follows a hub's live events and prints what happens, with a bar for long work. */
import type { HubEvent } from "../store/event-log.ts";
import { narrate } from "./narrator.ts";
import { clearBar, say, showBar } from "./terminal.ts";

interface LiveProgress {
  readonly call: string;
  readonly done: number;
  readonly total?: number;
  readonly message?: string;
}

/** Follows until the signal aborts; `after` is the number of the last event already known. */
export async function watchHub(
  url: string,
  token: string,
  after: number,
  signal: AbortSignal,
  onEvent: (event: HubEvent) => void = () => {},
): Promise<void> {
  const started = new Map<string, number>();
  const response = await fetch(new URL(`/events?after=${after}`, url), { headers: { authorization: `Bearer ${token}` }, signal });
  if (!response.ok || !response.body) throw new Error(`the hub answered ${response.status} to the request for live events`);
  let buffer = "";
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body) {
      buffer += decoder.decode(chunk, { stream: true });
      for (let end = buffer.indexOf("\n\n"); end >= 0; end = buffer.indexOf("\n\n")) {
        const frame = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        const data = /^data: (.*)$/m.exec(frame)?.[1];
        if (data === undefined) continue;
        if (/^event: progress$/m.test(frame)) {
          const progress: LiveProgress = JSON.parse(data);
          const now = Date.now();
          if (!started.has(progress.call)) started.set(progress.call, now);
          if (progress.total)
            showBar(progress.message ?? "", progress.done, progress.total, started.get(progress.call) ?? now, now);
        } else {
          const event: HubEvent = JSON.parse(data);
          const line = narrate(event);
          if (line) say(line);
          onEvent(event);
        }
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    clearBar();
  }
}
