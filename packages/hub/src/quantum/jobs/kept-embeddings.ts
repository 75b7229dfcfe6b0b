/**
 * Embeddings that were found, kept by solver and graph for as long as they are used: what is needed again after a restart is not searched
 * again. A row says in which format it is; one that cannot be read is as good as none. Whether chains still hold on the chip is for
 * whoever uses them to check.
 */
import { type Embedding, type SourceGraph, sourceHash } from "@entente/quantum";
import { z } from "zod";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/logger.ts";
import type { Store } from "../../store/store.ts";

/** What kept embeddings stand on. */
export interface KeptEmbeddingsInput {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** How many are kept; those used least recently go. */
  readonly most: number;
}

const chainsFormat = z.object({
  type: z.literal("entente.chains/1"),
  chains: z.array(z.array(z.int().min(0)).min(1)),
});

/** See the head of this file. Never throws: without the store there are no kept embeddings, and that is all. */
export class KeptEmbeddings {
  readonly #input: KeptEmbeddingsInput;

  constructor(input: KeptEmbeddingsInput) {
    this.#input = input;
  }

  /** The chains kept for a graph on a solver. */
  async find(solver: string, source: SourceGraph): Promise<Embedding | undefined> {
    const { store, log } = this.#input;
    try {
      const row = await store.db
        .selectFrom("quantum_embeddings")
        .select("chains_json")
        .where("solver", "=", solver)
        .where("graph", "=", sourceHash(source))
        .executeTakeFirst();
      return row && chainsIn(row.chains_json);
    } catch (error) {
      log.warn({ err: error }, "kept embeddings could not be read");
      return undefined;
    }
  }

  /** Keeps chains that were found or used just now. */
  async keep(solver: string, source: SourceGraph, chains: Embedding): Promise<void> {
    const { store, clock, log, most } = this.#input;
    const used_at = clock.now();
    const chains_json = JSON.stringify({ type: "entente.chains/1", chains });
    try {
      await store.transaction(async (trx) => {
        await trx
          .insertInto("quantum_embeddings")
          .values({ solver, graph: sourceHash(source), chains_json, used_at })
          .onConflict((c) => c.columns(["solver", "graph"]).doUpdateSet({ chains_json, used_at }))
          .execute();
        const first = await trx
          .selectFrom("quantum_embeddings")
          .select("used_at")
          .orderBy("used_at", "desc")
          .offset(most)
          .limit(1)
          .executeTakeFirst();
        if (first) await trx.deleteFrom("quantum_embeddings").where("used_at", "<=", first.used_at).execute();
      }, "behind");
    } catch (error) {
      log.warn({ err: error }, "an embedding could not be kept");
    }
  }
}

function chainsIn(text: string): Embedding | undefined {
  try {
    return chainsFormat.safeParse(JSON.parse(text)).data?.chains;
  } catch {
    return undefined; // Not even JSON.
  }
}
