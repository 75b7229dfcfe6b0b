/** Builds the console when it is not built or its sources are newer. `npm start` runs this first; it takes a second once. */
import { spawnSync } from "node:child_process";
import { globSync, statSync } from "node:fs";
import { join } from "node:path";

const folder = import.meta.dirname;

/** Whether `dist` is missing or older than a source. */
export function isStale(): boolean {
  const built = statSync(join(folder, "dist/index.html"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = globSync(["src/**/*", "public/**/*", "index.html", "vite.config.ts", "package.json"], { cwd: folder });
  return sources.some((source) => statSync(join(folder, source)).mtimeMs > built);
}

/** Builds if stale. Throws what the build printed when it fails. */
export function ensureBuilt(): void {
  if (!isStale()) return;
  const vite = join(folder, "../../node_modules/vite/bin/vite.js");
  const result = spawnSync(process.execPath, [vite, "build", "--logLevel", "warn"], { cwd: folder, encoding: "utf8" });
  if (result.status !== 0) throw new Error(`the console could not be built:\n${result.stdout}${result.stderr}`);
}

if (import.meta.main) {
  try {
    ensureBuilt();
  } catch (error) {
    // The hub is whole without its console, and says so at its address.
    console.error(error instanceof Error ? error.message : error);
  }
}
