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
  /**
   * Runs `work` in one transaction that does not wait for the disk: it survives a killed process at once, and a loss of power soon after,
   * or with the next transaction that does wait. Transactions are never lost out of order.
   */
  behind<T>(db: Kysely<Database>, work: (trx: Transaction<Database>) => Promise<T>): Promise<T>;
  /** Whether a transaction was undone only because of others at the same time, so that it may succeed when it runs again. */
  isConflict(error: unknown): boolean;
  /** Full-text search over passages; `query` is what a person typed. */
  searchText(db: Connection, query: string, limit: number): Promise<readonly Hit[]>;
  /** Nearest passages to a unit vector by cosine. */
  searchVector(db: Connection, vector: Float32Array, limit: number): Promise<readonly Hit[]>;
  close(): Promise<void>;
}

// Words that a question is built with and that say nothing of what it is about.
const asking = new Set(
  "a an and are as at be been before but by can could did do does for from get had has have how i if in into is it its made make me my no not of on or our should so than that the their them then there these they this to up us was we were what when where which while who why will with would you your".split(
    " ",
  ),
);

/**
 * Words of a query, letters and digits only, lower case, each once, at most 32: safe to hand to either engine's query
 * language. The words a question is built with are left out, unless it has no others.
 */
export function queryWords(query: string): readonly string[] {
  const words = [...new Set(query.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [])];
  const telling = words.filter((word) => !asking.has(word));
  return (telling.length > 0 ? telling : words).slice(0, 32);
}

/** Whether a word is long enough to stand for all words that begin with it (`version` for `versions`). */
export function isPrefix(word: string): boolean {
  return word.length >= 4;
}
