import assert from "node:assert/strict";
import { test } from "node:test";
import { Tokenizer as Peer } from "@huggingface/tokenizers";
import { random } from "../src/random.ts";
import { learnMerges, PieceCounts } from "../src/tokenizer/merge-learner.ts";
import type { Tokenizer } from "../src/tokenizer/tokenizer.ts";
import { tokenizerFromJson, tokenizerOfMerges, tokenizerToJson } from "../src/tokenizer/tokenizer-json.ts";
import { corpusText, variedTexts } from "./corpus.ts";

function trained(texts: readonly string[], vocabularySize: number): Tokenizer {
  const counts = new PieceCounts();
  for (const text of texts) counts.add(text);
  return tokenizerOfMerges(learnMerges(counts, vocabularySize - 2, () => false));
}

const tokenizer = trained([corpusText(), ...variedTexts], 1024);

test("decoding gives back every text that was encoded", () => {
  for (const text of variedTexts) assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
});

test("random bytes read as UTF-8 survive encoding and decoding", () => {
  const source = random(3);
  for (let round = 0; round < 50; round++) {
    const text = new TextDecoder().decode(Uint8Array.from({ length: 200 }, () => source() * 256));
    assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
  }
});

test("the Hugging Face library loads tokenizer.json and gives the same ids on code, unicode, emoji, white space and CRLF", () => {
  const json = JSON.parse(JSON.stringify(tokenizerToJson(tokenizer)));
  const peer = new Peer(json, {});
  for (const text of variedTexts) {
    assert.deepEqual(tokenizer.encode(text), peer.encode(text, { add_special_tokens: false }).ids, JSON.stringify(text));
  }
  assert.deepEqual(peer.encode("hello world").ids, [tokenizer.bos, ...tokenizer.encode("hello world")]);
});

test("a tokenizer read back from its JSON gives the same ids", () => {
  const again = tokenizerFromJson(JSON.parse(JSON.stringify(tokenizerToJson(tokenizer))));
  for (const text of variedTexts) assert.deepEqual(again.encode(text), tokenizer.encode(text));
  assert.equal(again.size, tokenizer.size);
});

test("text that spells a special token does not become one", () => {
  const ids = tokenizer.encode("before <|eos|> after");
  assert.ok(!ids.includes(tokenizer.eos));
  assert.equal(tokenizer.decode(ids), "before <|eos|> after");
});

test("merges are those of a naive learner that recounts every pair each time", () => {
  const text = corpusText().slice(0, 6000);
  const counts = new PieceCounts();
  counts.add(text);
  const { pairs } = learnMerges(counts, 256 + 60, () => false);
  assert.deepEqual(pairs, naiveMerges(counts, 60));
});

test("a piece of 200,000 equal bytes is encoded without quadratic work", () => {
  const dashes = "-".repeat(200_000);
  const ids = tokenizer.encode(dashes);
  assert.equal(tokenizer.decode(ids), dashes);
});

test("a tokenizer.json of another kind is refused with TOKENIZER_INVALID", () => {
  const json = { ...tokenizerToJson(tokenizer), pre_tokenizer: { type: "Whitespace" } };
  assert.throws(() => tokenizerFromJson(json), { code: "TOKENIZER_INVALID" });
});

/** The textbook algorithm: symbols are strings of Latin-1 characters; ties go to the smaller symbol numbers. */
function naiveMerges(counts: PieceCounts, merges: number): [number, number][] {
  const symbols = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
  let words = [...counts].map(([text, count]) => ({ count, ids: Array.from(Buffer.from(text)) }));
  const learnt: [number, number][] = [];
  for (let round = 0; round < merges; round++) {
    const totals = new Map<string, number>();
    for (const { ids, count } of words) {
      for (let i = 1; i < ids.length; i++)
        totals.set(`${ids[i - 1]} ${ids[i]}`, (totals.get(`${ids[i - 1]} ${ids[i]}`) ?? 0) + count);
    }
    const ranked = [...totals]
      .map(([pair, count]) => ({ count, pair: pair.split(" ").map(Number) }))
      .sort((a, b) => b.count - a.count || a.pair[0]! - b.pair[0]! || a.pair[1]! - b.pair[1]!);
    const [left, right] = ranked[0]!.pair as [number, number]; // made from two numbers above
    const joined = symbols[left]! + symbols[right]!;
    const id = symbols.includes(joined) ? symbols.indexOf(joined) : symbols.push(joined) - 1;
    learnt.push([left, right]);
    words = words.map(({ ids, count }) => {
      const out: number[] = [];
      for (let i = 0; i < ids.length; i++) {
        if (ids[i] === left && ids[i + 1] === right) {
          out.push(id);
          i++;
        } else out.push(ids[i]!);
      }
      return { count, ids: out };
    });
  }
  return learnt;
}
