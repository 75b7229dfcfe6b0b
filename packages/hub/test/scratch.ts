import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../src/base/config.ts";
import { loadConfig } from "../src/base/config.ts";

/** A folder of its own for a test, removed at the end. */
export function scratchFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "entente-test-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** A configuration on a folder, with a free port and what the test sets. */
export function configOn(folder: string, flags: Readonly<Record<string, string>> = {}): Config {
  return loadConfig({ flags: Object.entries({ "data.dir": folder, "http.port": "0", "log.level": "silent", ...flags }) });
}

/** The token of a data folder. */
export function tokenOf(folder: string): string {
  return readFileSync(join(folder, "keys", "token"), "utf8").trim();
}
