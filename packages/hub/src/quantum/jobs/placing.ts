/**
 * From models to a problem on a chip and back. One flight holds one model, or several small ones on qubits of their own. Models of a
 * flight share the chip's scale, so each is first brought to the same largest bias, chains included; then the whole is fitted to the
 * ranges of the chip. What was found is kept in the flight's plan, from which the same problem is made again after a restart, to the
 * last bit.
 */
import {
  adjacencyOf,
  type Bqm,
  type Chip,
  chipFromSolver,
  converted,
  type Embedding,
  EmbeddingCache,
  embeddedModel,
  identityText,
  type LeapSolver,
  labelOf,
  normalisedTo,
  packedEmbeddings,
  perfectChip,
  type QubitProblem,
  scaled,
  torqueCompensation,
  workingGraph,
} from "@entente/quantum";
import { jobErrors } from "./errors.ts";

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

const mostChips = 4;

/** Finds places for models on solvers' chips. */
export class Placing {
  readonly #limitMs: number;
  readonly #cache = new EmbeddingCache(1024);
  readonly #chips = new Map<string, Chip>();

  /** `limitMs` bounds each search. */
  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** Places as many as fit, in their order of size; undefined for the others. Throws JOB_NOT_EMBEDDABLE for a chip of unknown make, and the signal's reason. */
  async seats(passengers: readonly Passenger[], solver: LeapSolver, signal: AbortSignal): Promise<readonly (Seat | undefined)[]> {
    const chip = this.#chip(solver);
    const found = await this.#embeddings(
      passengers.map(({ model }) => converted(model, "SPIN")),
      chip,
      identityText(solver.identity),
      signal,
    );
    return passengers.map(({ job, model, chainStrength }, i) => {
      const embedding = found[i];
      if (embedding === undefined) return undefined;
      return { job, embedding, chainStrength: chainStrength ?? torqueCompensation(converted(model, "SPIN")) };
    });
  }

  async #embeddings(models: readonly Bqm[], chip: Chip, graph: string, signal: AbortSignal) {
    const options = { seed: 1, timeLimitMs: this.#limitMs, signal };
    const [first] = models;
    if (models.length > 1 || first === undefined) return packedEmbeddings(models, chip, { ...options, tries: 5 });
    const known = this.#cache.get(graph, first);
    if (known) return [known];
    if (first.size > chip.qubits.length) return [undefined];
    const [embedding] = await packedEmbeddings([first], chip, { ...options, tries: 20 });
    if (embedding) this.#cache.set(graph, first, embedding);
    return [embedding];
  }

  #chip(solver: LeapSolver): Chip {
    const name = identityText(solver.identity);
    const known = this.#chips.get(name);
    if (known) return known;
    const { topology } = solver.properties;
    const { type, shape } =
      typeof topology === "object" && topology !== null ? { type: "", shape: [], ...topology } : { type: "", shape: [] };
    if (typeof type !== "string" || !Array.isArray(shape) || !shape.every((n) => typeof n === "number"))
      throw jobErrors.JOB_NOT_EMBEDDABLE({ solver: name, because: "the solver does not say which topology it has" });
    const { qubits, couplers } = workingGraph(solver);
    const chip = chipFromSolver(perfectChip(type, shape), qubits, couplers);
    for (const oldest of this.#chips.keys()) if (this.#chips.size >= mostChips) this.#chips.delete(oldest);
    this.#chips.set(name, chip);
    return chip;
  }
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
