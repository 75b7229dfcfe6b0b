/** The contract of every tool: each file of a `tools/` folder is found by itself and held to what MCP and the design want. */
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Tool, ToolFactory } from "../src/base/tool.ts";
import { openHub } from "../src/gateway.ts";
import { Catalogue } from "../src/mcp/catalogue.ts";
import { Solving } from "../src/quantum/pillar.ts";
import { problemTools } from "../src/quantum/problem-tools.ts";
import { configOn, scratchFolder } from "./scratch.ts";

const source = join(import.meta.dirname, "../src");
const files = globSync("**/tools/*.ts", { cwd: source }).sort();
// What a folder's tools are about: the first word of their names.
const pillars: Readonly<Record<string, readonly string[]>> = {
  desk: ["hub", "agent", "pipe"],
  models: ["models"],
  negotiation: ["negotiation", "negotiate", "agreement", "plan", "board", "vote", "auction", "transcript"],
  routing: ["routing"],
  sla: ["sla"],
  learning: ["learning"],
  quantum: ["quantum"],
  vault: ["vault"],
};
const lookingVerbs = new Set(["get", "list", "search", "verify", "status", "ask", "estimate", "solve"]);

assert.ok(files.length >= 25, `wanted the tools of every pillar; found ${files.length}`);

for (const file of files) {
  test(`${file} keeps the contract of a tool`, async () => {
    const module: { default: ToolFactory<unknown> } = await import(pathToFileURL(join(source, file)).href);
    const tool = module.default(undefined);
    assert.equal(basename(file, ".ts"), tool.name.replaceAll("_", "-"), "a tool is found by its file's name");
    const [pillar = ""] = tool.name.split("_");
    assert.ok(pillars[file.split("/")[0] ?? ""]?.includes(pillar), `${tool.name} stands in ${file}`);
    keepsContract(tool);
  });
}

const built = (await problemTools()).map((tool) => tool(new Solving()));
for (const tool of built) test(`${tool.name} keeps the contract of a tool`, () => keepsContract(tool));

function keepsContract(tool: Tool): void {
  assert.match(tool.name, /^[a-z0-9]+(_[a-z0-9]+)+$/);
  assert.ok(tool.name.length <= 64);
  const [, verb = ""] = tool.name.split("_");
  assert.match(tool.description, /^[A-Z].*\.$/s, "a description is sentences with a full stop");
  assert.ok(tool.description.length >= 20 && tool.description.length <= 700, `${tool.description.length} characters`);

  const [listed] = new Catalogue([tool], [], []).listed;
  for (const schema of [listed?.inputSchema, listed?.outputSchema]) {
    assert.equal(schema?.type, "object");
    assert.ok(schema.properties, "an object schema names its members");
    assert.deepEqual(JSON.parse(JSON.stringify(schema)), schema, "a schema is plain JSON");
  }
  const { readOnly = false, destructive = false } = tool.hints;
  assert.ok(!(readOnly && destructive), "what only reads destroys nothing");
  if (lookingVerbs.has(verb)) assert.equal(readOnly, true, `${tool.name} only looks`);
  assert.equal(listed?.annotations.readOnlyHint, readOnly);
  if (readOnly) assert.equal(listed?.annotations.idempotentHint, true);

  // Inputs with a default may be left out, and defaults fit their own schema.
  const bare = tool.input.safeParse({});
  if (bare.success) assert.ok(tool.input.safeParse(bare.data).success);
  else assert.ok(bare.error.issues.every((issue) => issue.path.length > 0));
  assert.equal(tool.input.safeParse("text").success, false);
}

test("a hub offers exactly the tools of its folders and of the problem builders, sorted by name", async () => {
  using folder = scratchFolder();
  await using hub = await openHub({ config: configOn(folder.path) });
  const names = hub.dispatcher.catalogue.listed.map((tool) => tool.name);
  assert.deepEqual(
    names,
    [...files.map((file) => basename(file, ".ts").replaceAll("-", "_")), ...built.map((tool) => tool.name)].sort(),
  );
});
