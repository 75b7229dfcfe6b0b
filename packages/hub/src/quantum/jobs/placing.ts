/**
 * From models to a problem on a chip and back. One flight holds one model, or several small ones on qubits of their own. Models of a
 * flight share the chip's scale, so each is first brought to the same largest bias, chains included; then the whole is fitted to the
 * ranges of the chip. What was found is kept in the flight's plan, from which the same problem is made again after a restart, to the
 * last bit.
 */
import { createHash } from "node:crypto";
import {
  adjacencyOf,
  type Bqm,
  converted,
  type Embedding,
  embeddedModel,
  identityText,
  type LeapSolver,
  labelOf,
  normalisedTo,
  type QubitProblem,
  type SourceGraph,
  scaled,
  torqueCompensation,
  workingGraph,
} from "@entente/quantum";
import type { Following, Solving } from "../pillar.ts";
import { type ChipFacts, type PlaceOrder, unionOf } from "../place-order.ts";
import { jobErrors } from "./errors.ts";
import type { KeptEmbeddings } from "./kept-embeddings.ts";

/** A model to place. */
export interface Passenger {
  readonly job: string;
  readonly model: Bqm;
  readonly chainStrength?: number | undefined;
}

/** Where it is placed. */
export interface Seat {
  readonly job: string;
  readonly embedding: Embedding;
  /** In the units of the model as spins. */
  readonly chainStrength: number;
}

/** What placing stands on. */
export interface PlacingInput {
  readonly solving: Solving;
  readonly kept: KeptEmbeddings;
  /** Bounds each search. */
  readonly limitMs: number;
}

const seed = 1;

/** Finds places for models on solvers' chips, in the solver thread. */
export class Placing {
  readonly #input: PlacingInput;
  // By what a solver says of itself, which stays the same object for as long as that is fresh.
  readonly #chips = new WeakMap<LeapSolver["properties"], ChipFacts>();

  constructor(input: PlacingInput) {
    this.#input = input;
  }

  /**
   * Places as many as fit, the largest first; undefined for the others. Throws JOB_NOT_EMBEDDABLE for a chip of unknown make, and what
   * calls of the solver thread throw.
   */
  async seats(passengers: readonly Passenger[], solver: LeapSolver, ctx: Following): Promise<readonly (Seat | undefined)[]> {
    const facts = this.#factsOf(solver);
    const models = passengers.map(({ model }) => converted(model, "SPIN"));
    const found = await this.#places(identityText(solver.identity), facts, models, ctx);
    return passengers.map(({ job, chainStrength }, i) => {
      const [embedding, model] = [found[i], models[i]];
      if (embedding === undefined || model === undefined) return undefined;
      return { job, embedding, chainStrength: chainStrength ?? torqueCompensation(model) };
    });
  }

  async #places(solver: string, facts: ChipFacts, models: readonly Bqm[], ctx: Following) {
    const { kept, limitMs } = this.#input;
    const sources = models.map(({ size, rows, columns }): SourceGraph => ({ size, rows, columns }));
    const union = unionOf(sources);
    const known = await kept.find(solver, union);
    const order = { sources, limitMs, seed, tries: sources.length > 1 ? 5 : 20, ...(known ? { known } : {}) };
    const chains = await this.#chains(facts, order, ctx);
    const whole = chains.flatMap((one) => one ?? []);
    // Where one found no room the others may lie better without it.
    if (whole.length === union.size) await kept.keep(solver, union, whole);
    return chains;
  }

  async #chains(facts: ChipFacts, plain: Omit<PlaceOrder, "chip">, ctx: Following): Promise<readonly (Embedding | undefined)[]> {
    const { solving } = this.#input;
    const order = { ...plain, chip: facts.name };
    const first = await solving.place(order, ctx);
    if (first.chains !== undefined) return first.chains;
    const { chains } = await solving.place({ ...order, facts }, ctx);
    if (chains === undefined) throw new Error(`the solver thread does not take the chip ${facts.name}`);
    return chains;
  }

  #factsOf(solver: LeapSolver): ChipFacts {
    const known = this.#chips.get(solver.properties);
    if (known) return known;
    const facts = chipFacts(solver);
    this.#chips.set(solver.properties, facts);
    return facts;
  }
}

// The name is a hash: two solvers, or one before and after a repair, are told apart by what they have.
function chipFacts(solver: LeapSolver): ChipFacts {
  const { topology } = solver.properties;
  const { type, shape } =
    typeof topology === "object" && topology !== null ? { type: "", shape: [], ...topology } : { type: "", shape: [] };
  if (typeof type !== "string" || !Array.isArray(shape) || !shape.every((n) => typeof n === "number"))
    throw jobErrors.JOB_NOT_EMBEDDABLE({
      solver: identityText(solver.identity),
      because: "the solver does not say which topology it has",
    });
  const graph = workingGraph(solver);
  const qubits = Int32Array.from(graph.qubits);
  const couplers = new Int32Array(2 * graph.couplers.length);
  for (const [k, pair] of graph.couplers.entries()) couplers.set(pair, 2 * k);
  const hash = createHash("sha256")
    .update(JSON.stringify([type, shape, qubits.length]))
    .update(qubits)
    .update(couplers);
  return { name: hash.digest("hex"), type, shape, qubits, couplers };
}

/** The problem of a flight on the solver's qubits, in its ranges. The same seats give the same numbers. Pure. */
export function problemOf(placed: readonly { readonly model: Bqm; readonly seat: Seat }[], solver: LeapSolver): QubitProblem {
  const { couplers, numQubits } = workingGraph(solver);
  const target = adjacencyOf(graphOf(numQubits, couplers));
  const models = placed.map(({ model, seat }) => {
    const spin = converted(model, "SPIN");
    const most = Math.max(seat.chainStrength, ...spin.linear.map(Math.abs), ...spin.biases.map(Math.abs));
    return { model: scaled(spin, 1 / most), embedding: seat.embedding, chainStrength: seat.chainStrength / most };
  });
  const { h_range: h, extended_j_range: extended, j_range: j } = solver.properties;
  const { model } = normalisedTo(embeddedModel(models, target), {
    linear: rangeOf(h) ?? [-1, 1],
    quadratic: rangeOf(extended) ?? rangeOf(j) ?? [-1, 1],
  });
  const qubit = (i: number): number => Number(labelOf(model, i));
  return {
    linear: Array.from(model.linear, (bias, i) => [qubit(i), bias] as const),
    quadratic: Array.from(model.biases, (bias, k) => [qubit(model.rows[k]!), qubit(model.columns[k]!), bias] as const),
    offset: model.offset,
  };
}

/** Qubits that a flight uses. */
export function qubitsOf(seats: readonly Seat[]): number {
  return seats.reduce((sum, { embedding }) => sum + embedding.reduce((all, chain) => all + chain.length, 0), 0);
}

function graphOf(size: number, couplers: readonly (readonly [number, number])[]) {
  const sorted = couplers
    .map(([u, v]) => (u < v ? ([u, v] as const) : ([v, u] as const)))
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return { size, rows: Int32Array.from(sorted, ([u]) => u), columns: Int32Array.from(sorted, ([, v]) => v) };
}

function rangeOf(value: unknown): readonly [number, number] | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [low, high]: unknown[] = value;
  return typeof low === "number" && typeof high === "number" && low < 0 && high > 0 ? [low, high] : undefined;
}
