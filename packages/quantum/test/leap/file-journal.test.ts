import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { FileJournal, type JournalEntry, QuantumError } from "../../src/index.ts";

const code = (wanted: string) => (error: unknown) => error instanceof QuantumError && error.code === wanted;
const entry = (key: string): JournalEntry => ({ at: "submitted", key, id: `id of ${key}` });
let folder = "";
let path = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "entente-journal-"));
  path = join(folder, "jobs.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a journal keeps entries in the order of calls, over openings, in a file for its owner alone", async () => {
  {
    await using journal = await FileJournal.open(path);
    await Promise.all([journal.append([entry("a"), entry("b")]), journal.append([entry("c")])]);
    await journal.append([entry("d")]);
  }
  await using journal = await FileJournal.open(path);
  await journal.append([entry("e")]);
  assert.deepEqual(
    (await journal.entries()).map(({ key }) => key),
    ["a", "b", "c", "d", "e"],
  );
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test("a torn last line is cut off, and what comes next is whole", async () => {
  writeFileSync(path, `${JSON.stringify(entry("a"))}\n{"at":"subm`);
  {
    await using journal = await FileJournal.open(path);
    await journal.append([entry("b")]);
  }
  assert.deepEqual(readFileSync(path, "utf8").split("\n"), [JSON.stringify(entry("a")), JSON.stringify(entry("b")), ""]);
});

test("a broken line in the middle is an error with its number, and the file is left as it is", async () => {
  writeFileSync(path, `${JSON.stringify(entry("a"))}\nnonsense\n${JSON.stringify(entry("b"))}\n`);
  await assert.rejects(FileJournal.open(path), (e) => code("LEAP_JOURNAL_CORRUPT")(e) && /line 2/.test(String(e)));
  assert.ok(!existsSync(`${path}.lock`));
  writeFileSync(path, "");
  appendFileSync(path, '{"at":"other","key":"a"}\n');
  await assert.rejects(FileJournal.open(path), code("LEAP_JOURNAL_CORRUPT"));
});

test("a journal in use is locked; the lock of a process that died is taken away", async () => {
  {
    await using journal = await FileJournal.open(path);
    await journal.append([entry("a")]);
    await assert.rejects(FileJournal.open(path), code("LEAP_JOURNAL_LOCKED"));
  }
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  // The second: a number that lives again, in another process.
  for (const left of [`${pid} 5`, `${process.pid} 5`, "", "nonsense"]) {
    writeFileSync(`${path}.lock`, left);
    await using journal = await FileJournal.open(path);
    assert.equal((await journal.entries()).length, 1);
  }
});
