// The hardest hour of a Leap client: a server that does everything wrong now and then, and a client that is killed in the middle.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type JournalEntry, jobRecords } from "../../src/index.ts";
import { StandIn } from "./stand-in.ts";
import type { Fault } from "./stand-in-faults.ts";

/** What came of it. */
export interface SiegeReport {
  readonly jobs: number;
  readonly kills: number;
  /** Jobs whose end is not in the journal. */
  readonly lost: number;
  /** Jobs that were answered; the others failed, because their solver was offline. */
  readonly answered: number;
  /** Jobs that the server accepted beyond those, by its own log. */
  readonly submittedTwice: number;
  /** QPU time in us: charged by the server, and counted by the client. */
  readonly chargedUs: number;
  readonly countedUs: number;
  /** How often each fault struck. */
  readonly faults: Readonly<Record<string, number>>;
  readonly ms: number;
}

/** Every fault there is, at the rates of a bad day. */
export const badDay: readonly Fault[] = [
  { kind: "status", status: 429, retryAfterS: 0, rate: 0.03, times: 0, path: "problems/" },
  { kind: "status", status: 500, rate: 0.02, times: 0, path: "problems/" },
  { kind: "status", status: 503, after: true, rate: 0.03, times: 0, path: "problems/" },
  { kind: "drop", rate: 0.02, times: 0, path: "problems/" },
  { kind: "drop", after: true, rate: 0.03, times: 0, path: "problems/" },
  { kind: "version", rate: 0.03, times: 0, path: "problems/" },
  { kind: "offline", method: "POST", rate: 0.02, times: 0, path: "problems/$" },
  { kind: "truncate", method: "PUT", rate: 0.05, times: 0 },
  { kind: "corrupt", method: "PUT", rate: 0.05, times: 0 },
  { kind: "status", status: 503, after: true, rate: 0.02, times: 0, path: "multipart" },
  { kind: "null", method: "POST", rate: 0.05, times: 0, path: "problems/$" },
  { kind: "null", method: "GET", rate: 0.03, times: 0, path: "problems/.+" },
  { kind: "slow", rate: 0.03, times: 0, ms: 60, path: "problems/" },
];

/** Submits `jobs` jobs through clients of which the first `kills` are killed (SIGKILL), each somewhat further on. */
export async function siege(jobs: number, kills: number, settleMs: number, seed = 1): Promise<SiegeReport> {
  const folder = mkdtempSync(join(tmpdir(), "entente-siege-"));
  const began = performance.now();
  await using standIn = await StandIn.start({ runMs: 1 });
  try {
    const journal = join(folder, "jobs.jsonl");
    const task = { endpoint: standIn.endpoint, token: standIn.token, journal, jobs, settleMs };
    standIn.faults.set(badDay, seed);
    for (let kill = 1; kill <= kills; kill++) {
      const child = start(task);
      const closed = new Promise((done) => child.once("close", done));
      // Between two kills the server has accepted a share of the jobs; the moment falls anywhere in a client's doings.
      const share = Math.floor((jobs * kill) / (kills + 1));
      while (standIn.jobs.accepted.length < share && child.exitCode === null) await new Promise((done) => setTimeout(done, 1));
      child.kill("SIGKILL");
      await closed;
    }
    const last = start(task);
    let said = "";
    last.stdout?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    const code = await new Promise((done) => last.once("close", done));
    if (code !== 0) throw new Error(`the last client ended with ${code}`);
    const { answered, charged } = JSON.parse(said.trim().split("\n").at(-1) ?? "{}");
    const lines = readFileSync(journal, "utf8").trim().split("\n");
    const entries: JournalEntry[] = lines.map((line) => JSON.parse(line));
    const ended = [...jobRecords(entries).values()].filter(({ finished }) => finished !== undefined);
    return {
      jobs,
      kills,
      lost: jobs - ended.length,
      answered,
      submittedTwice: standIn.jobs.accepted.length - new Set(ended.map(({ id }) => id)).size,
      chargedUs: standIn.charged,
      countedUs: charged,
      faults: Object.fromEntries(standIn.faults.struck),
      ms: performance.now() - began,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function start(task: unknown): ChildProcess {
  const program = join(import.meta.dirname, "submitting-client.ts");
  const args = ["--conditions=entente", program, JSON.stringify(task)];
  return spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
}
