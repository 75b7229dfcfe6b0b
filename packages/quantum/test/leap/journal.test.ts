import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FileJournal, type JournalEntry, jobRecords, MemoryJournal, qpuTimeUsed } from "../../src/index.ts";
import { journalContract } from "./journal-contract.ts";

journalContract("in memory", async () => {
  const journal = new MemoryJournal();
  return { journal, reopen: async () => journal, end: async () => undefined }; // its crash is the end of the process
});

journalContract("in a file", async () => {
  const folder = mkdtempSync(join(tmpdir(), "entente-journal-"));
  const path = join(folder, "jobs.jsonl");
  let journal = await FileJournal.open(path);
  return {
    journal,
    reopen: async () => {
      rmSync(`${path}.lock`);
      await using _left = journal;
      journal = await FileJournal.open(path);
      return journal;
    },
    end: async () => {
      await journal[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
});

const job = { key: "a", label: "l", solver: { name: "s" }, type: "ising", data: {}, params: {} };
const finished = (key: string, answer: Readonly<Record<string, unknown>>): JournalEntry => ({
  at: "finished",
  key,
  status: { id: key, status: "COMPLETED", answer },
});

test("an intent after a refusal begins anew, with the upload that is there", () => {
  const entries: JournalEntry[] = [
    { at: "uploading", key: "a", upload: "u", sizeBytes: 1 },
    { at: "intended", key: "a", time: "", job },
    { at: "refused", key: "a", code: 400, message: "no" },
  ];
  assert.equal(jobRecords(entries).get("a")?.refused?.code, 400);
  const again = jobRecords([...entries, { at: "intended", key: "a", time: "", job: { ...job, label: "m" } }]).get("a");
  assert.deepEqual(again, { key: "a", cancelling: false, upload: { id: "u", sizeBytes: 1 }, job: { ...job, label: "m" } });
});

test("the time used is counted once a job, from QPU and hybrid answers alike", () => {
  const entries = [
    finished("a", { format: "qp", timing: { qpu_access_time: 100 } }),
    finished("a", { format: "qp", timing: { qpu_access_time: 100 } }),
    finished("b", { format: "bq", data: { info: { qpu_access_time: 20, run_time: 5 } } }),
    finished("c", { format: "bq", data: { info: { timing: { qpu_access_time: 3 } } } }),
    finished("d", { format: "bq", data: { info: {} } }),
  ];
  assert.equal(qpuTimeUsed(entries), 123);
});
