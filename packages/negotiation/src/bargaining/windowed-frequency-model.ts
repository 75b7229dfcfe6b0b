/**
 * The windowed frequency model (Tunalı, Aydoğan, Sanchez-Anguix: "Rethinking frequency opponent modeling in automated negotiation", PRIMA
 * 2017). The plain model takes every repeated value for a sign of importance, also where the opponent repeats a whole offer. This one
 * compares windows of offers: an issue is important when its values stayed as they were (by a chi-square test) while the opponent conceded
 * on others, and the less so the later it is. Values are valued by how often they were offered, flattened by a power below 1.
 *
 * What the paper leaves open: windows do not overlap; frequencies are smoothed by one count for each value; the earlier window is taken for
 * what is expected of the later one, and whether it conceded is seen by the values from before the later one; the weights are kept as sums and normalised where they are used.
 */
import type { Domain, Outcome } from "../scenario/domain.ts";
import { chiSquareTail } from "./chi-square.ts";

/** The parameters of the paper, with its values as defaults. */
export interface WindowedOptions {
  /** Offers in a window; default 5. */
  readonly window?: number;
  /** How much a weight rises at most, and how late that falls: alpha * (1 - t^beta); default 10 and 5. */
  readonly alpha?: number;
  readonly beta?: number;
  /** Flattens values; default 0.25. */
  readonly gamma?: number;
  /** A window differs from the one before when chance gives less than this; default 0.05. */
  readonly significance?: number;
}

/** Learns one opponent. */
export class WindowedFrequencyModel {
  readonly #options: Required<WindowedOptions>;
  readonly #counts: Float64Array[];
  readonly #weights: Float64Array;
  #earlier: readonly Outcome[] = [];
  #window: Outcome[] = [];
  #worth: Float64Array[];

  constructor(domain: Domain, options: WindowedOptions = {}) {
    this.#options = { window: 5, alpha: 10, beta: 5, gamma: 0.25, significance: 0.05, ...options };
    this.#counts = domain.issues.map(({ values }) => new Float64Array(values.length));
    this.#weights = new Float64Array(domain.issues.length).fill(1 / domain.issues.length);
    this.#worth = this.#valued();
  }

  /** It offered this at relative time t. */
  heard(outcome: Outcome, t: number): void {
    for (const [k, value] of outcome.entries()) this.#counts[k]![value]! += 1;
    this.#window.push(outcome);
    if (this.#window.length === this.#options.window) {
      if (this.#earlier.length > 0) this.#compare(t);
      this.#earlier = this.#window;
      this.#window = [];
    }
    this.#worth = this.#valued();
  }

  /** The estimated utility of an outcome for it, 0 to 1. */
  utility(outcome: Outcome): number {
    let sum = 0;
    for (let k = 0; k < outcome.length; k++) sum += this.#worth[k]![outcome[k]!]!;
    return sum;
  }

  /** The estimated weight of each issue; they add up to 1. */
  get weights(): readonly number[] {
    const total = this.#weights.reduce((sum, one) => sum + one, 0);
    return Array.from(this.#weights, (one) => one / total);
  }

  #compare(t: number): void {
    const { alpha, beta, significance, window } = this.#options;
    const stayed: number[] = [];
    let conceded = false;
    for (const k of this.#counts.keys()) {
      const [before, after] = [this.#frequencies(this.#earlier, k), this.#frequencies(this.#window, k)];
      const counts = (row: readonly number[]) => row.map((one) => one * window);
      if (chiSquareTail(counts(after), counts(before)) >= significance) stayed.push(k);
      else {
        const earlier = Float64Array.from(this.#counts[k]!);
        for (const outcome of this.#window) earlier[outcome[k]!]! -= 1;
        const values = this.#values(earlier);
        const expected = (row: readonly number[]) => row.reduce((sum, one, value) => sum + one * values[value]!, 0);
        if (expected(after) < expected(before)) conceded = true;
      }
    }
    if (!conceded) return;
    for (const k of stayed) this.#weights[k]! += alpha * (1 - t ** beta);
  }

  #frequencies(window: readonly Outcome[], k: number): readonly number[] {
    const counts = Array.from(this.#counts[k]!, () => 1);
    for (const outcome of window) counts[outcome[k]!]! += 1;
    const total = window.length + counts.length;
    return counts.map((one) => one / total);
  }

  #values(counts: Float64Array): readonly number[] {
    const most = counts.reduce((best, one) => Math.max(best, one), 0);
    return Array.from(counts, (one) => ((1 + one) / (1 + most)) ** this.#options.gamma);
  }

  #valued(): Float64Array[] {
    const { weights } = this;
    return this.#counts.map((counts, k) => Float64Array.from(this.#values(counts), (one) => one * weights[k]!));
  }
}
