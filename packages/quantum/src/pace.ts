// How a sampler's run is sliced, reported and ended. The clock only decides when to pause and, if the caller set a time limit, when
// to stop: it never enters the search, so without a limit the same seed gives the same samples.
import { Pauses } from "./pauses.ts";
import type { SampleOptions } from "./sample-options.ts";

/** Slices one run: pauses, cancels, reports, and says when enough is enough. */
export class Pace {
  readonly #options: SampleOptions;
  readonly #pauses: Pauses;
  readonly #startedAt = performance.now();
  readonly #totalReads: number;
  readonly #offset: number;
  #reads = 0;
  #fraction = 0;
  #best = Number.POSITIVE_INFINITY;
  #enough = false;

  /** `offset` is what to add to the sampler's energies to get the model's. */
  constructor(options: SampleOptions, totalReads: number, offset: number) {
    this.#options = options;
    this.#totalReads = totalReads;
    this.#offset = offset;
    this.#pauses = new Pauses(options.signal);
  }

  /** Counts `work` elementary steps; true when it is time to `breathe`. */
  due(work: number): boolean {
    return this.#pauses.due(work);
  }

  /** True once the time limit has passed or the target is reached: the sampler then returns what it has. */
  get enough(): boolean {
    return this.#enough;
  }

  /** Time since the start, ms. */
  get spentMs(): number {
    return performance.now() - this.#startedAt;
  }

  /** Time until the limit, ms, at least 0; undefined where there is none. */
  get leftMs(): number | undefined {
    const { timeLimitMs } = this.#options;
    return timeLimitMs === undefined ? undefined : Math.max(0, timeLimitMs - this.spentMs);
  }

  /** Notes the lowest energy so far (without the offset). */
  found(energy: number): void {
    if (energy >= this.#best) return;
    this.#best = energy;
    const { target } = this.#options;
    if (target !== undefined && energy + this.#offset <= target + 1e-9 * Math.abs(target)) this.#enough = true;
  }

  /** Reports `within` (0 to 1, the part of the present read that is done) and lets others run. Throws the signal's reason. */
  async breathe(within: number): Promise<void> {
    this.#report(within);
    await this.#pauses.take();
    this.#look();
  }

  /** One read is finished. */
  finished(): void {
    this.#reads++;
    this.#look();
    if (this.#reads === this.#totalReads || this.#enough) this.#report(this.#enough ? this.#totalReads : 0);
  }

  #look(): void {
    const { timeLimitMs } = this.#options;
    if (timeLimitMs !== undefined && this.spentMs >= timeLimitMs) this.#enough = true;
  }

  #report(within: number): void {
    const { timeLimitMs, progress } = this.#options;
    if (!progress) return;
    const ofTime = timeLimitMs === undefined ? 0 : this.spentMs / timeLimitMs;
    this.#fraction = Math.min(1, Math.max(this.#fraction, ofTime, (this.#reads + within) / this.#totalReads));
    progress({ fraction: this.#fraction, energy: this.#best + this.#offset, reads: this.#reads });
  }
}
