// A client that can be killed: submits `jobs` jobs with keys job-0, job-1, ... over a file journal, every tenth with an upload for a
// hybrid solver, the others for the QPU; at the end it prints how many were answered and the QPU time they were charged. Started again on the same journal it goes on. `node submitting-client.ts '{"endpoint","token","journal","jobs"}'`.
import { FileJournal, leapSettings, openLeap, qpuTimeUsed } from "../../src/index.ts";
import { tinyBqmFile } from "./model-files.ts";

interface Task {
  readonly endpoint: string;
  readonly token: string;
  readonly journal: string;
  readonly jobs: number;
  readonly settleMs: number;
}

const { endpoint, token, journal: path, jobs, settleMs }: Task = JSON.parse(process.argv[2] ?? "{}");
await using journal = await FileJournal.open(path);
await using client = await openLeap(leapSettings({ endpoint, token }), {
  journal,
  // Waits of the upload are in seconds; here nobody has that time.
  clock: { now: Date.now, sleep: (ms) => new Promise((done) => setTimeout(done, Math.min(ms, 100))) },
  upload: { partBytes: 64, tries: 20 },
  retry: { retries: 10, factorMs: 5, mostMs: 200 },
  submission: { settleMs, tries: 50 },
  polling: { waitS: 2, mostBackOffMs: 200 },
});
const solver = await client.solver({ category: "qpu" });
const hybrid = await client.solver({ problemTypes: ["bqm"] });
const { file } = tinyBqmFile();
// Not all at once: as work comes in, so that a kill finds jobs in every state.
const results: Promise<unknown>[] = [];
for (let i = 0; i < jobs; i++) {
  const problem = { linear: [[i % 4, (i % 7) - 3]] as const, quadratic: [[i % 4, 4, i % 2 === 0 ? 1 : -1]] as const };
  const key = `job-${i}`;
  const job =
    i % 10 === 5
      ? await client.submitHybrid({ solver: hybrid, type: "bqm", file, key, params: { time_limit: 3 } })
      : await client.submit({ solver, type: "ising", problem, params: { num_reads: 1 + (i % 5) }, key });
  results.push(job.result);
  if (i % 10 === 9) await new Promise((resolve) => setTimeout(resolve, 3));
}
// A job may fail, because its solver is offline; it is not lost, for its end is known.
const ends = await Promise.allSettled(results);
const answered = ends.filter(({ status }) => status === "fulfilled").length;
console.log(JSON.stringify({ answered, charged: qpuTimeUsed(await journal.entries()) }));
