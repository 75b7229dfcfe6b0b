/** `npm run check`: everything that can be said of the code without running it. Prints what failed; exits 1 if anything did. */
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { layerViolations } from "./layers.ts";
import { staleReferencePages } from "./reference-docs.ts";

const root = resolve(import.meta.dirname, "..");
const bin = join(root, "node_modules/.bin");
const longestFile = 600;

const checks: readonly { readonly name: string; readonly run: () => readonly string[] | Promise<readonly string[]> }[] = [
  { name: "types", run: () => command("tsc", ["-b"]) },
  { name: "lint and format", run: () => command("biome", ["ci", "--colors=off", "."]) },
  { name: "dead code and dependencies", run: () => command("knip", ["--no-progress"]) },
  { name: "layers", run: layerViolations },
  { name: "file lengths", run: longFiles },
  { name: "docs and code", run: async () => [...(await staleReferencePages()), ...deadLinks()] },
];

let failed = 0;
for (const { name, run } of checks) {
  const started = performance.now();
  const problems = await run();
  console.log(`${problems.length === 0 ? "ok  " : "FAIL"} ${name} (${Math.round(performance.now() - started)} ms)`);
  for (const problem of problems) console.log(`     ${problem}`);
  if (problems.length > 0) failed += 1;
}
process.exit(failed === 0 ? 0 : 1);

function command(name: string, args: readonly string[]): readonly string[] {
  const result = spawnSync(process.execPath, [join(bin, name), ...args], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  return result.status === 0 ? [] : `${result.stdout}${result.stderr}`.trim().split("\n");
}

function longFiles(): readonly string[] {
  return globSync("{packages,test,bench,examples}/**/*.{ts,tsx}", {
    cwd: root,
    exclude: (path) => /node_modules|\/dist|generated/.test(path),
  }).flatMap((file) => {
    const lines = readFileSync(join(root, file), "utf8").split("\n").length;
    return lines > longestFile ? [`${file} has ${lines} lines; ${longestFile} is the most`] : [];
  });
}

// Links between our own pages must lead somewhere.
function deadLinks(): readonly string[] {
  const pages = globSync("{*.md,docs/**/*.md,packages/*/README.md,packages/hub/src/**/README.md}", {
    cwd: root,
    exclude: (path) => path.includes("node_modules"),
  });
  return pages.flatMap((page) =>
    [...readFileSync(join(root, page), "utf8").matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].flatMap(([, target = ""]) => {
      const path = target.startsWith("/") ? join(root, "docs", target) : resolve(root, page, "..", target);
      const there = globSync([path, `${path}.md`, join(path, "index.md")]).length > 0;
      return there ? [] : [`${page} links to ${target}, which is not there`];
    }),
  );
}
