// What an embedding is, whether one holds, and what it costs.
import { QuantumError } from "../errors.ts";
import { type Adjacency, coupled } from "../topology/chip.ts";

/** Chains: chains[v] are the qubits that stand for variable v together, ascending. Plain JSON. */
export type Embedding = readonly (readonly number[])[];

/** A graph to embed: edge k joins rows[k] and columns[k]. A `Bqm` and a `WeightedGraph` are such graphs. */
export interface SourceGraph {
  readonly size: number;
  readonly rows: ArrayLike<number>;
  readonly columns: ArrayLike<number>;
}

/**
 * Checks that every variable has a chain, that chains are connected and share no qubit, and that a coupler joins the chains of
 * each edge. Throws EMBEDDING_INVALID.
 */
export function checkEmbedding(embedding: Embedding, source: SourceGraph, target: Adjacency): void {
  const refuse = (wanted: string, got: unknown): never => {
    throw new QuantumError("EMBEDDING_INVALID", { wanted, got });
  };
  if (embedding.length !== source.size) refuse(`${source.size} chains`, embedding.length);
  const owner = new Map<number, number>();
  for (const [v, chain] of embedding.entries()) {
    if (chain.length === 0) refuse(`at least one qubit for variable ${v}`, chain);
    for (const q of chain) {
      if (!Number.isInteger(q) || q < 0 || q >= target.size) refuse(`qubits from 0 to ${target.size - 1} for variable ${v}`, q);
      if (owner.has(q)) refuse(`a qubit in one chain only; ${owner.get(q)} and ${v} share`, q);
      owner.set(q, v);
    }
    const reached = new Set([chain[0]!]);
    for (const from of reached) for (const q of chain) if (coupled(target, from, q)) reached.add(q);
    if (reached.size < chain.length) refuse(`a connected chain for variable ${v}`, chain);
  }
  for (let k = 0; k < source.rows.length; k++) {
    const [u, v] = [source.rows[k]!, source.columns[k]!];
    if (!embedding[u]!.some((p) => embedding[v]!.some((q) => coupled(target, p, q))))
      refuse(`a coupler between the chains of ${u} and ${v}`, "none");
  }
}
