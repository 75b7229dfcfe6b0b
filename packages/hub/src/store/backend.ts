import type { Dialect, Kysely, Transaction } from "kysely";
import type { Database } from "./schema.ts";

/** The engines a store can stand on. */
export type Engine = "sqlite" | "postgres";

/** Ranked ids out of a search: bigger score is better. */
export interface Hit {
  readonly passage: number;
  readonly score: number;
}

/** Kysely or a transaction of it. */
export type Connection = Kysely<Database> | Transaction<Database>;

/**
 * A store backend is the glue between the hub and one database engine: how to reach it, and the two things that SQL
 * engines spell differently, full-text search and vector distance.
 */
export interface Backend {
  readonly engine: Engine;
  readonly dialect: Dialect;
  /** Full-text search over passages; `query` is what a person typed. */
  searchText(db: Connection, query: string, limit: number): Promise<readonly Hit[]>;
  /** Nearest passages to a unit vector by cosine. */
  searchVector(db: Connection, vector: Float32Array, limit: number): Promise<readonly Hit[]>;
  close(): Promise<void>;
}

/** Words of a query, letters and digits only, each once, at most 32: safe to hand to either engine's query language. */
export function queryWords(query: string): readonly string[] {
  return [...new Set(query.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [])].slice(0, 32);
}
