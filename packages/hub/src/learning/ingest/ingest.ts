/**
 * Ingestion: brings the store in line with a folder. A file whose size and time are as the ledger has them is not
 * opened. Changed files are read, checked, cut into passages, given vectors and compared with what is there, and each
 * batch commits with its ledger rows and its event: after a crash the next run goes on, nothing is lost and nothing is
 * there twice, since documents are keyed by path and texts by their hash.
 *
 * A text is held out for examination by its hash, and near duplicates go where their first one went, so what the
 * examiner asks was never trained on.
 */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { Transaction } from "kysely";
import type { Clock } from "../../base/clock.ts";
import { defineErrors } from "../../base/errors.ts";
import { newId } from "../../base/ids.ts";
import type { Progress } from "../../base/tool.ts";
import type { Database, DocumentsTable } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";
import { vectorBytes, vectorOf } from "./features.ts";
import { areNear, bandKeys, signatureOf } from "./near-duplicates.ts";
import { type ReadFile, readText } from "./reading.ts";
import { cutPassages, sliceOf } from "./text.ts";
import { type Found, walk } from "./walk.ts";

export const ingestErrors = defineErrors({
  FOLDER_MISSING: { status: 404, text: (d: { path: string }) => `wanted a folder to learn from; there is none at ${d.path}` },
  FOLDER_IS_FILE: { status: 400, text: (d: { path: string }) => `wanted a folder to learn from; ${d.path} is a file` },
  FOLDER_VANISHED: {
    status: 409,
    text: (d: { path: string }) =>
      `${d.path} was there when the reading began and is gone; what was learned from it is kept as it was`,
  },
  STORE_FULL: {
    status: 507,
    text: (d: { path: string }) =>
      `the disk is full: files up to the last whole batch before ${d.path} are kept; free some space and run again`,
  },
});

/** What one ingestion did. Counts of files, except bytes and ms. */
export interface IngestReport {
  readonly source: string;
  readonly files: number;
  readonly unchanged: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly duplicates: number;
  readonly nearDuplicates: number;
  readonly heldOut: number;
  readonly bytes: number;
  readonly passages: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly skippedFiles: readonly { readonly path: string; readonly reason: string }[];
  readonly durationMs: number;
}

/** What an ingestion needs. */
export interface IngestInput {
  readonly store: Store;
  readonly clock: Clock;
  readonly root: string;
  readonly actor: string;
  readonly ignored: readonly string[];
  readonly maxFileBytes: number;
  readonly heldOutShare: number;
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
}

const batchFiles = 64;
const namedSkips = 50;

type Known = Pick<DocumentsTable, "id" | "path" | "size" | "mtime_us" | "status">;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A file to read, and what the ledger knew of it. */
interface Changed {
  readonly found: Found;
  readonly known: Known | undefined;
}

/** A file that was read. */
interface Prepared extends Changed {
  readonly outcome: ReadFile;
}

/** Ingests a folder. Throws FOLDER_*, STORE_FULL. */
export async function ingest(input: IngestInput): Promise<IngestReport> {
  const { store, clock, signal, progress } = input;
  const started = performance.now();
  const root = resolve(input.root);
  checkFolder(root);
  const source = await openSource(store, clock, root);
  const ledger = new Map(
    (
      await store.db
        .selectFrom("documents")
        .select(["id", "path", "size", "mtime_us", "status"])
        .where("source_id", "=", source)
        .execute()
    ).map((row) => [row.path, row]),
  );
  const report: Mutable<IngestReport> & { skipped: Record<string, number>; skippedFiles: { path: string; reason: string }[] } = {
    source,
    files: 0,
    unchanged: 0,
    added: 0,
    changed: 0,
    removed: 0,
    duplicates: 0,
    nearDuplicates: 0,
    heldOut: 0,
    bytes: 0,
    passages: 0,
    skipped: {},
    skippedFiles: [],
    durationMs: 0,
  };
  const skip = (path: string, reason: string): void => {
    report.skipped[reason] = (report.skipped[reason] ?? 0) + 1;
    if (report.skippedFiles.length < namedSkips) report.skippedFiles.push({ path, reason });
  };
  const work: Changed[] = [];
  for (const item of walk(root, input.ignored)) {
    signal.throwIfAborted();
    if (item.kind === "passed") {
      if (item.path === ".") throw ingestErrors.FOLDER_VANISHED({ path: root });
      skip(item.path, item.reason);
      continue;
    }
    report.files += 1;
    const known = ledger.get(item.path);
    ledger.delete(item.path);
    if (known && known.status !== "gone" && known.size === item.size && known.mtime_us === item.mtimeUs) {
      report.unchanged += 1;
      continue;
    }
    work.push({ found: item, known });
  }
  for (let at = 0; at < work.length; at += batchFiles) {
    signal.throwIfAborted();
    const batch = work
      .slice(at, at + batchFiles)
      .map((changed): Prepared => ({ ...changed, outcome: readText(changed.found, input.maxFileBytes) }));
    try {
      await commitBatch(input, source, batch, report, skip);
    } catch (error) {
      if (
        error instanceof Error &&
        /disk is full|ENOSPC|SQLITE_FULL|No space left/i.test(`${error.message} ${"code" in error ? error.code : ""}`)
      )
        throw ingestErrors.STORE_FULL({ path: batch[0]?.found.path ?? root }, { cause: error });
      throw error;
    }
    progress({
      done: Math.min(at + batchFiles, work.length),
      total: work.length,
      unit: "files",
      message: `read ${Math.min(at + batchFiles, work.length)} of ${work.length} new or changed files`,
    });
    await new Promise(setImmediate);
  }
  // Only a walk that reached its end may say what is gone; a root that vanished meanwhile must not empty the corpus.
  checkStillThere(root);
  const gone = [...ledger.values()].filter((known) => known.status !== "gone");
  report.removed = gone.length;
  report.durationMs = Math.round(performance.now() - started);
  await store.transaction(async (trx) => {
    for (let at = 0; at < gone.length; at += 500) {
      const ids = gone.slice(at, at + 500).map((known) => known.id);
      await trx
        .updateTable("documents")
        .set({ status: "gone", content_hash: null, updated_at: clock.now() })
        .where("id", "in", ids)
        .execute();
    }
    if (report.changed + gone.length > 0) await forgetUnused(trx);
    await trx.updateTable("sources").set({ scanned_at: clock.now() }).where("id", "=", source).execute();
    const { skippedFiles: _names, ...counts } = report;
    await store.events.append(trx, [{ kind: "source.ingested", actor: input.actor, subject: source, data: { root, ...counts } }]);
  });
  return report;
}

// Texts that no file holds any more go with their passages; what nearly repeated one of them now stands for itself.
async function forgetUnused(trx: Transaction<Database>): Promise<void> {
  await trx
    .deleteFrom("contents")
    .where((eb) =>
      eb.not(
        eb.exists(eb.selectFrom("documents").select("documents.id").whereRef("documents.content_hash", "=", "contents.hash")),
      ),
    )
    .execute();
  const roots = trx.selectFrom("contents as roots").select("roots.hash");
  await trx
    .updateTable("contents")
    .set({ near_hash: null })
    .where("near_hash", "is not", null)
    .where("near_hash", "not in", roots)
    .execute();
}

function checkFolder(root: string): void {
  const stats = statSync(root, { throwIfNoEntry: false });
  if (!stats) throw ingestErrors.FOLDER_MISSING({ path: root });
  if (!stats.isDirectory()) throw ingestErrors.FOLDER_IS_FILE({ path: root });
}

function checkStillThere(root: string): void {
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) throw ingestErrors.FOLDER_VANISHED({ path: root });
}

async function openSource(store: Store, clock: Clock, root: string): Promise<string> {
  const known = await store.db.selectFrom("sources").select("id").where("root", "=", root).executeTakeFirst();
  if (known) return known.id;
  const id = newId("src", clock.now());
  await store.db.insertInto("sources").values({ id, root, created_at: clock.now(), scanned_at: null }).execute();
  return id;
}

// The earlier text that this one nearly repeats, if there is one.
async function findNear(
  trx: Transaction<Database>,
  signature: Uint32Array,
  bands: readonly number[],
): Promise<string | undefined> {
  const candidates = await trx
    .selectFrom("contents")
    .select(["hash", "signature"])
    .where("hash", "in", (eb) => eb.selectFrom("near_bands").select("content_hash").where("band", "in", bands))
    .orderBy("hash")
    .execute();
  return candidates.find((candidate) => areNear(signature, new Uint32Array(new Uint8Array(candidate.signature).buffer)))?.hash;
}

async function commitBatch(
  input: IngestInput,
  source: string,
  batch: readonly Prepared[],
  report: Mutable<IngestReport>,
  skip: (path: string, reason: string) => void,
): Promise<void> {
  const { store, clock } = input;
  await store.transaction(async (trx) => {
    const hashes = batch.flatMap(({ outcome }) => (outcome.ok ? [outcome.hash] : []));
    const there = new Set(
      hashes.length === 0
        ? []
        : (await trx.selectFrom("contents").select("hash").where("hash", "in", hashes).execute()).map((row) => row.hash),
    );
    for (const { found, known, outcome } of batch) {
      const row = { size: found.size, mtime_us: found.mtimeUs, slice: sliceOf(found.path), updated_at: clock.now() };
      const ledger = {
        ...row,
        ...(outcome.ok
          ? { content_hash: outcome.hash, status: "indexed", reason: null }
          : { content_hash: null, status: "skipped", reason: outcome.reason }),
      };
      if (outcome.ok && !there.has(outcome.hash)) {
        const signature = signatureOf(outcome.text);
        const bands = bandKeys(signature);
        const nearHash = await findNear(trx, signature, bands);
        const heldOut = isHeldOut(nearHash ?? outcome.hash, input.heldOutShare);
        const passages = cutPassages(outcome.text);
        const lines = passages.at(-1)?.endLine ?? 0;
        await trx
          .insertInto("contents")
          .values({
            hash: outcome.hash,
            size: outcome.size,
            lines,
            held_out: heldOut ? 1 : 0,
            signature: new Uint8Array(signature.buffer),
            near_hash: nearHash ?? null,
            vector: vectorBytes(vectorOf(outcome.text)),
            created_at: clock.now(),
          })
          .execute();
        const values = passages.map((passage, ordinal) => ({
          content_hash: outcome.hash,
          ordinal,
          start_line: passage.startLine,
          end_line: passage.endLine,
          text: passage.text,
          vector: vectorBytes(vectorOf(passage.text)),
        }));
        for (let i = 0; i < values.length; i += 100)
          await trx
            .insertInto("passages")
            .values(values.slice(i, i + 100) as never)
            .execute(); // why: the id is the engine's to give
        there.add(outcome.hash);
        if (nearHash === undefined)
          await trx
            .insertInto("near_bands")
            .values(bands.map((band) => ({ band, content_hash: outcome.hash })))
            .execute();
        else report.nearDuplicates += 1;
        if (heldOut) report.heldOut += 1;
        report.passages += passages.length;
        report.bytes += outcome.size;
      } else if (outcome.ok) report.duplicates += 1;
      else skip(found.path, outcome.reason);
      if (known) await trx.updateTable("documents").set(ledger).where("id", "=", known.id).execute();
      else
        await trx
          .insertInto("documents")
          .values({ id: newId("doc", clock.now()), source_id: source, path: found.path, ...ledger })
          .execute();
      if (known && known.status !== "gone") report.changed += 1;
      else report.added += 1;
    }
  });
}

/** Whether a text is kept for examination: decided by its hash alone, so it never changes sides. */
export function isHeldOut(hash: string, share: number): boolean {
  return Number.parseInt(hash.slice(0, 8), 16) / 0x100000000 < share;
}
