// The state of the heuristic: which qubits each variable's chain has, where chains overlap, and what a qubit costs the next chain.
import type { Adjacency } from "../topology/chip.ts";
import { blocked, dearest } from "./router.ts";

/** Chains on a target, overlaps allowed. */
export class Layout {
  /** Per variable its neighbours in the source graph. */
  readonly partners: readonly (readonly number[])[];
  readonly target: Adjacency;
  /** The chain of each variable; empty where it is torn out. Replaced, never changed in place. */
  readonly chains: (readonly number[])[];
  /** What a qubit costs a new chain: rises with the number of chains that have it. */
  readonly prices: Int32Array;
  /** Qubits in chains, counted once for every chain, and how many of these are too many. */
  size = 0;
  overlap = 0;
  readonly #tenants: number[][];
  readonly #usable: Uint8Array;
  readonly #contested: Float64Array;
  #priceOf: readonly number[] = [1];
  readonly #contacts: Int32Array;
  readonly #here: Int32Array;

  constructor(partners: readonly (readonly number[])[], target: Adjacency, usable: Uint8Array) {
    this.partners = partners;
    this.target = target;
    this.chains = partners.map(() => []);
    this.prices = new Int32Array(target.size);
    this.#tenants = Array.from({ length: target.size }, () => []);
    this.#usable = usable;
    this.#contested = new Float64Array(target.size);
    this.#contacts = new Int32Array(partners.length);
    this.#here = new Int32Array(partners.length);
  }

  /** Makes a qubit cost base^k where k chains have it; without a base, used qubits are out of reach. */
  price(base?: number): void {
    const most = this.partners.length;
    this.#priceOf = Array.from({ length: most + 1 }, (_, k) =>
      k === 0 ? 1 : base === undefined ? blocked : Math.min(dearest, Math.round(base ** k)),
    );
    for (let q = 0; q < this.prices.length; q++) this.#reprice(q);
  }

  /** Makes the qubits where chains overlap now dearer from the next `price` on. */
  remember(): void {
    for (const [q, tenants] of this.#tenants.entries()) if (tenants.length > 1) this.#contested[q]! += tenants.length - 1;
  }

  /** Takes back what `remember` did. */
  forget(): void {
    this.#contested.fill(0);
  }

  /** How many chains have a qubit. */
  use(q: number): number {
    return this.#tenants[q]!.length;
  }

  /** Gives a torn-out variable its chain. */
  put(variable: number, chain: readonly number[]): void {
    this.chains[variable] = chain;
    this.size += chain.length;
    for (const q of chain) {
      const tenants = this.#tenants[q]!;
      if (tenants.length > 0) this.overlap++;
      tenants.push(variable);
      this.#reprice(q);
    }
  }

  /** Tears a variable's chain out and gives it. */
  tear(variable: number): readonly number[] {
    const chain = this.chains[variable]!;
    for (const q of chain) this.#leave(variable, q);
    this.chains[variable] = [];
    return chain;
  }

  /** Puts `chain` in the place of what the variable has. */
  swap(variable: number, chain: readonly number[]): void {
    if (this.chains[variable] === chain) return;
    this.tear(variable);
    this.put(variable, chain);
  }

  /** Cuts the ends of a chain that touch no partner which the rest of the chain does not touch. */
  trim(variable: number): void {
    let chain = this.chains[variable]!;
    if (chain.length < 2) return;
    const { start, neighbours } = this.target;
    const contacts = this.#contacts;
    const here = this.#here;
    for (const q of chain) {
      for (let e = start[q]!; e < start[q + 1]!; e++) for (const other of this.#tenants[neighbours[e]!]!) contacts[other]!++;
    }
    for (let k = 0; k < chain.length && chain.length > 1; k++) {
      const q = chain[k]!;
      let needed = false;
      for (let e = start[q]!; e < start[q + 1]!; e++) for (const other of this.#tenants[neighbours[e]!]!) here[other]!++;
      const inside = here[variable]!;
      if (inside === 1) needed = this.partners[variable]!.some((other) => here[other]! > 0 && here[other] === contacts[other]);
      for (let e = start[q]!; e < start[q + 1]!; e++) {
        for (const other of this.#tenants[neighbours[e]!]!) {
          if (inside === 1 && !needed) contacts[other]! -= here[other]!;
          here[other] = 0;
        }
      }
      if (inside !== 1 || needed) continue;
      this.#leave(variable, q);
      chain = chain.filter((other) => other !== q);
      k = -1;
    }
    contacts.fill(0);
    this.chains[variable] = chain;
  }

  #leave(variable: number, q: number): void {
    const tenants = this.#tenants[q]!;
    tenants.splice(tenants.indexOf(variable), 1);
    this.size--;
    if (tenants.length > 0) this.overlap--;
    this.#reprice(q);
  }

  #reprice(q: number): void {
    if (this.#usable[q] === 0) this.prices[q] = blocked;
    else {
      const price = this.#priceOf[this.#tenants[q]!.length]!;
      this.prices[q] = price === blocked ? price : Math.min(dearest, Math.round(price * (1 + this.#contested[q]!)));
    }
  }
}
