/**
 * The hub's live events. The newest part of the log is fetched once; then one event stream carries on from its last
 * number. A lost connection is taken up again by the browser itself with Last-Event-ID, so nothing is missed and nothing
 * comes twice; a connection the hub refused is tried anew here, since browsers give those up for good.
 */
import type { CallProgress, HubEvent } from "./event.ts";
import { callTool, HubError } from "./mcp.ts";

/** `connecting`: the first time; `open`; `lost`: was open, tries again; `refused`: the session is not good (401). */
export type LiveState = "connecting" | "open" | "lost" | "refused";

/** A running call: its newest progress and when the first one came (Unix time in ms). */
export interface RunningCall extends CallProgress {
  readonly since: number;
}

const keptEvents = 600;
const seedEvents = 300;
const retryMs = 1500;

/** Holds the newest events and the running calls, and tells who listens. */
export class LiveStream {
  state: LiveState = "connecting";
  /** Newest first. */
  events: readonly HubEvent[] = [];
  /** By call id. */
  readonly calls = new Map<string, RunningCall>();
  readonly #onEvent = new Set<(event: HubEvent) => void>();
  readonly #onChange = new Set<() => void>();
  readonly #onProgress = new Set<(progress: CallProgress) => void>();
  #source: EventSource | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Fetches the newest events and follows. */
  async start(): Promise<void> {
    try {
      const { events } = await callTool<{ events: readonly HubEvent[] }>("hub_list_events", { limit: seedEvents });
      this.events = events;
      this.#connect();
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Ends the stream. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
  }

  /** Calls `listener` for every new event; returns how to stop. */
  onEvent(listener: (event: HubEvent) => void): () => void {
    this.#onEvent.add(listener);
    return () => this.#onEvent.delete(listener);
  }

  /** Calls `listener` for every progress of a running call; returns how to stop. */
  onProgress(listener: (progress: CallProgress) => void): () => void {
    this.#onProgress.add(listener);
    return () => this.#onProgress.delete(listener);
  }

  /** Calls `listener` when state, events or calls changed; returns how to stop. */
  onChange(listener: () => void): () => void {
    this.#onChange.add(listener);
    return () => this.#onChange.delete(listener);
  }

  /** Takes note that the hub refused the session somewhere else. */
  refuse(): void {
    this.stop();
    this.#become("refused");
  }

  #connect(): void {
    const source = new EventSource(`/events?after=${this.events[0]?.seq ?? 0}`);
    this.#source = source;
    source.onopen = () => this.#become("open");
    source.onmessage = ({ data }: MessageEvent<string>) => this.#take(JSON.parse(data));
    source.addEventListener("progress", ({ data }: MessageEvent<string>) => {
      const progress: CallProgress = JSON.parse(data);
      this.calls.set(progress.call, { ...progress, since: this.calls.get(progress.call)?.since ?? Date.now() });
      for (const listener of this.#onProgress) listener(progress);
      this.#changed();
    });
    source.onerror = () => {
      this.calls.clear();
      this.#become("lost");
      if (source.readyState === EventSource.CLOSED) this.#retry();
    };
  }

  #take(event: HubEvent): void {
    if (event.seq <= (this.events[0]?.seq ?? 0)) return;
    this.events = [event, ...this.events.slice(0, keptEvents - 1)];
    if (event.kind === "tool.called") this.calls.delete(String(event.data.call));
    for (const listener of this.#onEvent) listener(event);
    this.#changed();
  }

  #retry(): void {
    this.#source?.close();
    this.#timer = setTimeout(() => {
      // A stream says only that it was refused; a call says why.
      if (this.events.length === 0) void this.start();
      else
        callTool("hub_status", {}).then(
          () => this.#connect(),
          (error: unknown) => this.#failed(error),
        );
    }, retryMs);
  }

  #failed(error: unknown): void {
    if (error instanceof HubError && error.status === 401) this.refuse();
    else {
      this.#become("lost");
      this.#retry();
    }
  }

  #become(state: LiveState): void {
    if (this.state === state) return;
    this.state = state;
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#onChange) listener();
  }
}
