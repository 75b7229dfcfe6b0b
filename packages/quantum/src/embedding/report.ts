import type { Adjacency } from "../topology/chip.ts";
import { couplersBetween } from "./embedded-model.ts";
import type { Embedding, SourceGraph } from "./embedding.ts";
import type { Unembedded } from "./unembedding.ts";

/** What an embedding costs and how it held; plain JSON. */
export interface EmbeddingReport {
  readonly variables: number;
  readonly qubits: number;
  readonly longestChain: number;
  readonly meanChain: number;
  /** Couplers inside chains, and between chains of coupled variables. */
  readonly chainCouplers: number;
  readonly edgeCouplers: number;
  readonly chains: readonly {
    readonly variable: number;
    readonly qubits: readonly number[];
    /** In which share of the samples read it was broken, 0 to 1. */
    readonly broken?: number;
  }[];
  /** Mean share of broken chains a sample, 0 to 1. */
  readonly chainBreakFraction?: number;
}

/** The report of an embedding, with what its chains did in `reads` samples if `result` is given. */
export function embeddingReport(
  embedding: Embedding,
  source: SourceGraph,
  target: Adjacency,
  result?: { readonly unembedded: Pick<Unembedded, "broken">; readonly reads: number },
): EmbeddingReport {
  const lengths = embedding.map((chain) => chain.length);
  const qubits = lengths.reduce((sum, length) => sum + length, 0);
  let edgeCouplers = 0;
  for (let k = 0; k < source.rows.length; k++)
    edgeCouplers += couplersBetween(target, embedding[source.rows[k]!]!, embedding[source.columns[k]!]!).length;
  const share = (variable: number) =>
    result === undefined ? 0 : result.unembedded.broken[variable]! / Math.max(1, result.reads);
  return {
    variables: embedding.length,
    qubits,
    longestChain: Math.max(0, ...lengths),
    meanChain: qubits / Math.max(1, embedding.length),
    chainCouplers: embedding.reduce((sum, chain) => sum + couplersBetween(target, chain, chain).length / 2, 0),
    edgeCouplers,
    chains: embedding.map((chain, variable) => ({
      variable,
      qubits: chain,
      ...(result === undefined ? {} : { broken: share(variable) }),
    })),
    ...(result === undefined
      ? {}
      : { chainBreakFraction: lengths.reduce((sum, _, v) => sum + share(v), 0) / Math.max(1, embedding.length) }),
  };
}
