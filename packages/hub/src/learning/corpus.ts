import type { Store } from "../store/store.ts";
import { vectorFrom } from "./ingest/features.ts";

/** A distinct text that may be trained on: its size in bytes and its unit vector. */
export interface Candidate {
  readonly hash: string;
  readonly path: string;
  readonly size: number;
  readonly slice: string;
  readonly vector: Float32Array;
}

/** A text with the path of one file that holds it. */
export interface CorpusText {
  readonly hash: string;
  readonly path: string;
  readonly slice: string;
  readonly text: string;
}

/** The ingested texts of one source. Only texts that some present file holds count; of near duplicates only the first. */
export class Corpus {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Texts to choose training data from, in the order of their hashes. */
  async candidates(source: string): Promise<readonly Candidate[]> {
    const rows = await this.#texts(source, 0).select("contents.vector").execute();
    return distinct(rows).map((row) => ({
      hash: row.hash,
      path: row.path,
      size: row.size,
      slice: row.slice,
      vector: vectorFrom(row.vector),
    }));
  }

  /** Hashes, paths and sizes of the texts held out for examination. */
  async heldOut(source: string): Promise<readonly Omit<Candidate, "vector">[]> {
    return distinct(await this.#texts(source, 1).execute());
  }

  /** The whole texts of these hashes, in the order given; a hash whose text is gone is left out. */
  async read(hashes: readonly string[]): Promise<readonly CorpusText[]> {
    const found = new Map<string, CorpusText>();
    for (let at = 0; at < hashes.length; at += 200) {
      const part = hashes.slice(at, at + 200);
      const [files, passages] = await Promise.all([
        this.#store.db
          .selectFrom("documents")
          .select(["content_hash", "path", "slice"])
          .where("content_hash", "in", part)
          .orderBy("path", "desc")
          .execute(),
        this.#store.db
          .selectFrom("passages")
          .select(["content_hash", "text"])
          .where("content_hash", "in", part)
          .orderBy("content_hash")
          .orderBy("ordinal")
          .execute(),
      ]);
      const texts = new Map<string, string[]>();
      for (const passage of passages) {
        const pieces = texts.get(passage.content_hash);
        if (pieces) pieces.push(passage.text);
        else texts.set(passage.content_hash, [passage.text]);
      }
      // Descending order, so that the first path of a shared text wins.
      for (const file of files)
        if (file.content_hash !== null)
          found.set(file.content_hash, {
            hash: file.content_hash,
            path: file.path,
            slice: file.slice,
            text: texts.get(file.content_hash)?.join("") ?? "",
          });
    }
    return hashes.flatMap((hash) => found.get(hash) ?? []);
  }

  /** One path for each hash that some present file holds, in order. */
  async paths(hashes: readonly string[]): Promise<readonly string[]> {
    const paths = new Map<string, string>();
    for (let at = 0; at < hashes.length; at += 500) {
      const part = hashes.slice(at, at + 500);
      const rows = await this.#store.db
        .selectFrom("documents")
        .select(["content_hash", "path"])
        .where("content_hash", "in", part)
        .orderBy("path", "desc")
        .execute();
      for (const row of rows) if (row.content_hash !== null) paths.set(row.content_hash, row.path);
    }
    return hashes.flatMap((hash) => paths.get(hash) ?? []);
  }

  #texts(source: string, heldOut: 0 | 1) {
    return this.#store.db
      .selectFrom("contents")
      .innerJoin("documents", "documents.content_hash", "contents.hash")
      .select(["contents.hash", "contents.size", "documents.path", "documents.slice"])
      .where("documents.source_id", "=", source)
      .where("documents.status", "=", "indexed")
      .where("contents.held_out", "=", heldOut)
      .where("contents.near_hash", "is", null)
      .orderBy("contents.hash")
      .orderBy("documents.path");
  }
}

// Rows come sorted by hash, then path: the first of each hash stands for it.
function distinct<T extends { hash: string }>(rows: readonly T[]): readonly T[] {
  return rows.filter((row, i) => rows[i - 1]?.hash !== row.hash);
}
