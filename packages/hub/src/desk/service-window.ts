import { nearestRank } from "../base/rank.ts";
import type { EventLog, HubEvent } from "../store/event-log.ts";

/** How the tools did of late. */
export interface ServiceFigures {
  readonly windowMs: number;
  readonly calls: number;
  readonly failed: number;
  /** Share of the calls that did not fail; 1 without calls. */
  readonly successRate: number;
  /** By nearest rank; 0 without calls. */
  readonly p50Ms: number;
  readonly p95Ms: number;
}

interface Call {
  readonly at: number;
  readonly isFailed: boolean;
  readonly durationMs: number;
}

const windowMs = 3_600_000;
const mostCalls = 2000;
// A call that waits for its caller has not failed.
const unfailed: ReadonlySet<string> = new Set(["ok", "input-needed", "sample-needed"]);

/** The calls of the last hour, at most 2,000, as the log has them. What was read once is kept, so a look reads only what is new. */
export class ServiceWindow {
  readonly #events: EventLog;
  #calls: readonly Call[] = []; // oldest first
  #seen = 0;
  #looking: Promise<unknown> = Promise.resolve();

  constructor(events: EventLog) {
    this.#events = events;
  }

  /** The figures of the hour before `now`. */
  async figures(now: number): Promise<ServiceFigures> {
    // One look after another: two at once would count the same calls twice.
    const look = this.#looking.then(() => this.#look(now));
    this.#looking = look.catch(() => undefined);
    await look;
    const { length } = this.#calls;
    const failed = this.#calls.filter(({ isFailed }) => isFailed).length;
    const durations = this.#calls.map(({ durationMs }) => durationMs).sort((a, b) => a - b);
    const quantile = (share: number): number => durations[nearestRank(length, share)] ?? 0;
    const successRate = length === 0 ? 1 : 1 - failed / length;
    return { windowMs, calls: length, failed, successRate, p50Ms: quantile(0.5), p95Ms: quantile(0.95) };
  }

  async #look(now: number): Promise<void> {
    const fresh = await this.#events.read({ kind: "tool.called", after: this.#seen, limit: mostCalls, newestFirst: true });
    this.#seen = fresh[0]?.seq ?? this.#seen;
    const calls = [...this.#calls, ...fresh.map(callOf).reverse()];
    this.#calls = calls.slice(-mostCalls).filter(({ at }) => at > now - windowMs);
  }
}

function callOf({ at, data }: HubEvent): Call {
  return { at, isFailed: !unfailed.has(String(data.outcome)), durationMs: Number(data.durationMs ?? 0) };
}
