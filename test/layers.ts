/**
 * The layers of packages/hub/src and the independence of the libraries, read from the import statements. Run by
 * `npm run check`; gives the violations as sentences.
 */
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const hubSource = join(root, "packages/hub/src");

/** Layer of each folder or file at the top of the hub's source; an import goes to a lower layer or stays at home. */
export const hubLayers: Readonly<Record<string, number>> = {
  base: 0,
  store: 1,
  telemetry: 1,
  security: 1,
  http: 2,
  vault: 2,
  models: 2,
  a2a: 3,
  mcp: 3,
  negotiation: 4,
  routing: 4,
  sla: 4,
  quantum: 4,
  learning: 4,
  joining: 4,
  agents: 5,
  desk: 5,
  joins: 5,
  "gateway.ts": 6,
  "serving.ts": 7,
  cli: 8,
  "index.ts": 9,
  "main.ts": 9,
};

const libraries = ["pipe", "negotiation", "quantum", "learning"];
const importPattern = /(?:from|import)\s*\(?\s*"([^"]+)"/g;

/** Every upward or sideways import, every library that knows a sibling, and every folder without a layer. */
export function layerViolations(): readonly string[] {
  const problems: string[] = [];
  for (const file of globSync("packages/hub/src/**/*.ts", { cwd: root })) {
    const path = join(root, file);
    const home = topOf(path);
    if (hubLayers[home] === undefined) problems.push(`${file}: "${home}" has no layer in test/layers.ts`);
    for (const [, target = ""] of readFileSync(path, "utf8").matchAll(importPattern)) {
      if (!target.startsWith(".")) continue;
      const to = topOf(resolve(dirname(path), target));
      if (to === home) continue;
      if ((hubLayers[to] ?? 99) >= (hubLayers[home] ?? -1))
        problems.push(`${file} (${home}) imports ${to}, which is not below it`);
    }
  }
  for (const library of libraries)
    for (const file of globSync(`packages/${library}/src/**/*.ts`, { cwd: root }))
      for (const [, target = ""] of readFileSync(join(root, file), "utf8").matchAll(importPattern))
        if (target.startsWith("@entente/")) problems.push(`${file} imports ${target}: the libraries stand alone`);
  return problems;
}

function topOf(path: string): string {
  return relative(hubSource, path).split("/")[0] ?? "";
}
