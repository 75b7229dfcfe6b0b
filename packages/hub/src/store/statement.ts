import { CompiledQuery, type QueryResult } from "kysely";
import type { Connection, Engine } from "./backend.ts";
import type { Value } from "./bulk.ts";

/** A statement that is sent often: its text is written once, with `?` for each value, and not built anew each time. */
export class Statement<Row = unknown> {
  readonly #text: string;

  constructor(engine: Engine, text: string) {
    let place = 0;
    this.#text = engine === "postgres" ? text.replaceAll("?", () => `$${++place}`) : text;
  }

  /** Sends it with its values, in order. */
  run(connection: Connection, ...values: readonly Value[]): Promise<QueryResult<Row>> {
    return connection.executeQuery<Row>(CompiledQuery.raw(this.#text, [...values]));
  }
}
