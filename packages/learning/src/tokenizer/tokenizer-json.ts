// tokenizer.json of Hugging Face: how a tokenizer is kept on disk, readable by the tokenizers and transformers libraries.
import { LearningError } from "../errors.ts";
import { bytesOfToken, tokenOfBytes } from "./byte-alphabet.ts";
import type { Merges } from "./merge-learner.ts";
import { bosToken, eosToken, Tokenizer } from "./tokenizer.ts";

/** The number of ids before the learnt merges: two marks and 256 bytes. */
export const smallestVocabulary = 258;

/** The tokenizer that learnt these merges: ids 0 and 1 are the marks, then bytes in order, then symbols as learnt. */
export function tokenizerOfMerges(merges: Merges): Tokenizer {
  const marks = 2;
  return new Tokenizer({
    vocabulary: [bosToken, eosToken, ...merges.symbols.map((symbol) => new Uint8Array(Buffer.from(symbol, "latin1")))],
    merges: merges.pairs.map(([left, right], i) => ({
      left: left + marks,
      right: right + marks,
      result: merges.results[i]! + marks,
    })),
    bos: 0,
    eos: 1,
  });
}

/** The content of `tokenizer.json`. */
export function tokenizerToJson(tokenizer: Tokenizer): Record<string, unknown> {
  const { vocabulary, merges, bos, eos } = tokenizer.table;
  const spelled = vocabulary.map((bytes) => (typeof bytes === "string" ? bytes : tokenOfBytes(bytes)));
  const special = vocabulary.flatMap((bytes, id) => (typeof bytes === "string" ? [{ id, content: bytes }] : []));
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: special.map((token) => ({
      ...token,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: {
      type: "TemplateProcessing",
      single: [{ SpecialToken: { id: spelled[bos], type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
      pair: [
        { SpecialToken: { id: spelled[bos], type_id: 0 } },
        { Sequence: { id: "A", type_id: 0 } },
        { SpecialToken: { id: spelled[eos], type_id: 0 } },
        { Sequence: { id: "B", type_id: 0 } },
      ],
      special_tokens: Object.fromEntries(
        [bos, eos].map((id) => [spelled[id]!, { id: spelled[id], ids: [id], tokens: [spelled[id]] }]),
      ),
    },
    decoder: byteLevel,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(spelled.map((token, id) => [token, id])),
      merges: merges.map(({ left, right }) => [spelled[left], spelled[right]]),
    },
  };
}

interface JsonObject {
  readonly [key: string]: unknown;
}

const isRecord = (value: unknown): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);

/** Reads a byte-level BPE `tokenizer.json` that has our two marks; throws TOKENIZER_INVALID naming `source`. */
export function tokenizerFromJson(json: unknown, source = "tokenizer.json"): Tokenizer {
  const fail = (problem: string): never => {
    throw new LearningError("TOKENIZER_INVALID", { source, problem });
  };
  if (!isRecord(json) || !isRecord(json.model) || !isRecord(json.model.vocab) || !Array.isArray(json.model.merges)) {
    return fail("wanted an object with model.vocab and model.merges");
  }
  if (json.model.type !== "BPE") return fail(`wanted a model of type BPE; got ${JSON.stringify(json.model.type)}`);
  const split = json.pre_tokenizer;
  if (!isRecord(split) || split.type !== "ByteLevel" || split.add_prefix_space === true || split.use_regex === false) {
    return fail("wanted the ByteLevel pre-tokenizer with its own regex and no prefix space");
  }
  if (json.normalizer !== null && json.normalizer !== undefined) return fail("wanted no normalizer");
  const added: readonly unknown[] = Array.isArray(json.added_tokens) ? json.added_tokens : [];
  const special = new Map<number, string>();
  for (const token of added) {
    if (isRecord(token) && typeof token.id === "number" && typeof token.content === "string")
      special.set(token.id, token.content);
  }
  const ids = new Map<string, number>();
  for (const [token, id] of Object.entries(json.model.vocab)) {
    if (typeof id !== "number" || !Number.isSafeInteger(id) || id < 0) return fail(`token ${JSON.stringify(token)} has no id`);
    ids.set(token, id);
  }
  const vocabulary: (Uint8Array | string)[] = [];
  for (const [token, id] of ids) {
    vocabulary[id] =
      special.get(id) ?? bytesOfToken(token) ?? fail(`token ${JSON.stringify(token)} is outside the byte alphabet`);
  }
  for (const [id, content] of special) vocabulary[id] = content;
  for (let id = 0; id < vocabulary.length; id++) if (vocabulary[id] === undefined) return fail(`no token has id ${id}`);
  const markId = (mark: string): number => {
    const id = vocabulary.indexOf(mark);
    return id >= 0 ? id : fail(`wanted the special token ${mark}`);
  };
  const merges = json.model.merges.map((merge: unknown, rank) => {
    const parts: readonly unknown[] = typeof merge === "string" ? merge.split(" ") : Array.isArray(merge) ? merge : [];
    const [left, right] = parts;
    if (parts.length !== 2 || typeof left !== "string" || typeof right !== "string") return fail(`merge ${rank} is not a pair`);
    const result = { left: ids.get(left), right: ids.get(right), result: ids.get(left + right) };
    if (result.left === undefined || result.right === undefined || result.result === undefined) {
      return fail(`merge ${rank} names a token that is not in the vocabulary`);
    }
    return { left: result.left, right: result.right, result: result.result };
  });
  return new Tokenizer({ vocabulary, merges, bos: markId(bosToken), eos: markId(eosToken) });
}
