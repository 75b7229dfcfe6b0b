import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, globSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Browser, chromium } from "playwright-core";

const executablePath = process.env.ENTENTE_CHROMIUM ?? "/usr/bin/chromium";
const flags =
  "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";
const root = resolve(import.meta.dirname, "..");

/** Why browser tests are skipped here, or false. Never skipped where CI=true: a missing browser is a failure there. */
export function missingBrowser(): string | false {
  if (process.env.CI === "true" || existsSync(executablePath)) return false;
  return `no browser at ${executablePath}: set ENTENTE_CHROMIUM`;
}

/** Starts the browser. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath, args: flags.split(" ") });
}

/** Builds the console into the folder that the hub serves, unless what is there is newer than every source. */
export function buildConsole(): void {
  const home = join(root, "packages/console");
  const built = join(home, "dist/index.html");
  const sources = globSync(["src/**/*", "public/*", "index.html", "vite.config.ts", "package.json"], { cwd: home });
  const newest = Math.max(...sources.map((file) => statSync(join(home, file)).mtimeMs));
  if (existsSync(built) && statSync(built).mtimeMs > newest) return;
  const result = spawnSync("npm", ["run", "build", "--workspace", "@entente/console"], { cwd: root, encoding: "utf8" });
  assert.equal(result.status, 0, `the console does not build:\n${result.stdout}${result.stderr}`);
}
