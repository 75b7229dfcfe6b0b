import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { WireOptions } from "../src/index.ts";

const file = join(import.meta.dirname, "fixtures/echo-process.ts");

/** A folder of the test's own, removed after it. */
export function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "pipe-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Starts a process that echoes on an address; it is killed after the test. */
export async function spawnEcho(t: TestContext, address: string, options: WireOptions = {}): Promise<ChildProcess> {
  const child = fork(file, [address, JSON.stringify(options)], { execArgv: ["--conditions=entente"] });
  t.after(() => child.kill("SIGKILL"));
  await once(child, "message");
  return child;
}
