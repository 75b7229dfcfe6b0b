import assert from "node:assert/strict";
import { test } from "node:test";
import type { Journal, JournalEntry } from "../../src/index.ts";

/** What every journal must do. `open` gives an empty one, and again what is left of it after a crash. */
export function journalContract(
  name: string,
  open: () => Promise<{ journal: Journal; reopen: () => Promise<Journal>; end: () => Promise<void> }>,
): void {
  const entry = (key: string): JournalEntry => ({ at: "submitted", key, id: `id of ${key}` });

  test(`${name}: what is appended is there, in the order of the calls, also of calls that overlap`, async () => {
    const { journal, end } = await open();
    try {
      await Promise.all(Array.from({ length: 50 }, (_, i) => journal.append([entry(`${i}a`), entry(`${i}b`)])));
      const keys = (await journal.entries()).map(({ key }) => key);
      assert.deepEqual(keys, Array.from({ length: 50 }, (_, i) => [`${i}a`, `${i}b`]).flat());
    } finally {
      await end();
    }
  });

  test(`${name}: an entry comes back as it was, and what came back cannot change it`, async () => {
    const { journal, end } = await open();
    try {
      const job = { key: "k", label: "l ü", solver: { name: "s" }, type: "ising", data: { offset: 0.1 }, params: { n: [1, 2] } };
      const entries: JournalEntry[] = [
        { at: "uploading", key: "k", upload: "u", sizeBytes: 5 },
        { at: "intended", key: "k", time: "2026-01-01T00:00:00.000Z", job },
        { at: "cancelling", key: "k" },
        { at: "refused", key: "k", code: 400, message: "line\nbreak" },
        { at: "finished", key: "k", status: { id: "i", status: "COMPLETED", answer: { format: "qp" } } },
      ];
      await journal.append(entries);
      assert.deepEqual(await journal.entries(), entries);
    } finally {
      await end();
    }
  });

  test(`${name}: what an append has acknowledged is there after a crash`, async () => {
    const { journal, reopen, end } = await open();
    try {
      await journal.append([entry("a")]);
      const later = await reopen();
      assert.deepEqual(await later.entries(), [entry("a")]);
    } finally {
      await end();
    }
  });
}
