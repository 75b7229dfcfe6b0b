// Roof duality (Hammer, Hansen, Simeone 1984) by maximum flow (Boros, Hammer 2002; Kolmogorov, Rother 2007): a lower bound of a quadratic
// model, and values that some of its variables have in every lowest state (strong persistency). Each variable x and its opposite become two
// nodes. A posiform, the model written with positive terms only, is a network: a term a u v is an arc u -> not v and one v -> not u, of
// capacity a / 2 each. The largest flow from "true" to "false" is the bound above the constant, and what is still reachable from the source
// has its value fixed.
//
// The flow is found by Dinic's algorithm (1970): unit by level, iterative. Rejected: push-relabel, quicker on dense networks, which have no
// persistencies to speak of.
import { type Bqm, converted } from "../models/bqm.ts";
import { Pauses } from "../pauses.ts";

/** What roof duality says of a model. */
export interface RoofDual {
  /** No sample has a lower energy. */
  readonly bound: number;
  /** The value of each variable in every lowest state: 1, 0 (or -1 for SPIN models, as the vartype has it); undefined where it stays open. */
  readonly fixed: readonly (number | undefined)[];
}

/** Bound and persistencies of a model of either vartype. Throws the signal's reason. */
export async function roofDual(model: Bqm, signal?: AbortSignal): Promise<RoofDual> {
  const binary = converted(model, "BINARY");
  const { size } = binary;
  const [source, sink] = [2 * size, 2 * size + 1];
  const network = new Network(2 * size + 2);
  // Nodes 2 i stand for x_i, 2 i + 1 for 1 - x_i. Linear terms gather what the couplings' rewriting leaves.
  const linear = Float64Array.from(binary.linear);
  let constant = binary.offset;
  const both = (u: number, v: number, capacity: number): void => {
    network.arc(u, v ^ 1, capacity);
    network.arc(v, u ^ 1, capacity);
  };
  for (let k = 0; k < binary.biases.length; k++) {
    const [bias, i, j] = [binary.biases[k]!, binary.rows[k]!, binary.columns[k]!];
    if (bias > 0) both(2 * i, 2 * j, bias / 2);
    else if (bias < 0) {
      // b x y = b x - b x (1 - y) with b < 0
      both(2 * i, 2 * j + 1, -bias / 2);
      linear[i]! += bias;
    }
  }
  for (let i = 0; i < size; i++) {
    const bias = linear[i]!;
    if (bias > 0) {
      network.arc(source, 2 * i + 1, bias / 2);
      network.arc(2 * i, sink, bias / 2);
    } else if (bias < 0) {
      // b x = b - b (1 - x)
      constant += bias;
      network.arc(source, 2 * i, -bias / 2);
      network.arc(2 * i + 1, sink, -bias / 2);
    }
  }
  const flow = await network.maximise(source, sink, signal);
  const reached = network.reached(source);
  const low = model.vartype === "SPIN" ? -1 : 0;
  const fixed = Array.from({ length: size }, (_, i) => {
    if (reached[2 * i] === reached[2 * i + 1]) return undefined;
    return reached[2 * i] ? 1 : low;
  });
  return { bound: constant + flow, fixed };
}

const negligible = 1e-12; // of the largest capacity: what is left by rounding is no way on

class Network {
  readonly #first: Int32Array;
  readonly #next: number[] = [];
  readonly #to: number[] = [];
  readonly #left: number[] = [];
  readonly #level: Int32Array;
  #least = 0;

  constructor(nodes: number) {
    this.#first = new Int32Array(nodes).fill(-1);
    this.#level = new Int32Array(nodes);
  }

  arc(from: number, to: number, capacity: number): void {
    this.#half(from, to, capacity);
    this.#half(to, from, 0);
    this.#least = Math.max(this.#least, capacity * negligible);
  }

  #half(from: number, to: number, capacity: number): void {
    this.#to.push(to);
    this.#left.push(capacity);
    this.#next.push(this.#first[from]!);
    this.#first[from] = this.#to.length - 1;
  }

  async maximise(source: number, sink: number, signal: AbortSignal | undefined): Promise<number> {
    const pauses = new Pauses(signal);
    let flow = 0;
    while (this.#levels(source)[sink]! >= 0) {
      const at = this.#first.slice();
      // Ways to the sink along rising levels, one after another, each saturating an arc.
      const way: number[] = [];
      let node = source;
      for (;;) {
        if (node === sink) {
          let least = Number.POSITIVE_INFINITY;
          for (const arc of way) least = Math.min(least, this.#left[arc]!);
          for (const arc of way) {
            this.#left[arc]! -= least;
            this.#left[arc ^ 1]! += least;
          }
          flow += least;
          const stuck = way.findIndex((arc) => this.#left[arc]! <= this.#least);
          way.length = Math.max(0, stuck);
          node = way.length === 0 ? source : this.#to[way.at(-1)!]!;
        }
        let arc = at[node]!;
        while (arc >= 0 && !(this.#left[arc]! > this.#least && this.#level[this.#to[arc]!] === this.#level[node]! + 1))
          arc = this.#next[arc]!;
        at[node] = arc;
        if (arc >= 0) {
          way.push(arc);
          node = this.#to[arc]!;
        } else if (node === source) break;
        else {
          this.#level[node] = -1;
          way.pop();
          node = way.length === 0 ? source : this.#to[way.at(-1)!]!;
        }
        if (pauses.due(4)) await pauses.take();
      }
    }
    return flow;
  }

  /** Nodes that more flow could still reach. */
  reached(source: number): readonly boolean[] {
    return Array.from(this.#levels(source), (level) => level >= 0);
  }

  #levels(source: number): Int32Array {
    const level = this.#level.fill(-1);
    level[source] = 0;
    const queue = [source];
    for (let head = 0; head < queue.length; head++) {
      const node = queue[head]!;
      for (let arc = this.#first[node]!; arc >= 0; arc = this.#next[arc]!) {
        const to = this.#to[arc]!;
        if (this.#left[arc]! <= this.#least || level[to]! >= 0) continue;
        level[to] = level[node]! + 1;
        queue.push(to);
      }
    }
    return level;
  }
}
