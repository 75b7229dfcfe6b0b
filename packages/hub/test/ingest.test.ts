import assert from "node:assert/strict";
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { sql } from "kysely";
import { systemClock } from "../src/base/clock.ts";
import { Corpus } from "../src/learning/corpus.ts";
import { ingest, isHeldOut } from "../src/learning/ingest/ingest.ts";
import { signatureOf, similarity } from "../src/learning/ingest/near-duplicates.ts";
import { cutPassages } from "../src/learning/ingest/text.ts";
import { searchPassages } from "../src/learning/searching.ts";
import type { Store } from "../src/store/store.ts";
import { scratchFolder } from "./scratch.ts";
import { engines, withStore } from "./stores.ts";
import { take } from "./taking.ts";

// Words that differ from file to file, so that none is a near duplicate of another.
const prose = (seed: number, lines = 30): string =>
  Array.from(
    { length: lines },
    (_, i) => `${(seed * 7919 + i * 104_729).toString(36)} topic${seed} line${i} ${((seed + 3) * (i + 11) * 31).toString(36)}\n`,
  ).join("");

for (const engine of engines) {
  test(`${engine}: a second run reads only what changed, and what is gone is not found any more`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      const root = folder.path;
      for (let n = 0; n < 150; n++) writeFileSync(join(root, `f${n}.txt`), prose(n));
      assert.deepEqual(counts(await take(store, root)), { files: 150, unchanged: 0, added: 150, changed: 0, removed: 0 });
      assert.deepEqual(counts(await take(store, root)), { files: 150, unchanged: 150, added: 0, changed: 0, removed: 0 });
      writeFileSync(join(root, "f3.txt"), `${prose(3)}a zebra walked in\n`);
      utimesSync(join(root, "f3.txt"), 1, 1);
      rmSync(join(root, "f4.txt"));
      writeFileSync(join(root, "new.txt"), prose(999));
      assert.deepEqual(counts(await take(store, root)), { files: 150, unchanged: 148, added: 1, changed: 1, removed: 1 });
      const [zebra] = await searchPassages(store, "zebra walked", 3);
      assert.equal(zebra?.path, "f3.txt");
      assert.equal(
        (await searchPassages(store, "topic4 line3", 50)).some((hit) => hit.path === "f4.txt"),
        false,
      );
    }));

  test(`${engine}: exact and near duplicates stand for one text, and held-out texts never come up for training`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      const root = folder.path;
      for (let n = 0; n < 60; n++) writeFileSync(join(root, `a${n}.md`), prose(n, 60));
      writeFileSync(join(root, "copy.md"), prose(1, 60));
      writeFileSync(join(root, "near.md"), prose(2, 60).replace("line30 ", "line30 altered "));
      const report = await take(store, root, { heldOutShare: 0.3 });
      assert.equal(report.duplicates, 1);
      assert.equal(report.nearDuplicates, 1);
      const corpus = new Corpus(store);
      const [train, held] = await Promise.all([corpus.candidates(report.source), corpus.heldOut(report.source)]);
      assert.equal(train.length + held.length, 60);
      assert.ok(held.length > 5 && held.length < 35, `${held.length} held out`);
      assert.ok(held.every((text) => isHeldOut(text.hash, 0.3)));
      assert.equal(new Set([...train, ...held].map((text) => text.hash)).size, 60);
      const [text] = await corpus.read([train[0]?.hash ?? ""]);
      assert.equal(Buffer.byteLength(text?.text ?? ""), train[0]?.size);
    }));
}

test("bad files are named and counted, and the rest is read", (t) =>
  withStore(t, "sqlite", async (store) => {
    using folder = scratchFolder();
    const root = folder.path;
    writeFileSync(join(root, "good.txt"), "hello world\n");
    writeFileSync(join(root, "binary.bin"), Buffer.from([1, 2, 0, 3]));
    writeFileSync(join(root, "latin1.txt"), Buffer.from([0x67, 0xfc, 0x6e]));
    writeFileSync(join(root, "empty.txt"), "");
    writeFileSync(join(root, "huge.txt"), "x".repeat(20_000));
    writeFileSync(
      Buffer.concat([Buffer.from(`${root}/na`), Buffer.from([0xff]), Buffer.from("me.txt")]),
      "a name that is not UTF-8\n",
    );
    mkdirSync(join(root, "sub"));
    symlinkSync("..", join(root, "sub", "loop"));
    symlinkSync("nowhere", join(root, "dangling"));
    symlinkSync("self", join(root, "self"));
    mkdirSync(join(root, ".git"));
    writeFileSync(join(root, ".git", "config"), "ignored\n");
    writeFileSync(join(root, "x.lock"), "ignored\n");
    const report = await take(store, root);
    assert.deepEqual(report.skipped, {
      binary: 1,
      "not UTF-8": 1,
      empty: 1,
      "too large": 1,
      "symbolic link loop": 2,
      vanished: 1,
    });
    assert.equal(report.added, 6);
    const indexed = await store.db
      .selectFrom("documents")
      .select("path")
      .where("status", "=", "indexed")
      .orderBy("path")
      .execute();
    assert.deepEqual(
      indexed.map((row) => row.path),
      ["good.txt", "na\\xffme.txt"],
    );
    assert.ok(report.skippedFiles.some((file) => file.path === "latin1.txt" && file.reason === "not UTF-8"));
  }));

test("an unreadable file is named", { skip: process.getuid?.() === 0 ? "root reads everything" : false }, (t) =>
  withStore(t, "sqlite", async (store) => {
    using folder = scratchFolder();
    writeFileSync(join(folder.path, "secret.txt"), "x");
    chmodSync(join(folder.path, "secret.txt"), 0);
    assert.deepEqual((await take(store, folder.path)).skipped, { unreadable: 1 });
  }),
);

test("a folder that is missing, is a file, or vanishes meanwhile is refused and nothing known is lost", (t) =>
  withStore(t, "sqlite", async (store) => {
    using folder = scratchFolder();
    const root = join(folder.path, "docs");
    await assert.rejects(take(store, root), { code: "FOLDER_MISSING" });
    writeFileSync(root, "x");
    await assert.rejects(take(store, root), { code: "FOLDER_IS_FILE" });
    rmSync(root);
    mkdirSync(root);
    for (let n = 0; n < 100; n++) writeFileSync(join(root, `${n}.txt`), prose(n));
    await take(store, root);
    for (let n = 0; n < 100; n++) writeFileSync(join(root, `${n}.txt`), prose(n + 1000));
    const moved = ingest({
      store,
      clock: systemClock,
      root,
      actor: "t",
      ignored: [],
      maxFileBytes: 10_000,
      heldOutShare: 0,
      signal: new AbortController().signal,
      progress: ({ done }) => done < 100 && renameSync(root, `${root}-away`),
    });
    await assert.rejects(moved, { code: "FOLDER_VANISHED" });
    const gone = await store.db.selectFrom("documents").select("id").where("status", "=", "gone").execute();
    assert.equal(gone.length, 0);
  }));

test("an ingestion that is aborted keeps whole batches, and the next one goes on", (t) =>
  withStore(t, "sqlite", async (store) => {
    using folder = scratchFolder();
    for (let n = 0; n < 200; n++) writeFileSync(join(folder.path, `${n}.txt`), prose(n));
    const stop = new AbortController();
    const input = {
      store,
      clock: systemClock,
      root: folder.path,
      actor: "t",
      ignored: [],
      maxFileBytes: 10_000,
      heldOutShare: 0,
    };
    await assert.rejects(ingest({ ...input, signal: stop.signal, progress: ({ done }) => done >= 64 && stop.abort() }));
    const report = await take(store, folder.path);
    assert.equal(report.unchanged + report.added, 200);
    assert.ok(report.unchanged >= 64 && report.added > 0);
    const { count } = await store.db
      .selectFrom("documents")
      .select((eb) => eb.fn.countAll<number>().as("count"))
      .executeTakeFirstOrThrow();
    assert.equal(count, 200);
  }));

test("a full disk stops ingestion with what to do, keeps whole batches, and the next run goes on", (t) =>
  withStore(t, "sqlite", async (store) => {
    using folder = scratchFolder();
    for (let n = 0; n < 300; n++) writeFileSync(join(folder.path, `${n}.txt`), prose(n, 60));
    const { page_count } = await pragma(store, "page_count");
    // SQLite gives the same error for a file that may not grow as for a disk that is full.
    await pragma(store, `max_page_count = ${(page_count ?? 0) + 250}`);
    await assert.rejects(take(store, folder.path), { code: "STORE_FULL", message: /free some space and run again/ });
    const kept = await store.db.selectFrom("documents").select("id").execute();
    assert.ok(kept.length % 64 === 0 && kept.length < 300, `${kept.length} kept`);
    await pragma(store, "max_page_count = 1000000");
    assert.equal((await take(store, folder.path)).added, 300 - kept.length);
    assert.equal((await store.events.verify()).brokenAt, undefined);
  }));

async function pragma(store: Store, text: string): Promise<Record<string, number>> {
  const { rows } = await sql.raw<Record<string, number>>(`pragma ${text}`).execute(store.db);
  return rows[0] ?? {};
}

test("passages joined are the text, and their lines are where the text is", () => {
  const texts = ["", "one line", "a\n\nb\n", `${"x".repeat(9000)}\nend\n`, prose(5, 400), "𝄞".repeat(5000)];
  for (const text of texts) {
    const passages = cutPassages(text);
    assert.equal(passages.map((passage) => passage.text).join(""), text);
    const lines = text.split("\n");
    for (const passage of passages) {
      assert.ok(passage.startLine <= passage.endLine);
      const first = passage.text.split("\n")[0] ?? "";
      assert.ok(lines[passage.startLine - 1]?.includes(first), `line ${passage.startLine}`);
    }
  }
});

test("MinHash tells a small edit from another text", () => {
  const [a, b, c] = [prose(1, 200), prose(1, 200).replace("line50 ", "changed "), prose(2, 200)].map(signatureOf);
  assert.ok(a && b && c);
  assert.ok(similarity(a, b) > 0.85);
  assert.ok(similarity(a, c) < 0.3);
});

function counts(report: { files: number; unchanged: number; added: number; changed: number; removed: number }) {
  const { files, unchanged, added, changed, removed } = report;
  return { files, unchanged, added, changed, removed };
}
