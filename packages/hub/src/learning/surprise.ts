/** Which files the model finds unusual: bits per byte of each text's beginning, the most surprising first. */
import { evaluate } from "@entente/learning";
import type { ToolContext } from "../base/tool.ts";
import { learningErrors } from "./errors.ts";
import type { Learning } from "./pillar.ts";

/** A text and how unusual it is. `ratio` is against the mean of its slice: 1.3 means 30 % more bits than its kind. */
export interface Surprise {
  readonly path: string;
  readonly slice: string;
  readonly bytes: number;
  readonly bitsPerByte: number;
  readonly ratio: number;
}

const readCharacters = 3000;
const smallestBytes = 120;

/** Measures up to `sample` texts of the newest source and gives the `limit` most unusual for their kind. */
export async function findSurprises(
  learning: Learning,
  sample: number,
  limit: number,
  ctx: ToolContext,
): Promise<{ model: string; version: number; measured: number; files: readonly Surprise[] }> {
  const model = learning.config.values["learning.model"];
  const champion = await learning.versions.champion(model);
  if (!champion) throw learningErrors.NO_CHAMPION({ model });
  const source = await learning.store.db.selectFrom("sources").select("id").orderBy("scanned_at", "desc").executeTakeFirst();
  const all = [
    ...(await learning.corpus.candidates(source?.id ?? "")),
    ...(await learning.corpus.heldOut(source?.id ?? "")),
  ].sort((a, b) => (a.hash < b.hash ? -1 : 1));
  const texts = await learning.corpus.read(all.slice(0, sample).map((text) => text.hash));
  const documents = texts
    .map((text) => ({ id: text.path, slice: text.slice, text: text.text.slice(0, readCharacters) }))
    .filter((document) => document.text.length >= smallestBytes);
  const progress = ({ done }: { done: number }): void => ctx.progress({ done, total: 1, message: "reading files" });
  const measured = await evaluate({
    checkpoint: learning.versions.folder(champion),
    documents,
    threads: 2,
    signal: ctx.signal,
    progress,
  });
  const means = new Map(measured.slices.map((slice) => [slice.slice, slice.bitsPerByte]));
  const files = measured.documents
    .map(({ id, slice, bytes, bitsPerByte }) => ({
      path: id,
      slice,
      bytes,
      bitsPerByte,
      ratio: bitsPerByte / (means.get(slice) ?? bitsPerByte),
    }))
    .sort((a, b) => b.ratio - a.ratio)
    .slice(0, limit);
  return { model, version: champion.number, measured: documents.length, files };
}
