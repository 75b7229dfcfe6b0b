/**
 * Writing many rows at once. A statement with one row is dear to send often, and one for every possible number of rows
 * cannot be kept prepared; so up to 32 rows go out in one statement, more in chunks of 64 and 32, and 33 texts exist at most.
 */
import { CompiledQuery } from "kysely";
import type { Connection, Engine } from "./backend.ts";

const largestChunk = 64;
const anySizeUpTo = 32;

/** A value of a row. */
export type Value = string | number | null;

/** An INSERT of any number of rows into `table`; `suffix` is what follows the values, as ON CONFLICT. */
export class BulkInsert {
  readonly #table: string;
  readonly #columns: readonly string[];
  readonly #suffix: string;
  readonly #engine: Engine;
  readonly #texts = new Map<number, string>();

  constructor(engine: Engine, table: string, columns: readonly string[], suffix = "") {
    this.#engine = engine;
    this.#table = table;
    this.#columns = columns;
    this.#suffix = suffix;
  }

  /** Writes the rows, in order; each has one value per column. */
  async run(connection: Connection, rows: readonly (readonly Value[])[]): Promise<void> {
    for (let from = 0; from < rows.length; ) {
      const left = rows.length - from;
      const size = left >= largestChunk ? largestChunk : Math.min(left, anySizeUpTo);
      const chunk = rows.slice(from, from + size);
      await connection.executeQuery(CompiledQuery.raw(this.#textFor(size), chunk.flat()));
      from += size;
    }
  }

  #textFor(size: number): string {
    let text = this.#texts.get(size);
    if (text === undefined) {
      const place = (index: number): string => (this.#engine === "postgres" ? `$${index + 1}` : "?");
      const width = this.#columns.length;
      const row = (at: number): string => `(${this.#columns.map((_, column) => place(at * width + column)).join(", ")})`;
      const values = Array.from({ length: size }, (_, at) => row(at)).join(", ");
      text = `insert into ${this.#table} (${this.#columns.join(", ")}) values ${values} ${this.#suffix}`;
      this.#texts.set(size, text);
    }
    return text;
  }
}
