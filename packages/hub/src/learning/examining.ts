/** Examination: the candidate and the champion on the same held-out texts, beside gzip, then the gate's judgement. */
import { gzipSync } from "node:zlib";
import { type Evaluation, evaluate } from "@entente/learning";
import type { ToolContext } from "../base/tool.ts";
import type { VersionsTable } from "../store/schema.ts";
import { learningErrors } from "./errors.ts";
import { judge, type Scores, type Verdict } from "./gate.ts";
import type { Learning } from "./pillar.ts";

/** A verdict with what gzip -9 makes of the same texts, each compressed alone. */
export interface Examined {
  readonly version: VersionsTable;
  readonly verdict: Verdict & { readonly gzip: number };
}

const threads = 2;

/** Examines the version of a run. Throws CANDIDATE_MISSING, NOTHING_HELD_OUT. */
export async function examine(learning: Learning, runId: string, ctx: ToolContext): Promise<Examined> {
  const run = await learning.runs.get(runId);
  const version = await learning.versions.ofRun(runId);
  if (!version) throw learningErrors.CANDIDATE_MISSING({ run: runId });
  const champion = await learning.versions.champion(run.model);
  const documents = await heldOutTexts(learning, run.source_id ?? "");
  const score = async (folder: string, share: number, from: number): Promise<Scores> => {
    const progress = ({ done }: { done: number }): void =>
      ctx.progress({ done: from + done * share, total: 1, message: "reading held-out texts" });
    return scoresOf(await evaluate({ checkpoint: folder, documents, threads, signal: ctx.signal, progress }));
  };
  const rivals = champion && champion.id !== version.id ? champion : undefined;
  const candidate = await score(learning.versions.folder(version), rivals ? 0.5 : 1, 0);
  const before = rivals ? await score(learning.versions.folder(rivals), 0.5, 0.5) : undefined;
  const verdict = { ...judge(candidate, before, learning.config.values["learning.sliceMargin"]), gzip: gzipBits(documents) };
  await learning.versions.decide(version, verdict, ctx.principal.id);
  return { version: await learning.versions.get(version.id, run.model), verdict };
}

/** Held-out texts of a source, in the order of their hashes, up to `learning.examineBytes`. */
async function heldOutTexts(learning: Learning, source: string): Promise<readonly { id: string; slice: string; text: string }[]> {
  const all = await learning.corpus.heldOut(source);
  const limit = learning.config.values["learning.examineBytes"];
  const chosen: (typeof all)[number][] = [];
  let size = 0;
  for (const text of all) {
    if (size > 0 && size + text.size > limit) continue;
    chosen.push(text);
    size += text.size;
  }
  if (chosen.length === 0) throw learningErrors.NOTHING_HELD_OUT({});
  const texts = await learning.corpus.read(chosen.map((text) => text.hash));
  return texts.map((text) => ({ id: text.path, slice: text.slice, text: text.text }));
}

function scoresOf(evaluation: Evaluation): Scores {
  return {
    bitsPerByte: evaluation.overall.bitsPerByte,
    bytes: evaluation.overall.bytes,
    slices: evaluation.slices.map(({ slice, bytes, bitsPerByte }) => ({ slice, bytes, bitsPerByte })),
  };
}

function gzipBits(documents: readonly { text: string }[]): number {
  let [compressed, size] = [0, 0];
  for (const { text } of documents) {
    compressed += gzipSync(text, { level: 9 }).length;
    size += Buffer.byteLength(text);
  }
  return (compressed * 8) / size;
}
