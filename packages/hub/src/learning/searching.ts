/**
 * Search over the ingested texts. Three rankings, joined by reciprocal rank fusion (Cormack et al. 2009: a passage gets
 * weight / (60 + place) from each ranking it is in, so there are no scores to calibrate): full text, vectors of the
 * query's telling words, and how much of the query a passage covers, each word by its rarity among the candidates, the
 * file's own name included. Full text alone takes any one rare word for an answer; coverage asks for the whole question.
 */
import { queryWords } from "../store/backend.ts";
import type { Store } from "../store/store.ts";
import { vectorOf, wordsOf } from "./ingest/features.ts";

/** A passage found, with the file and lines to cite. */
export interface FoundPassage {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly text: string;
  readonly score: number;
}

const fusion = 60;
const depth = 100;
// Tuned on questions about this repository (mean reciprocal rank 0.44 before, see docs/decisions/005-search.md).
const weights = { text: 1, vector: 0.5, coverage: 2 };
const pathWeight = 0.8;

/** The passages that fit `query` best; each from a file that is there now, near duplicates of a better one left out. */
export async function searchPassages(store: Store, query: string, limit: number): Promise<readonly FoundPassage[]> {
  const words = queryWords(query);
  const [byText, byVector] = await Promise.all([
    store.searchText(query, depth),
    store.searchVector(vectorOf(words.join(" ")), depth),
  ]);
  const ids = [...new Set([...byText, ...byVector].map((hit) => hit.passage))];
  if (ids.length === 0) return [];
  const rows = await store.db
    .selectFrom("passages")
    .innerJoin("documents", "documents.content_hash", "passages.content_hash")
    .innerJoin("contents", "contents.hash", "passages.content_hash")
    .select([
      "passages.id",
      "documents.path",
      "passages.start_line",
      "passages.end_line",
      "passages.text",
      "contents.near_hash",
      "contents.hash",
    ])
    .where("passages.id", "in", ids)
    .where("documents.status", "=", "indexed")
    .orderBy("documents.path")
    .execute();
  // A text that several files hold is cited from the first of them.
  const candidates = [...new Map(rows.toReversed().map((row) => [row.id, row])).values()];
  const scores = fuse([
    [weights.text, byText.map((hit) => hit.passage)],
    [weights.vector, byVector.map((hit) => hit.passage)],
    [weights.coverage, byCoverage(words, candidates)],
  ]);
  const seen = new Set<string>();
  return candidates
    .map((row) => ({ row, score: scores.get(row.id) ?? 0 }))
    .sort((a, b) => b.score - a.score || a.row.id - b.row.id)
    .flatMap(({ row, score }) => {
      const key = `${row.near_hash ?? row.hash}:${row.start_line}`;
      if (seen.has(key)) return [];
      seen.add(key);
      return [{ path: row.path, startLine: row.start_line, endLine: row.end_line, text: row.text, score }];
    })
    .slice(0, limit);
}

function fuse(rankings: readonly (readonly [weight: number, ids: readonly number[]])[]): ReadonlyMap<number, number> {
  const scores = new Map<number, number>();
  for (const [weight, ids] of rankings)
    for (const [place, id] of ids.entries()) scores.set(id, (scores.get(id) ?? 0) + weight / (fusion + place + 1));
  return scores;
}

/** Candidates that hold any of the words, by the summed rarity of those they hold; a word in the path counts a bit more. */
function byCoverage(
  words: readonly string[],
  candidates: readonly { readonly id: number; readonly path: string; readonly text: string }[],
): readonly number[] {
  const holdings = candidates.map((row) => {
    const [inText, inPath] = [stems(row.text), stems(row.path)];
    return {
      id: row.id,
      holds: words.map((word) => {
        const stem = stemOf(word);
        return (inText.has(stem) ? 1 : 0) + (inPath.has(stem) ? pathWeight : 0);
      }),
    };
  });
  const rarity = words.map((_, i) =>
    Math.log(1 + candidates.length / (1 + holdings.filter(({ holds }) => (holds[i] ?? 0) > 0).length)),
  );
  return holdings
    .map(({ id, holds }) => ({ id, score: holds.reduce((sum, amount, i) => sum + amount * (rarity[i] ?? 0), 0) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.id - b.id)
    .map(({ id }) => id);
}

function stems(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const word of wordsOf(text)) found.add(stemOf(word));
  return found;
}

/** A word without the commonest English endings, so that "judges" and "judged" meet "judge". */
function stemOf(word: string): string {
  if (word.length < 5) return word.endsWith("s") && word.length > 3 ? word.slice(0, -1) : word;
  return word.replace(/(?:ing|ed|es|s|e)$/, "");
}
