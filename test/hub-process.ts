import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const main = resolve(import.meta.dirname, "../packages/hub/src/main.ts");

/** A folder of its own, removed at the end. */
export function scratch(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "entente-system-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Writes `count` prose files of about a kilobyte, all different, the same for the same seed. */
export function writeProse(folder: string, count: number, seed = 1): void {
  mkdirSync(folder, { recursive: true });
  const words =
    "the of agents offer price promise kept broken table night river stone garden letter market winter bread song open closed quiet early".split(
      " ",
    );
  let state = seed;
  const next = (limit: number): number => {
    state = (state * 48271) % 2147483647;
    return state % limit;
  };
  for (let file = 0; file < count; file++) {
    const lines = Array.from({ length: 24 }, () =>
      Array.from({ length: 9 }, () =>
        next(6) === 0 ? `${words[next(words.length)]}${next(97)}` : words[next(words.length)],
      ).join(" "),
    );
    writeFileSync(
      join(folder, `${String(file).padStart(3, "0")}.${file % 3 === 0 ? "md" : "txt"}`),
      `# File ${file} of ${seed}\n\n${lines.join("\n")}\n`,
    );
  }
}

/** Settings that make a learning run take seconds. */
export const smallRun: readonly string[] = [
  "learning.preset=nano",
  "learning.vocabulary=400",
  "learning.sequence=64",
  "learning.seconds=3",
  "learning.batch=8",
  "log.level=silent",
  "http.port=0",
];

/** Arguments of node for a command of the hub. */
export function commandLine(data: string, settings: readonly string[], ...command: string[]): string[] {
  return ["--conditions=entente", main, "--data", data, ...settings.flatMap((setting) => ["--set", setting]), ...command];
}

/** Starts a command of the hub; its output is gathered. */
export function start(
  data: string,
  settings: readonly string[],
  ...command: string[]
): ChildProcess & { readonly said: () => string } {
  const child = spawn(process.execPath, commandLine(data, settings, ...command), {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1" },
  });
  let text = "";
  child.stdout.on("data", (chunk) => (text += chunk));
  child.stderr.on("data", (chunk) => (text += chunk));
  return Object.assign(child, { said: () => text });
}

/** Runs a command to its end. */
export async function run(
  data: string,
  settings: readonly string[],
  ...command: string[]
): Promise<{ code: number | null; said: string }> {
  const child = start(data, settings, ...command);
  child.stdin?.end();
  const [code] = await once(child, "close");
  return { code, said: child.said() };
}

/** A command of the hub that runs, and what it has said so far. */
export type HubProcess = ReturnType<typeof start>;

const readyMs = 60_000;

/** Waits until a hub started with `up` answers /readyz; gives its URL and token. */
export async function untilReady(data: string, child: HubProcess): Promise<{ url: string; token: string }> {
  let found: { url: string; token: string } | undefined;
  await untilTrue(child, readyMs, "ready", async () => {
    try {
      const { url, pid } = JSON.parse(readFileSync(join(data, "run", "hub.json"), "utf8"));
      if (pid !== child.pid || !(await fetch(new URL("/readyz", url), { signal: AbortSignal.timeout(readyMs) })).ok) return false;
      found = { url, token: readFileSync(join(data, "keys", "token"), "utf8").trim() };
      return true;
    } catch {
      return false; // Not there yet.
    }
  });
  if (!found) throw new Error("the hub is ready without an address");
  return found;
}

/** Waits until something is so with a running hub. Throws when the hub ends first, however it does, and after `ms`, with what it said. */
export async function untilTrue(
  child: HubProcess,
  ms: number,
  what: string,
  isSo: () => Promise<boolean>,
  everyMs = 20,
): Promise<void> {
  const began = performance.now();
  while (!(await isSo())) {
    if (hasEnded(child))
      throw new Error(`the hub ended with ${child.exitCode ?? child.signalCode} before it was ${what}:\n${child.said()}`);
    if (performance.now() - began > ms) throw new Error(`the hub was not ${what} after ${ms} ms:\n${child.said()}`);
    await sleep(everyMs);
  }
}

/** Whether a process has ended, by itself or by a signal. */
export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
