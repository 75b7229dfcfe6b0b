import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { searchPassages } from "../src/learning/searching.ts";
import { queryWords } from "../src/store/backend.ts";
import { scratchFolder } from "./scratch.ts";
import { engines, withStore } from "./stores.ts";
import { take } from "./taking.ts";

const files: Readonly<Record<string, string>> = {
  "guide/gate.md":
    "# The gate\n\nThe candidate and the champion read the same texts. The gate judges each version by bits per byte.\n",
  "src/exit-codes.ts": "// how does the command end, how does a script tell, how does it know\nexport const judge = 1;\n",
  "src/thermostat.ts": "export function setTemperatures(range: number): number {\n  return range * 2;\n}\n",
  "notes/garden.txt": "How does the apple tree before the house grow? It is watered, and it is not what it was before.\n",
  "src/doctor.ts": "export const checks = [freeSpace, tokenMode];\n",
  "src/waiting-room.ts": "// The doctor will see you; what does he check? Checks are cheap.\nexport const seats = 9;\n",
};

for (const engine of engines) {
  test(`${engine}: a passage that covers the whole question comes before one that holds a rare word of it`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder.path, path)), { recursive: true });
        writeFileSync(join(folder.path, path), text);
      }
      await take(store, folder.path);
      const first = async (question: string): Promise<string | undefined> => (await searchPassages(store, question, 3))[0]?.path;
      assert.equal(await first("how does the gate judge a version"), "guide/gate.md");
      assert.equal(await first("which temperature is it"), "src/thermostat.ts", "a word also finds what begins with it");
      assert.equal(await first("watered apple trees"), "notes/garden.txt", "endings do not matter");
      assert.equal(await first("doctor free space"), "src/doctor.ts", "a file's own name counts");
      assert.deepEqual(await searchPassages(store, "zebra", 3).then((found) => found.filter((hit) => hit.score > 0.02)), []);
    }));
}

test("words that a question is built with are left out, unless there are no others", () => {
  assert.deepEqual(queryWords("How does the Gate judge a version?"), ["gate", "judge", "version"]);
  assert.deepEqual(queryWords("what is it"), ["what", "is", "it"]);
  assert.deepEqual(queryWords('\'; drop table -- "x" *'), ["drop", "table", "x"]);
});
