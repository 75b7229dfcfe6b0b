/**
 * Search over the ingested texts: words and vectors each give a ranking, and the two are joined by reciprocal rank
 * fusion (Cormack et al. 2009): a passage gets 1 / (60 + place) from each ranking it is in. No scores to calibrate.
 */
import type { Store } from "../store/store.ts";
import { vectorOf } from "./ingest/features.ts";

/** A passage found, with the file and lines to cite. */
export interface FoundPassage {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly text: string;
  readonly score: number;
}

const fusion = 60;
const depth = 50;

/** The passages that fit `query` best; each from a file that is there now, near duplicates of a better one left out. */
export async function searchPassages(store: Store, query: string, limit: number): Promise<readonly FoundPassage[]> {
  const [byText, byVector] = await Promise.all([store.searchText(query, depth), store.searchVector(vectorOf(query), depth)]);
  const scores = new Map<number, number>();
  for (const ranking of [byText, byVector])
    for (const [place, hit] of ranking.entries())
      scores.set(hit.passage, (scores.get(hit.passage) ?? 0) + 1 / (fusion + place + 1));
  const ids = [...scores].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([id]) => id);
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
  const seen = new Set<string>();
  return ids
    .flatMap((id) => {
      const row = rows.find((candidate) => candidate.id === id);
      if (!row) return [];
      const key = `${row.near_hash ?? row.hash}:${row.start_line}`;
      if (seen.has(key)) return [];
      seen.add(key);
      return [{ path: row.path, startLine: row.start_line, endLine: row.end_line, text: row.text, score: scores.get(id) ?? 0 }];
    })
    .slice(0, limit);
}
