// Embeddings are costly to find and good for every model on the same graph: kept by the target's graph id and a hash of the
// source's edges, least recently used ones first out. Plain JSON on the outside, so that a store can keep the whole.
import { createHash } from "node:crypto";
import { QuantumError } from "../errors.ts";
import { pairOrder } from "../models/couplings.ts";
import type { Embedding, SourceGraph } from "./embedding.ts";

/** A cache as plain JSON, least recently used first. */
export interface EmbeddingCacheJson {
  readonly type: "entente.embeddings/1";
  readonly entries: readonly { readonly key: string; readonly embedding: Embedding }[];
}

/** A hash of a graph's size and edges (SHA-256, hex): the order and direction of edges do not matter, the numbers of nodes do. */
export function sourceHash({ size, rows, columns }: SourceGraph): string {
  const low = Int32Array.from(rows, (u, k) => Math.min(u, columns[k]!));
  const high = Int32Array.from(rows, (u, k) => Math.max(u, columns[k]!));
  const hash = createHash("sha256").update(`${size}\n`);
  let last = "";
  for (const k of pairOrder(size, low, high)) {
    const edge = `${low[k]} ${high[k]}\n`;
    if (edge !== last) hash.update(edge);
    last = edge;
  }
  return hash.digest("hex");
}

/** Embeddings by target and source, at most `limit` of them. What it gives was found for an equal source; a target that changed has another graph id. */
export class EmbeddingCache {
  readonly #entries = new Map<string, Embedding>();
  readonly #limit: number;

  constructor(limit = 256) {
    if (!Number.isSafeInteger(limit) || limit < 1)
      throw new QuantumError("OPTION_INVALID", { option: "limit", wanted: "a whole number of at least 1", got: limit });
    this.#limit = limit;
  }

  get(graphId: string, source: SourceGraph): Embedding | undefined {
    const key = keyOf(graphId, source);
    const found = this.#entries.get(key);
    if (found !== undefined) this.#keep(key, found);
    return found;
  }

  set(graphId: string, source: SourceGraph, embedding: Embedding): void {
    this.#keep(keyOf(graphId, source), embedding);
  }

  toJSON(): EmbeddingCacheJson {
    return { type: "entente.embeddings/1", entries: Array.from(this.#entries, ([key, embedding]) => ({ key, embedding })) };
  }

  /** Reads what `toJSON` wrote; trusts no field, and keeps the last `limit` entries. Check what it gives with `checkEmbedding`. Throws EMBEDDING_INVALID. */
  static fromJSON(json: unknown, limit?: number): EmbeddingCache {
    const refuse = (wanted: string, got: unknown): never => {
      throw new QuantumError("EMBEDDING_INVALID", { wanted, got });
    };
    const { type, entries } = fieldsOf(json);
    if (type !== "entente.embeddings/1") return refuse("type entente.embeddings/1", type);
    if (!Array.isArray(entries)) return refuse("a list of entries", entries);
    const cache = new EmbeddingCache(limit);
    for (const entry of entries) {
      const { key, embedding } = fieldsOf(entry);
      if (typeof key !== "string") return refuse("a key", key);
      if (!isEmbedding(embedding)) return refuse("lists of qubits", embedding);
      cache.#keep(key, embedding);
    }
    return cache;
  }

  #keep(key: string, embedding: Embedding): void {
    this.#entries.delete(key);
    this.#entries.set(key, embedding);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#limit) break;
      this.#entries.delete(oldest);
    }
  }
}

function keyOf(graphId: string, source: SourceGraph): string {
  return `${graphId}:${sourceHash(source)}`;
}

function fieldsOf(json: unknown): Readonly<Record<string, unknown>> {
  if (typeof json !== "object" || json === null) throw new QuantumError("EMBEDDING_INVALID", { wanted: "an object", got: json });
  return json as Record<string, unknown>; // why: any object may be read by field names; each field is checked by the caller
}

function isEmbedding(value: unknown): value is number[][] {
  const isChain = (chain: unknown) => Array.isArray(chain) && chain.every((q) => Number.isSafeInteger(q) && q >= 0);
  return Array.isArray(value) && value.every(isChain);
}
