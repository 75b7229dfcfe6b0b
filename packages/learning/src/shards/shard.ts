// A token shard: documents as token ids, one after the other, each between its marks. `NAME.bin` holds the ids as
// little-endian uint16 (or uint32 for a vocabulary beyond 65,536), `NAME.json` says where each document lies and where it
// came from. The index is written last: a shard with an index is whole.
import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { writeFileAtomically } from "../checkpoint/durable-file.ts";
import { LearningError } from "../errors.ts";
import { textOf } from "../tokenizer/document-text.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { tokenizerToJson } from "../tokenizer/tokenizer-json.ts";

/** A document to train on. `text` as bytes is read as UTF-8; what is not UTF-8 becomes U+FFFD. */
export interface SourceDocument {
  readonly id: string;
  /** Where it came from: the unit of consent and erasure. */
  readonly source: string;
  readonly text: string | Uint8Array;
}

/** A document as it lies in a shard. */
export interface ShardDocument {
  readonly id: string;
  readonly source: string;
  /** Index of its first token (the opening mark). */
  readonly start: number;
  /** Its tokens, both marks included. */
  readonly tokens: number;
  /** Its size in UTF-8. */
  readonly bytes: number;
}

/** What `NAME.json` holds. */
export interface ShardIndex {
  readonly format: 1;
  readonly dtype: "uint16" | "uint32";
  readonly tokens: number;
  /** SHA-256 of `NAME.bin`. */
  readonly sha256: string;
  /** SHA-256 of the tokenizer that made the ids. */
  readonly tokenizer: string;
  readonly documents: readonly ShardDocument[];
}

/** A shard in memory. */
export interface Shard {
  readonly file: string;
  readonly index: ShardIndex;
  readonly tokens: Uint16Array | Uint32Array;
}

/** SHA-256 that tells tokenizers apart. */
export function tokenizerHash(tokenizer: Tokenizer): string {
  return createHash("sha256")
    .update(JSON.stringify(tokenizerToJson(tokenizer)))
    .digest("hex");
}

function indexFile(file: string): string {
  return file.replace(/\.bin$/, ".json");
}

/** Collects documents of one shard; `write` puts it on disk. */
export class ShardWriter {
  readonly #tokenizer: Tokenizer;
  readonly #chunks: Uint16Array[] | Uint32Array[] = [];
  readonly #documents: ShardDocument[] = [];
  #tokens = 0;

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
  }

  get tokens(): number {
    return this.#tokens;
  }

  add(document: SourceDocument): void {
    const text = textOf(document.text);
    const ids = this.#tokenizer.encodeDocument(text);
    const { id, source } = document;
    this.#documents.push({ id, source, start: this.#tokens, tokens: ids.length, bytes: Buffer.byteLength(text) });
    this.#chunks.push((this.#tokenizer.size <= 65_536 ? Uint16Array.from(ids) : Uint32Array.from(ids)) as never); // one kind per tokenizer
    this.#tokens += ids.length;
  }

  /** Writes `file` (ending in `.bin`) and its index. */
  async write(file: string): Promise<ShardIndex> {
    if (!file.endsWith(".bin")) throw new LearningError("SHARD_INVALID", { file, problem: "its name must end in .bin" });
    await mkdir(dirname(file), { recursive: true });
    const bytes = Buffer.concat(this.#chunks.map((chunk) => new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)));
    const index: ShardIndex = {
      format: 1,
      dtype: this.#tokenizer.size <= 65_536 ? "uint16" : "uint32",
      tokens: this.#tokens,
      sha256: createHash("sha256").update(bytes).digest("hex"),
      tokenizer: tokenizerHash(this.#tokenizer),
      documents: this.#documents,
    };
    await writeFileAtomically(file, bytes);
    await writeFileAtomically(indexFile(file), `${JSON.stringify(index)}\n`);
    return index;
  }
}

/** Reads a shard whole and checks it against its index; throws SHARD_INVALID. */
export async function readShard(file: string): Promise<Shard> {
  const fail = (problem: string, cause?: unknown): never => {
    throw new LearningError("SHARD_INVALID", { file, problem }, { cause });
  };
  const index = await readFile(indexFile(file), "utf8").then(
    (text) => parseIndex(text) ?? fail("its index is not of format 1"),
    (cause: unknown) => fail("its index cannot be read", cause),
  );
  const bytes = await readFile(file).catch((cause: unknown) => fail("it cannot be read", cause));
  const width = index.dtype === "uint16" ? 2 : 4;
  if (bytes.length !== index.tokens * width) return fail(`wanted ${index.tokens * width} bytes; got ${bytes.length}`);
  if (createHash("sha256").update(bytes).digest("hex") !== index.sha256)
    return fail("its content does not have the hash of its index");
  const { buffer } = new Uint8Array(bytes);
  return { file, index, tokens: width === 2 ? new Uint16Array(buffer) : new Uint32Array(buffer) };
}

function parseIndex(text: string): ShardIndex | undefined {
  const json: unknown = JSON.parse(text);
  if (typeof json !== "object" || json === null) return undefined;
  const { format, dtype, tokens, sha256, documents } = json as Record<string, unknown>; // an object; fields are checked next
  const known =
    format === 1 && (dtype === "uint16" || dtype === "uint32") && typeof tokens === "number" && typeof sha256 === "string";
  return known && Array.isArray(documents) ? (json as ShardIndex) : undefined; // its fields were just checked
}
