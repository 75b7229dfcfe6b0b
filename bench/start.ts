/**
 * `npm run bench -- start`: time from `npm start` on an installed checkout to an answer of 200 at /readyz, and the
 * memory the idle hub then holds. Beside it the floor: the same Node answering HTTP with nothing in it.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Bench, row } from "./contract.ts";

const root = resolve(import.meta.dirname, "..");
const settleMs = 3000;

const bench: Bench = async ({ quick }) => {
  const rounds = quick ? 2 : 5;
  const [hubTimes, hubMemory, floorTimes, floorMemory]: number[][] = [[], [], [], []];
  for (let round = 0; round < rounds; round++) {
    const hub = await startHub();
    hubTimes?.push(hub.seconds);
    hubMemory?.push(hub.megabytes);
    const floor = await startFloor();
    floorTimes?.push(floor.seconds);
    floorMemory?.push(floor.megabytes);
  }
  const [seconds, megabytes] = [median(hubTimes ?? []), median(hubMemory ?? [])];
  return [
    row("npm start to /readyz, median", seconds, "s", "<=", 3),
    row("npm start to /readyz, slowest", Math.max(...(hubTimes ?? [])), "s"),
    row("resident memory idle, median", megabytes, "MB", "<=", 150),
    row("floor: bare node:http by npm, median", median(floorTimes ?? []), "s"),
    row("floor: resident memory", median(floorMemory ?? []), "MB"),
    row("ratio of start to floor", seconds / median(floorTimes ?? [1]), "x"),
  ];
};
export default bench;

interface Measured {
  readonly seconds: number;
  readonly megabytes: number;
}

async function startHub(): Promise<Measured> {
  const data = mkdtempSync(join(tmpdir(), "entente-start-"));
  const started = performance.now();
  // An empty folder to learn from is refused at once, so that the hub is idle afterwards.
  const empty = join(data, "empty");
  mkdirSync(empty);
  const child = spawn("npm", ["start", "-s", "--", "--data", data, "--set", "http.port=0", "--learn", empty], {
    cwd: root,
    stdio: "ignore",
    detached: true,
  });
  const ended = once(child, "close");
  try {
    for (;;) {
      if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}`);
      try {
        const { url, pid } = JSON.parse(readFileSync(join(data, "run", "hub.json"), "utf8"));
        if ((await fetch(new URL("/readyz", url))).ok) {
          const seconds = (performance.now() - started) / 1000;
          await sleep(settleMs);
          return { seconds, megabytes: residentMegabytes(pid) };
        }
      } catch {
        // Not there yet.
      }
      await sleep(5);
    }
  } finally {
    if (child.pid && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
    await ended;
    rmSync(data, { recursive: true, force: true });
  }
}

async function startFloor(): Promise<Measured> {
  const source = `const s = require("node:http").createServer((q, r) => r.end("{}")).listen(0, "127.0.0.1", () => console.log(s.address().port + " " + process.pid))`;
  const started = performance.now();
  const child = spawn("npm", ["exec", "-c", `node -e '${source}'`], {
    cwd: root,
    stdio: ["ignore", "pipe", "ignore"],
    detached: true,
  });
  try {
    const [line] = await once(child.stdout, "data");
    const [port, pid] = String(line).trim().split(" ").map(Number);
    await fetch(`http://127.0.0.1:${port}/`);
    return { seconds: (performance.now() - started) / 1000, megabytes: residentMegabytes(pid ?? 0) };
  } finally {
    if (child.pid) process.kill(-child.pid, "SIGKILL");
    await once(child, "close");
  }
}

function residentMegabytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) / 1000;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
