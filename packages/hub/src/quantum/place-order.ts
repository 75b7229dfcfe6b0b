/**
 * Places for models on a real chip, all on qubits of their own. A chip is tens of thousands of couplers, so the solver thread keeps the
 * last few by name, and whoever asks sends one only when the thread does not have it.
 */
import {
  adjacencyOf,
  type Chip,
  checkEmbedding,
  chipFromSolver,
  type Embedding,
  packedEmbeddings,
  perfectChip,
  QuantumError,
  type SourceGraph,
} from "@entente/quantum";
import type { Report } from "./steps.ts";

/** A chip as a solver describes it; couplers are pairs, one after another. */
export interface ChipFacts {
  /** Tells chips apart: no two have the same. */
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  readonly qubits: Int32Array;
  readonly couplers: Int32Array;
}

/** Models to place on a chip. */
export interface PlaceOrder {
  /** The chip's name. */
  readonly chip: string;
  /** The chip itself, for a thread that does not know it. */
  readonly facts?: ChipFacts;
  readonly sources: readonly SourceGraph[];
  /** Chains that were found before, of all sources one after another; taken if they hold. */
  readonly known?: Embedding;
  /** Bounds each search. */
  readonly limitMs: number;
  readonly seed: number;
  readonly tries: number;
}

/** Where the models are placed: none for those that found no room. */
export interface PlaceAnswer {
  /** Undefined: the thread does not know the chip. */
  readonly chains: readonly (Embedding | undefined)[] | undefined;
}

const mostChips = 4;
const chips = new Map<string, Chip>();

/** Places models; the largest first. Throws TOPOLOGY_INVALID for a chip of unknown make, or the signal's reason. */
export async function placeModels(order: PlaceOrder, signal: AbortSignal, report: Report): Promise<PlaceAnswer> {
  const { sources, known, limitMs, seed, tries } = order;
  const chip = chipOf(order);
  if (chip === undefined) return { chains: undefined };
  if (known !== undefined && holds(known, sources, chip)) return { chains: partsOf(known, sources) };
  report(0, `searching places for ${sources.length} models on ${chip.qubits.length} qubits`);
  const fitting = sources.map(({ size }) => size <= chip.qubits.length);
  const found = await packedEmbeddings(
    sources.filter((_, i) => fitting[i]),
    chip,
    { seed, tries, timeLimitMs: limitMs, signal },
  );
  let next = 0;
  return { chains: fitting.map((fits) => (fits ? found[next++] : undefined)) };
}

/** All sources as one graph, as `PlaceOrder.known` numbers its chains. */
export function unionOf(sources: readonly SourceGraph[]): SourceGraph {
  const rows: number[] = [];
  const columns: number[] = [];
  let size = 0;
  for (const source of sources) {
    for (let k = 0; k < source.rows.length; k++) {
      rows.push(size + source.rows[k]!);
      columns.push(size + source.columns[k]!);
    }
    size += source.size;
  }
  return { size, rows, columns };
}

function chipOf({ chip: name, facts }: PlaceOrder): Chip | undefined {
  const kept = chips.get(name);
  if (kept !== undefined || facts === undefined) return kept;
  const { type, shape, qubits, couplers } = facts;
  const pairs = Array.from({ length: couplers.length / 2 }, (_, k) => [couplers[2 * k]!, couplers[2 * k + 1]!] as const);
  const chip = chipFromSolver(perfectChip(type, shape), [...qubits], pairs);
  for (const oldest of chips.keys()) if (chips.size >= mostChips) chips.delete(oldest);
  chips.set(name, chip);
  return chip;
}

function holds(known: Embedding, sources: readonly SourceGraph[], chip: Chip): boolean {
  try {
    checkEmbedding(known, unionOf(sources), adjacencyOf(chip));
    return true;
  } catch (error) {
    if (error instanceof QuantumError && error.code === "EMBEDDING_INVALID") return false;
    throw error;
  }
}

function partsOf(chains: Embedding, sources: readonly SourceGraph[]): readonly Embedding[] {
  let from = 0;
  return sources.map(({ size }) => {
    from += size;
    return chains.slice(from - size, from);
  });
}
