/**
 * What the offers of an opponent say about its preferences: the frequency model (Hindriks and Tykhonov; in the form of HardHeaded, ANAC
 * 2011). A value is worth as much as it was offered often, compared with the issue's most offered; an issue whose value did not change
 * from one offer to the next is important, and the earlier the more.
 * Here values count for (1 - t)^2 of an offer: a party begins with what it likes best, and what it offers at the end it was driven to.
 */
import type { Domain, Outcome } from "../scenario/domain.ts";
import type { AdditivePreferences } from "../scenario/preferences.ts";

const learningRate = 0.1;
// What an offer at the very end still counts.
const leastSaid = 0.02;

/** Learns one opponent. */
export class FrequencyModel {
  readonly #counts: Float64Array[];
  readonly #most: Float64Array;
  readonly #weights: Float64Array;
  // For each issue its weight by its largest count: what one count of a value is worth.
  readonly #shares: Float64Array;
  #last: Outcome | undefined;

  constructor(domain: Domain) {
    const { issues } = domain;
    this.#counts = issues.map(({ values }) => new Float64Array(values.length));
    this.#most = new Float64Array(issues.length);
    this.#shares = new Float64Array(issues.length);
    this.#weights = new Float64Array(issues.length).fill(1 / issues.length);
  }

  /** It offered this at relative time t. */
  heard(outcome: Outcome, t: number): void {
    const last = this.#last;
    const said = Math.max(leastSaid, 1 - t) ** 2;
    let total = 0;
    for (let k = 0; k < outcome.length; k++) {
      const count = this.#counts[k]![outcome[k]!]! + said;
      this.#counts[k]![outcome[k]!] = count;
      if (count > this.#most[k]!) this.#most[k] = count;
      if (last !== undefined && last[k] === outcome[k]) this.#weights[k]! += learningRate * (1 - t);
      total += this.#weights[k]!;
    }
    for (let k = 0; k < outcome.length; k++) {
      this.#weights[k]! /= total;
      this.#shares[k] = this.#weights[k]! / this.#most[k]!;
    }
    this.#last = outcome;
  }

  /** The estimated utility of an outcome for it, 0 to 1. */
  utility(outcome: Outcome): number {
    const [counts, shares] = [this.#counts, this.#shares];
    let sum = 0;
    for (let k = 0; k < counts.length; k++) sum += shares[k]! * counts[k]![outcome[k]!]!;
    return sum;
  }

  /** The estimate as preferences; an issue of which nothing was heard has values of no worth. */
  preferences(): AdditivePreferences {
    return {
      kind: "additive",
      weights: [...this.#weights],
      evaluations: this.#counts.map((counts, k) =>
        Array.from(counts, (count) => (this.#most[k]! > 0 ? count / this.#most[k]! : 0)),
      ),
    };
  }
}
