// Minor embedding after Cai, Macready and Roy 2014 (arXiv 1406.2741): give every variable a chain at once, overlaps allowed; then
// tear out chain after chain and lay it anew at prices that rise with the number of chains on a qubit, until none overlap; then
// shorten chains. What is ours: the searches of a route go in step (router.ts); a qubit that was ever contested stays dear, as in
// the routing of circuits by negotiated congestion (PathFinder, McMurchie and Ebeling 1995), without which dense sources get stuck;
// chains whose end served only the torn-out variable are cut back before it is laid again, so that the boundary between two chains
// can move; and as long as that costs little against what was spent, part of the chains is torn out and laid again, overlaps
// allowed, and the better layout kept.
import { QuantumError } from "../errors.ts";
import { Pauses } from "../pauses.ts";
import { Random } from "../random.ts";
import type { Adjacency } from "../topology/chip.ts";
import type { Embedding, SourceGraph } from "./embedding.ts";
import { Layout } from "./layout.ts";
import { Router } from "./router.ts";

/** How far a search is: qubits in chains, and how many of them are in more than one. */
export interface EmbeddingProgress {
  readonly attempt: number;
  readonly qubits: number;
  readonly overlap: number;
}

/** What a search for an embedding is asked. The same graphs, seed and options give the same chains, unless the time limit cut it. */
export interface EmbeddingOptions {
  /** Any whole number from 0 to 2^53 - 1. Default 1. */
  readonly seed?: number;
  /** New beginnings before it gives up. Default 60: most failures show early. */
  readonly tries?: number;
  /** Chains that stay as they are: fixed[v] is the chain of variable v; holes are free. */
  readonly fixed?: readonly (readonly number[] | undefined)[];
  /** Chains to begin with, as `fixed`; these may change. */
  readonly initial?: readonly (readonly number[] | undefined)[];
  /** Stop after this long: with the best so far, or EMBEDDING_NOT_FOUND. */
  readonly timeLimitMs?: number;
  /** Cancels: the call rejects with the signal's reason within about 20 ms. */
  readonly signal?: AbortSignal;
  readonly progress?: (progress: EmbeddingProgress) => void;
}

// Measured on cliques, 3-regular and G(60, 0.3) sources on Pegasus 16 and Zephyr 12: a steeper or higher beginning makes chains
// enclose each other, a flatter one takes more passes.
const firstBase = 1.5;
const growth = 1.2;
const steepest = 1000;
const idleSettling = 3;
const idleShortening = 2;
const kickedShare = 0.3;
const kickBase = 2;
const mostKicks = 50;

/**
 * Chains for every variable of `source` on `target`, or an error. Work goes into the largest connected part of the target.
 * Throws EMBEDDING_NOT_FOUND, EMBEDDING_INVALID (fixed or initial chains off the target), OPTION_INVALID, or the signal's reason.
 */
export async function findEmbedding(source: SourceGraph, target: Adjacency, options: EmbeddingOptions = {}): Promise<Embedding> {
  const { tries = 60 } = options;
  if (!Number.isInteger(tries) || tries < 1)
    throw new QuantumError("OPTION_INVALID", { option: "tries", wanted: "a whole number of at least 1", got: tries });
  if (source.size === 0) return [];
  const wanted = `${source.size} variables and ${source.rows.length} edges`;
  const search = new Search(source, target, options);
  if (source.size > search.room) {
    const why = `the target has ${search.room} connected qubits`;
    throw new QuantumError("EMBEDDING_NOT_FOUND", { wanted, why });
  }
  for (let attempt = 1; attempt <= tries && !search.late; attempt++) {
    if (!(await search.begin(attempt))) continue;
    if (!(await search.settle(firstBase))) continue;
    await search.shorten();
    await search.improve();
    return search.layout.chains.map((chain) => [...chain].sort((a, b) => a - b));
  }
  throw new QuantumError("EMBEDDING_NOT_FOUND", { wanted, why: search.late ? "time is up" : `${tries} tries failed` });
}

class Search {
  layout: Layout;
  readonly #target: Adjacency;
  readonly #partners: number[][];
  readonly #options: EmbeddingOptions;
  readonly #random: Random;
  readonly #router: Router;
  readonly #pauses: Pauses;
  readonly #startedAt = performance.now();
  readonly #usable: Uint8Array;
  readonly #qubits: Int32Array;
  readonly #free: Int32Array; // variables that may move
  #attempt = 0;

  constructor(source: SourceGraph, target: Adjacency, options: EmbeddingOptions) {
    const { fixed = [], initial = [] } = options;
    this.#target = target;
    this.#options = options;
    this.#partners = partnersOf(source);
    for (const chain of [...fixed, ...initial]) {
      for (const q of chain ?? []) {
        if (!Number.isInteger(q) || q < 0 || q >= target.size)
          throw new QuantumError("EMBEDDING_INVALID", { wanted: `qubits from 0 to ${target.size - 1}`, got: q });
      }
    }
    this.#random = new Random(options.seed ?? 1);
    this.#router = new Router(target, Math.max(1, ...this.#partners.map((p) => p.length)));
    this.#pauses = new Pauses(options.signal);
    this.#usable = largestPart(target);
    this.#qubits = Int32Array.from(this.#usable.keys()).filter((q) => this.#usable[q] === 1);
    this.#free = Int32Array.from(this.#partners.keys()).filter((v) => !(fixed[v]?.length ?? 0));
    this.layout = new Layout(this.#partners, target, this.#usable);
  }

  get room(): number {
    return this.#qubits.length;
  }

  get late(): boolean {
    return performance.now() - this.#startedAt >= (this.#options.timeLimitMs ?? Number.POSITIVE_INFINITY);
  }

  /** A first layout: variables with the most placed partners first. False where a variable has no place. */
  async begin(attempt: number): Promise<boolean> {
    const { fixed = [], initial = [] } = this.#options;
    this.#attempt = attempt;
    const layout = new Layout(this.#partners, this.#target, this.#usable);
    this.layout = layout;
    layout.price(firstBase);
    const placed = new Int32Array(this.#partners.length);
    const waiting = new Set<number>();
    for (const v of this.#partners.keys()) {
      const given = fixed[v]?.length ? fixed[v] : initial[v]?.length && attempt === 1 ? initial[v] : undefined;
      if (given === undefined) waiting.add(v);
      else {
        layout.put(v, given);
        for (const other of this.#partners[v]!) placed[other]!++;
      }
    }
    while (waiting.size > 0) {
      let next = -1;
      let ties = 0;
      for (const v of waiting) {
        if (next === -1 || placed[v]! > placed[next]!) [next, ties] = [v, 1];
        else if (placed[v] === placed[next] && this.#random.below(++ties) === 0) next = v;
      }
      waiting.delete(next);
      const chain = await this.#routed(next);
      if (chain === undefined || this.late) return false;
      layout.put(next, chain);
      for (const other of this.#partners[next]!) placed[other]!++;
    }
    return true;
  }

  /** Lays chains anew until none overlap. False where that goes nowhere. */
  async settle(from: number): Promise<boolean> {
    const { layout } = this;
    let least = layout.overlap;
    for (let base = from, idle = 0; layout.overlap > 0; ) {
      if (idle === idleSettling) return false;
      base = Math.min(steepest, base * growth);
      layout.remember();
      layout.price(base);
      this.#random.shuffle(this.#free);
      for (const v of this.#free) {
        layout.tear(v);
        this.#trimAround(v);
        const chain = await this.#routed(v);
        if (chain === undefined || this.late) return false;
        layout.put(v, chain);
      }
      idle = layout.overlap < least ? 0 : idle + 1;
      least = Math.min(least, layout.overlap);
      this.#options.progress?.({ attempt: this.#attempt, qubits: layout.size, overlap: layout.overlap });
    }
    return true;
  }

  /** Lays chains anew through free qubits wherever all chains together get no longer. */
  async shorten(): Promise<void> {
    const { layout } = this;
    layout.forget();
    layout.price();
    for (const v of this.#free) layout.trim(v);
    for (let idle = 0; idle < idleShortening && !this.late; ) {
      const size = layout.size;
      this.#random.shuffle(this.#free);
      for (const v of this.#free) {
        const before = layout.size;
        const partners = this.#partners[v]!;
        const kept = partners.map((other) => layout.chains[other]!);
        const old = layout.tear(v);
        this.#trimAround(v);
        const chain = await this.#routed(v);
        if (chain !== undefined && layout.size + chain.length <= before) layout.put(v, chain);
        else {
          for (const [k, other] of partners.entries()) layout.swap(other, kept[k]!);
          layout.put(v, old);
        }
      }
      idle = layout.size < size ? 0 : idle + 1;
      this.#options.progress?.({ attempt: this.#attempt, qubits: layout.size, overlap: 0 });
    }
  }

  /** Tears out part of the chains and settles again, again and again; keeps what is no longer. */
  async improve(): Promise<void> {
    const { layout } = this;
    // As much again as was spent until here, but at most about a tenth of a second more: larger sources gain little.
    const until = this.#router.work + Math.min(2e7, this.#router.work) + 2e6;
    const count = Math.min(this.#free.length, Math.max(2, Math.round(this.#free.length * kickedShare)));
    let best = [...layout.chains];
    let size = layout.size;
    for (let kick = 0; kick < mostKicks && this.#router.work < until && !this.late; kick++) {
      layout.price(kickBase);
      this.#random.shuffle(this.#free);
      const out = this.#free.slice(0, count);
      for (const v of out) layout.tear(v);
      for (const v of this.#free) layout.trim(v);
      let whole = true;
      for (const v of out) {
        const chain: readonly number[] | undefined = whole ? await this.#routed(v) : undefined;
        if (chain === undefined) whole = false;
        else layout.put(v, chain);
      }
      if (whole && (await this.settle(kickBase))) await this.shorten();
      else whole = false;
      if (whole && layout.size <= size) [best, size] = [[...layout.chains], layout.size];
      else for (const [v, chain] of best.entries()) layout.swap(v, chain);
    }
  }

  // Fixed chains are never cut.
  #trimAround(v: number): void {
    for (const other of this.#partners[v]!) if (!(this.#options.fixed?.[other]?.length ?? 0)) this.layout.trim(other);
  }

  async #routed(v: number): Promise<readonly number[] | undefined> {
    const goals = this.#partners[v]!.map((other) => this.layout.chains[other]!).filter((chain) => chain.length > 0);
    if (goals.length === 0) return [this.#somewhere()];
    const before = this.#router.work;
    const chain = this.#router.route(goals, this.layout.prices, this.#random);
    if (this.#pauses.due(this.#router.work - before + 1000)) await this.#pauses.take();
    return chain;
  }

  // A free qubit if a few draws find one.
  #somewhere(): number {
    let q = this.#qubits[0]!;
    for (let draw = 0; draw < 1000; draw++) {
      q = this.#qubits[this.#random.below(this.#qubits.length)]!;
      if (this.layout.use(q) === 0) return q;
    }
    return this.#qubits.find((free) => this.layout.use(free) === 0) ?? q;
  }
}

function partnersOf({ size, rows, columns }: SourceGraph): number[][] {
  const partners = Array.from({ length: size }, () => new Set<number>());
  for (let k = 0; k < rows.length; k++) {
    const [u, v] = [rows[k]!, columns[k]!];
    if (u === v) continue;
    partners[u]!.add(v);
    partners[v]!.add(u);
  }
  return partners.map((set) => [...set]);
}

// Marks the largest connected part of a target: chains in two parts could never meet.
function largestPart({ size, start, neighbours }: Adjacency): Uint8Array {
  const part = new Int32Array(size).fill(-1);
  let largest: readonly number[] = [];
  for (let first = 0; first < size; first++) {
    if (part[first] !== -1 || start[first] === start[first + 1]) continue;
    part[first] = first;
    const members = [first];
    for (const q of members) {
      for (let e = start[q]!; e < start[q + 1]!; e++) {
        const other = neighbours[e]!;
        if (part[other] !== -1) continue;
        part[other] = first;
        members.push(other);
      }
    }
    if (members.length > largest.length) largest = members;
  }
  const marks = new Uint8Array(size);
  for (const q of largest) marks[q] = 1;
  return marks;
}
