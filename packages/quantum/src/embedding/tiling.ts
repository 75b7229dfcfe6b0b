// Many small problems on one chip. Copies of one problem: find an embedding on what is free, put it wherever it fits shifted by whole
// cells, and begin again on what is left. Different problems: the largest first, each on what the ones before left free.

import { QuantumError } from "../errors.ts";
import type { Adjacency } from "../topology/chip.ts";
import { adjacencyOf, type Chip, coupled, withDefects } from "../topology/chip.ts";
import { shiftedQubit } from "../topology/shift.ts";
import type { Embedding, SourceGraph } from "./embedding.ts";
import { type EmbeddingOptions, findEmbedding } from "./find-embedding.ts";

/** What a tiling is asked; time limit and tries are for each search. */
export interface TilingOptions extends Pick<EmbeddingOptions, "seed" | "tries" | "timeLimitMs" | "signal"> {
  /** Enough copies; as many as are found without it. */
  readonly count?: number;
}

/**
 * Disjoint embeddings of copies of one source on a chip, as many as are found (perhaps none). `embeddedModel` makes one model of
 * them and `unembedded` takes each copy's answer from its samples. Throws the signal's reason.
 */
export async function tiledEmbeddings(source: SourceGraph, chip: Chip, options: TilingOptions = {}): Promise<Embedding[]> {
  const { count = Number.POSITIVE_INFINITY, seed = 1, tries = 3 } = options;
  const target = adjacencyOf(chip);
  const used = new Set<number>();
  const found: Embedding[] = [];
  const take = (embedding: Embedding) => {
    found.push(embedding);
    for (const chain of embedding) for (const q of chain) used.add(q);
  };
  const steps = Math.max(...chip.shape);
  while (found.length < count) {
    const next = await soughtOn(source, withDefects(chip, { qubits: used }), { ...options, seed: seed + found.length, tries });
    if (next === undefined) break;
    take(next);
    const joints = jointsOf(next, source, target);
    for (let down = -steps; down <= steps; down++) {
      for (let across = -steps; across <= steps && found.length < count; across++) {
        const moved = next.map((chain) => chain.map((q) => shiftedQubit(chip, q, down, across) ?? -1));
        const fits =
          moved.every((chain) => chain.every((q) => q >= 0 && !used.has(q))) &&
          joints.every(([p, q]) => coupled(target, shiftedQubit(chip, p, down, across)!, shiftedQubit(chip, q, down, across)!));
        if (fits) take(moved.map((chain) => chain.sort((a, b) => a - b)));
      }
    }
  }
  return found;
}

/** Disjoint embeddings of several sources on one chip, in their order; undefined for those that found no room. Throws the signal's reason. */
export async function packedEmbeddings(
  sources: readonly SourceGraph[],
  chip: Chip,
  options: Omit<TilingOptions, "count"> = {},
): Promise<(Embedding | undefined)[]> {
  const found: (Embedding | undefined)[] = sources.map(() => undefined);
  const order = [...sources.keys()].sort((a, b) => sources[b]!.rows.length - sources[a]!.rows.length || a - b);
  let free = chip;
  for (const k of order) {
    const embedding = await soughtOn(sources[k]!, free, options);
    found[k] = embedding;
    if (embedding !== undefined) free = withDefects(free, { qubits: embedding.flat() });
  }
  return found;
}

async function soughtOn(source: SourceGraph, chip: Chip, options: EmbeddingOptions): Promise<Embedding | undefined> {
  try {
    return await findEmbedding(source, adjacencyOf(chip), options);
  } catch (error) {
    if (error instanceof QuantumError && error.code === "EMBEDDING_NOT_FOUND") return undefined;
    throw error;
  }
}

// Couplers that must be there for an embedding to hold: all inside chains, and one for each edge.
function jointsOf(embedding: Embedding, source: SourceGraph, target: Adjacency): [number, number][] {
  const joints: [number, number][] = [];
  for (const chain of embedding)
    for (const p of chain) for (const q of chain) if (p < q && coupled(target, p, q)) joints.push([p, q]);
  for (let k = 0; k < source.rows.length; k++) {
    for (const p of embedding[source.rows[k]!]!) {
      const q = embedding[source.columns[k]!]!.find((other) => coupled(target, p, other));
      if (q === undefined) continue;
      joints.push([p, q]);
      break;
    }
  }
  return joints;
}
