/**
 * What was counted of all agents: the series that are asked, and the shares of them that the store has not got yet. Tasks
 * are folded in together, since each would copy a bucket by itself; whoever asks has everything that was judged.
 */
import type { Clock } from "../base/clock.ts";
import type { Share } from "./ledger.ts";
import { added, bucketOf, emptySeries, exchanged, type Judged, mergedBucket, pruned, type Series, startOf } from "./series.ts";

// Few enough to be young when they go: what lives long costs the collector more than what is counted here.
const foldedAt = 256;

/** The counts of one hub. */
export class Counts {
  readonly #clock: Clock;
  readonly #series = new Map<string, Series>();
  readonly #judged = new Map<string, Judged[]>();
  #unsaved = new Map<string, Share>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes an agent's series over as the store has it. */
  load(agent: string, series: Series): void {
    this.#series.set(agent, series);
  }

  /** Counts a task of an agent. */
  add(agent: string, task: Judged): void {
    const waiting = this.#judged.get(agent);
    if (waiting) waiting.push(task);
    else this.#judged.set(agent, [task]);
    if (waiting && waiting.length >= foldedAt) this.#fold();
  }

  /** Whether anything was ever counted of an agent. */
  has(agent: string): boolean {
    this.#fold();
    return this.#series.has(agent);
  }

  /** An agent's series. */
  of(agent: string): Series {
    this.#fold();
    return this.#series.get(agent) ?? emptySeries;
  }

  /** Every agent of which anything was counted, with its series. */
  all(): ReadonlyMap<string, Series> {
    this.#fold();
    return this.#series;
  }

  /** Hands over what the store has not got; whoever cannot put it there gives it back. */
  takeUnsaved(): readonly Share[] {
    this.#fold();
    const shares = [...this.#unsaved.values()];
    this.#unsaved = new Map();
    return shares;
  }

  /** Takes back what could not be put into the store: counts are not lost because it was away. */
  giveBack(shares: readonly Share[]): void {
    for (const share of shares) this.#keep(share);
  }

  /** Takes over buckets as the store has them, with what is not in the store yet. */
  exchange(shares: readonly Share[]): void {
    // First, so that what is here and not yet in the store is among the unsaved.
    this.#fold();
    for (const share of shares) {
      const { agent, resolution, start, bucket } = share;
      const unsaved = this.#unsaved.get(keyOf(share));
      const whole = unsaved ? mergedBucket(bucket, unsaved.bucket) : bucket;
      this.#series.set(agent, exchanged(this.#series.get(agent) ?? emptySeries, resolution, start, whole));
    }
  }

  // Takes what was judged into the series, and into what goes to the store.
  #fold(): void {
    if (this.#judged.size === 0) return;
    for (const [agent, judged] of this.#judged) {
      let series = this.#series.get(agent) ?? emptySeries;
      for (const resolution of ["minute", "hour"] as const)
        for (const [start, tasks] of Map.groupBy(judged, ({ measured }) => startOf(measured.at, resolution))) {
          const bucket = bucketOf(tasks);
          series = added(series, resolution, start, bucket);
          this.#keep({ agent, resolution, start, bucket });
        }
      this.#series.set(agent, pruned(series, this.#clock.now()));
    }
    this.#judged.clear();
  }

  #keep(share: Share): void {
    const key = keyOf(share);
    const known = this.#unsaved.get(key);
    this.#unsaved.set(key, known ? { ...share, bucket: mergedBucket(known.bucket, share.bucket) } : share);
  }
}

function keyOf({ agent, resolution, start }: Share): string {
  return `${agent}\n${resolution}\n${start}`;
}
