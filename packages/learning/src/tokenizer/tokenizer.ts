// Byte-level BPE (Radford et al. 2019). A piece starts as one symbol per byte; the neighbouring pair that was learnt first
// merges first, until no pair of the table is left. The symbols of a piece form a linked list and candidate merges wait in
// a queue by rank, so a piece of n bytes costs n·log n even where it is a 100 kB line of dashes; most pieces are words seen
// before and come out of a cache.
import { LearningError } from "../errors.ts";
import { pieces } from "./pre-tokenizer.ts";
import { PriorityQueue } from "./priority-queue.ts";

/** What a tokenizer is made of; `vocabulary[id]` holds the bytes of each token, or the text of a special one. */
export interface TokenizerTable {
  readonly vocabulary: readonly (Uint8Array | string)[];
  /** Pairs of token ids, first learnt first, with the token they make. */
  readonly merges: readonly { readonly left: number; readonly right: number; readonly result: number }[];
  readonly bos: number;
  readonly eos: number;
}

/** Marks the start of a document. */
export const bosToken = "<|bos|>";
/** Marks the end of a document. */
export const eosToken = "<|eos|>";

interface Candidate {
  readonly rank: number;
  readonly at: number;
  readonly left: number;
  readonly right: number;
}

const cachedPieces = 65_536;
const longestCachedPiece = 64;
const pairBase = 2 ** 21;

/** Turns text into token ids and back. Text never becomes a special token: `<|eos|>` in a document is seven bytes or so. */
export class Tokenizer {
  readonly #table: TokenizerTable;
  readonly #byteIds: Int32Array;
  readonly #ranks: ReadonlyMap<number, number>;
  readonly #cache = new Map<string, readonly number[]>();
  readonly #encoder = new TextEncoder();

  constructor(table: TokenizerTable) {
    this.#table = table;
    this.#byteIds = new Int32Array(256).fill(-1);
    for (const [id, bytes] of table.vocabulary.entries()) {
      if (typeof bytes !== "string" && bytes.length === 1) this.#byteIds[bytes[0]!] = id;
    }
    const missing = this.#byteIds.indexOf(-1);
    if (missing >= 0)
      throw new LearningError("TOKENIZER_INVALID", { source: "the vocabulary", problem: `byte ${missing} has no token` });
    this.#ranks = new Map(table.merges.map(({ left, right }, rank) => [left * pairBase + right, rank]));
  }

  /** Number of token ids. */
  get size(): number {
    return this.#table.vocabulary.length;
  }

  get bos(): number {
    return this.#table.bos;
  }

  get eos(): number {
    return this.#table.eos;
  }

  get table(): TokenizerTable {
    return this.#table;
  }

  /** The ids of a text, without marks. Lone surrogates become U+FFFD, as they do in UTF-8. */
  encode(text: string): number[] {
    const ids: number[] = [];
    for (const piece of pieces(text.toWellFormed())) {
      const known = this.#cache.get(piece);
      const found = known ?? this.#encodePiece(piece);
      if (known === undefined && piece.length <= longestCachedPiece) {
        if (this.#cache.size >= cachedPieces) this.#cache.clear();
        this.#cache.set(piece, found);
      }
      for (let i = 0; i < found.length; i++) ids.push(found[i]!);
    }
    return ids;
  }

  /** The ids of a document between its marks: how training and evaluation see it. */
  encodeDocument(text: string): number[] {
    const ids = this.encode(text);
    ids.unshift(this.bos);
    ids.push(this.eos);
    return ids;
  }

  #encodePiece(piece: string): number[] {
    const ids = Array.from(this.#encoder.encode(piece), (byte) => this.#byteIds[byte]!);
    const next = ids.map((_, i) => i + 1);
    const previous = ids.map((_, i) => i - 1);
    const queue = new PriorityQueue<Candidate>((a, b) => a.rank < b.rank || (a.rank === b.rank && a.at < b.at));
    const consider = (at: number): void => {
      const right = ids[next[at] ?? ids.length];
      const left = ids[at];
      if (left === undefined || right === undefined) return;
      const rank = this.#ranks.get(left * pairBase + right);
      if (rank !== undefined) queue.push({ rank, at, left, right });
    };
    for (let at = 0; at + 1 < ids.length; at++) consider(at);
    for (let best = queue.pop(); best !== undefined; best = queue.pop()) {
      const after = next[best.at]!;
      // Stale: one of the two has merged with another neighbour since. A consumed symbol is −1, which no pair has.
      if (ids[best.at] !== best.left || ids[after] !== best.right) continue;
      ids[best.at] = this.#table.merges[best.rank]!.result;
      ids[after] = -1;
      const beyond = next[after]!;
      next[best.at] = beyond;
      if (beyond < ids.length) previous[beyond] = best.at;
      consider(best.at);
      const before = previous[best.at]!;
      if (before >= 0) consider(before);
    }
    return ids.filter((id) => id >= 0);
  }

  /** The bytes of one token; none for a special one. Throws TOKEN_UNKNOWN. */
  bytesOf(id: number): Uint8Array {
    const bytes = this.#table.vocabulary[id];
    if (bytes === undefined) throw new LearningError("TOKEN_UNKNOWN", { id, size: this.size });
    return typeof bytes === "string" ? new Uint8Array() : bytes;
  }

  /** The text of token ids, without special ones; bytes that are no UTF-8 become U+FFFD. Throws TOKEN_UNKNOWN. */
  decode(ids: Iterable<number>): string {
    const parts = Array.from(ids, (id) => this.bytesOf(id));
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.concat(parts));
  }
}
