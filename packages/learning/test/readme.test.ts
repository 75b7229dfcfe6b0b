import assert from "node:assert/strict";
import { mkdtempDisposable, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { learningErrorCodes } from "@entente/learning";
import { corpusFiles } from "./corpus.ts";
import { learn } from "./examples/learn.ts";

const readme = await readFile(join(import.meta.dirname, "../README.md"), "utf8");

test("the README's example is the file examples/learn.ts, and it learns something", async () => {
  const example = await readFile(join(import.meta.dirname, "examples/learn.ts"), "utf8");
  assert.ok(readme.includes(`\`\`\`ts\n${example}\`\`\``), "README.md should quote test/examples/learn.ts");
  await using folder = await mkdtempDisposable(join(tmpdir(), "entente-readme-"));
  const [heldOut, ...texts] = corpusFiles().map(({ text }) => text);
  const { bitsPerByte, written } = await learn(folder.path, texts, heldOut!, AbortSignal.timeout(60_000));
  assert.ok(bitsPerByte < 5, `eight bits a byte is no model at all; got ${bitsPerByte}`);
  assert.ok(written.length > 0);
});

test("every error code is in the README, and the README names no other", () => {
  const named = [...readme.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code);
  assert.deepEqual(named.sort(), [...learningErrorCodes].sort());
});
