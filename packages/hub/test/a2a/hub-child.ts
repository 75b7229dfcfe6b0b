/** A hub in a process of its own, to be killed: `fixtures/a2a-hub.ts`. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { tokenOf } from "../scratch.ts";

const program = join(import.meta.dirname, "../fixtures/a2a-hub.ts");

/** A hub that answers. */
export interface RunningHub {
  readonly child: ChildProcess;
  readonly url: string;
  readonly headers: Record<string, string>;
}

/** Starts a hub in its first or second life; `mayNotify` is net.allowPrivate. */
export async function startHub(folder: string, store: string, life: string, mayNotify = ""): Promise<RunningHub> {
  const child = spawn(process.execPath, ["--conditions=entente", program, folder, store, life, mayNotify], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  for (;;) {
    assert.equal(child.exitCode, null, "the hub ended");
    try {
      const { pid, url } = JSON.parse(readFileSync(join(folder, "run", "hub.json"), "utf8"));
      if (pid === child.pid) {
        const headers = { authorization: `Bearer ${tokenOf(folder)}`, "content-type": "application/json" };
        return { child, url, headers };
      }
    } catch {
      // Not there yet.
    }
    await sleep(20);
  }
}
