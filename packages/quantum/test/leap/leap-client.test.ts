import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  bqmFromTerms,
  encodeQp,
  energyOf,
  FileJournal,
  jobRecords,
  type LeapParts,
  type LeapSolver,
  leapSettings,
  MemoryJournal,
  openLeap,
  QuantumError,
  type QubitProblem,
  qpuTimeUsed,
  sampleAt,
  workingGraph,
} from "../../src/index.ts";
import { parseSolver } from "../../src/leap/solver.ts";
import { tinyBqmFile } from "./model-files.ts";
import { StandIn, type StandInOptions } from "./stand-in.ts";
import type { Fault } from "./stand-in-faults.ts";
import { standInSolvers } from "./stand-in-solvers.ts";

const quick: LeapParts = {
  retry: { retries: 4, factorMs: 1, mostMs: 20 },
  submission: { settleMs: 150 },
  polling: { waitS: 2, mostBackOffMs: 50 },
};

// A stand-in and a client of it.
async function leap(options: StandInOptions = {}, parts: LeapParts = {}) {
  const standIn = await StandIn.start(options);
  const client = await openLeap(leapSettings({ endpoint: standIn.endpoint, token: standIn.token }), { ...quick, ...parts });
  const qpu = await client.solver({ category: "qpu" });
  return {
    standIn,
    client,
    qpu,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await standIn[Symbol.asyncDispose]();
    },
  };
}

const problem: QubitProblem = {
  linear: [
    [0, 0.5],
    [1, -1],
  ],
  quadratic: [
    [0, 4, -1],
    [1, 4, 0.5],
  ],
  offset: 2,
};
const model = bqmFromTerms({ vartype: "SPIN", linear: problem.linear, quadratic: problem.quadratic, offset: 2 });

const job = (solver: LeapSolver, key?: string) => ({
  solver,
  type: "ising" as const,
  problem,
  params: { num_reads: 5 },
  ...(key === undefined ? {} : { key }),
});

const code = (wanted: string) => (error: unknown) => error instanceof QuantumError && error.code === wanted;

test("an Ising problem comes back with samples whose energies are the model's, offset included, and with its timing", async () => {
  await using at = await leap();
  const { result } = await at.client.submit(job(at.qpu));
  const { answer, timing, solver } = await result;
  assert.equal(answer.format, "qp");
  assert.ok(answer.format === "qp");
  assert.deepEqual(answer.samples.labels, [0, 1, 4]);
  for (let r = 0; r < answer.samples.count; r++)
    assert.ok(Math.abs(answer.samples.energies[r]! - energyOf(model, sampleAt(answer.samples, r))) < 1e-12);
  assert.equal(answer.samples.energies[0], energyOf(model, [-1, 1, -1]));
  assert.equal(timing.qpu_access_time, at.standIn.charged);
  assert.equal(solver, "StandIn_chimera4;graph_id=c4b1e2d3f4");
});

test("a QUBO problem comes back in 0 and 1", async () => {
  await using at = await leap();
  const { result } = await at.client.submit({ ...job(at.qpu), type: "qubo" });
  const { answer } = await result;
  assert.ok(answer.format === "qp");
  assert.equal(answer.samples.vartype, "BINARY");
  const same = bqmFromTerms({ vartype: "BINARY", linear: problem.linear, quadratic: problem.quadratic, offset: 2 });
  assert.equal(answer.samples.energies[0], energyOf(same, sampleAt(answer.samples, 0)));
});

test("45 jobs added at once go out in three requests and are polled in groups", async () => {
  await using at = await leap();
  const jobs = await Promise.all(Array.from({ length: 45 }, () => at.client.submit(job(at.qpu))));
  await Promise.all(jobs.map(({ result }) => result));
  const posts = at.standIn.log.filter(({ method }) => method === "POST");
  assert.deepEqual(
    posts.map(({ body }) => (Array.isArray(body) ? body.length : 0)).sort((a, b) => b - a),
    [20, 20, 5],
  );
  const polls = at.standIn.log.filter(({ query }) => query.id !== undefined);
  assert.ok(polls.every(({ query }) => query.id!.split(",").length <= 100 && query.timeout === "2"));
  // How many polls it takes is the server's affair: it answers as soon as one of a group is over.
  assert.ok(polls.some(({ query }) => query.id!.split(",").length >= 5));
});

test("bodies are deflated unless told otherwise", async () => {
  for (const compress of [true, false]) {
    await using at = await leap({}, { submission: { ...quick.submission, compress } });
    await (await at.client.submit(job(at.qpu))).result;
    const post = at.standIn.log.find(({ method }) => method === "POST");
    assert.equal(post?.headers["content-encoding"], compress ? "deflate" : undefined);
    assert.ok(Array.isArray(post?.body));
  }
});

test("solver definitions are asked for once while fresh, and with their ETag after that", async () => {
  let now = 1e12;
  const clock = { now: () => now, sleep: async () => undefined };
  await using at = await leap({ cacheControl: "max-age=60" }, { clock });
  await at.client.solvers();
  assert.equal(at.standIn.log.length, 2);
  now += 61_000;
  const [qpu] = await at.client.solvers({ category: "qpu" });
  assert.equal(at.standIn.log.length, 4);
  assert.ok(at.standIn.log.slice(2).every(({ headers }) => headers["if-none-match"] !== undefined));
  assert.deepEqual(qpu, at.qpu);
});

test("a solver that is not there is refused with what the account offers", async () => {
  await using at = await leap();
  await assert.rejects(at.client.solver({ category: "qpu", minQubits: 5000 }), code("LEAP_SOLVER_NOT_FOUND"));
});

test("regions come from the metadata API, without the token", async () => {
  await using at = await leap();
  const settings = leapSettings({
    token: at.standIn.token,
    region: "eu-central-1",
    metadataEndpoint: `${at.standIn.origin}/metadata/v1/`,
  });
  await using client = await openLeap(settings, quick);
  assert.equal((await client.solvers()).length, 4);
  const asked = at.standIn.log.find(({ path }) => path === "/metadata/v1/regions/");
  assert.equal(asked?.headers.accept, "application/vnd.dwave.metadata.regions+json; version=1.0");
  assert.equal(asked?.headers["x-auth-token"], undefined);
  await assert.rejects(openLeap({ ...settings, region: "mars-1" }, quick), code("LEAP_REGION_UNKNOWN"));
});

test("a wrong token is told as such and appears in no message", async () => {
  await using standIn = await StandIn.start();
  await using client = await openLeap(leapSettings({ endpoint: standIn.endpoint, token: "wrong-token" }), quick);
  await assert.rejects(client.solvers(), (error) => code("LEAP_AUTH_REFUSED")(error) && !String(error).includes("wrong-token"));
});

test("deprecations in headers are reported", async () => {
  const seen: string[] = [];
  const deprecation = '"old-1"; context=solver; message="goes away"; sunset=@1893456000';
  await using at = await leap({ deprecation }, { onDeprecation: ({ id, context }) => seen.push(`${id} ${context}`) });
  assert.ok(at.qpu.problemTypes.includes("ising"));
  assert.equal(seen[0], "old-1 solver");
});

test("parameters that the solver does not list, and values out of its ranges, never leave", async () => {
  await using at = await leap();
  await assert.rejects(at.client.submit({ ...job(at.qpu), params: { reads: 5 } }), code("LEAP_PARAMETER_UNKNOWN"));
  await assert.rejects(at.client.submit({ ...job(at.qpu), params: { num_reads: 0 } }), code("LEAP_PROBLEM_INVALID"));
  await assert.rejects(
    at.client.submit({ ...job(at.qpu), problem: { linear: [[5, 1]], quadratic: [] } }),
    code("LEAP_PROBLEM_INVALID"),
  );
  await assert.rejects(
    at.client.submit({ ...job(at.qpu), problem: { linear: [], quadratic: [[0, 1, 1]] } }),
    code("LEAP_PROBLEM_INVALID"),
  );
  assert.ok(at.standIn.log.every(({ method }) => method === "GET"));
});

test("a job is cancelled before its id is known: nothing is sent, or the cancel follows the id", async () => {
  await using at = await leap({ runMs: 300 });
  const early = await at.client.submit(job(at.qpu));
  await early.cancel();
  await assert.rejects(early.result, code("LEAP_JOB_CANCELLED"));
  assert.equal(at.standIn.jobs.accepted.length, 0);

  at.standIn.faults.set([{ kind: "slow", method: "POST", ms: 100 }]);
  const late = await at.client.submit(job(at.qpu));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await late.cancel();
  await assert.rejects(late.result, code("LEAP_JOB_CANCELLED"));
  assert.equal(at.standIn.jobs.accepted[0]?.status, "CANCELLED");
});

test("a job is cancelled after its id is known", async () => {
  await using at = await leap({ runMs: 300 });
  const one = await at.client.submit(job(at.qpu));
  const id = await one.submitted;
  await one.cancel();
  await assert.rejects(one.result, code("LEAP_JOB_CANCELLED"));
  assert.deepEqual(at.standIn.log.find(({ method }) => method === "DELETE")?.body, [id]);
});

const faults: Readonly<Record<string, readonly Fault[]>> = {
  "429 with Retry-After": [{ kind: "status", method: "POST", status: 429, retryAfterS: 0 }],
  "429 on a poll": [{ kind: "status", method: "GET", path: "problems/$", status: 429, retryAfterS: 0, times: 3 }],
  "500 before acceptance": [{ kind: "status", method: "POST", status: 500, times: 2 }],
  "503 after acceptance": [{ kind: "status", method: "POST", status: 503, after: true, times: 2 }],
  "a connection dropped before acceptance": [{ kind: "drop", method: "POST" }],
  "a connection dropped after acceptance": [{ kind: "drop", method: "POST", after: true }],
  "an answer in an unknown version to the submission": [{ kind: "version", method: "POST" }],
  "nulls instead of statuses": [{ kind: "null", method: "POST" }],
  "a slow poll": [{ kind: "slow", method: "GET", path: "problems/$", ms: 300 }],
  "5xx on polls": [{ kind: "status", method: "GET", path: "problems/$", status: 502, times: 12 }],
  "polls cut off": [{ kind: "drop", method: "GET", path: "problems/$", times: 12 }],
  "a null answer": [{ kind: "null", method: "GET", path: "problems/.+" }],
};

for (const [name, set] of Object.entries(faults)) {
  test(`after ${name} every job is finished, accepted once and charged once`, async () => {
    const journal = new MemoryJournal();
    await using at = await leap({}, { journal });
    at.standIn.faults.set(set);
    const jobs = await Promise.all(Array.from({ length: 25 }, () => at.client.submit(job(at.qpu))));
    const results = await Promise.all(jobs.map(({ result }) => result));
    assert.equal(new Set(results.map(({ id }) => id)).size, 25);
    assert.equal(at.standIn.jobs.accepted.length, 25);
    assert.deepEqual(at.standIn.submittedTwice, []);
    assert.equal(qpuTimeUsed(await journal.entries()), at.standIn.charged);
    assert.ok(at.standIn.faults.struck.size > 0);
  });
}

test("an answer in an unknown version is a bad response", async () => {
  await using at = await leap();
  at.standIn.faults.set([{ kind: "version", method: "GET", path: "problems/.+", times: 0 }]);
  const one = await at.client.submit(job(at.qpu));
  await assert.rejects(one.result, code("LEAP_BAD_RESPONSE"));
});

test("a job that Leap knows no more is not polled for ever", async () => {
  const clock = { now: Date.now, sleep: (ms: number) => new Promise<void>((done) => setTimeout(done, Math.min(ms, 5))) };
  await using at = await leap({}, { clock });
  at.standIn.jobs.get = () => undefined;
  const one = await at.client.submit(job(at.qpu));
  await assert.rejects(one.result, code("LEAP_NOT_FOUND"));
});

test("a server that never answers is a timeout, and what it was asked is tried again", async () => {
  await using at = await leap({}, { timeoutMs: 60, retry: { retries: 2, factorMs: 1, mostMs: 1 } });
  at.standIn.faults.set([{ kind: "slow", ms: 300, times: 2 }]);
  assert.deepEqual(await at.client.problems(), []);
  at.standIn.faults.set([{ kind: "slow", ms: 300, times: 0 }]);
  await assert.rejects(at.client.problems(), code("LEAP_TIMEOUT"));
});

test("a redirect is not followed, so that the token stays with its host", async () => {
  await using at = await leap();
  at.standIn.faults.set([{ kind: "status", status: 307, times: 0 }]);
  await assert.rejects(at.client.problems(), code("LEAP_BAD_RESPONSE"));
});

test("a solver that is offline and a job that fails have their own codes", async () => {
  await using at = await leap();
  at.standIn.faults.set([{ kind: "offline", method: "POST" }]);
  await assert.rejects((await at.client.submit(job(at.qpu))).result, code("LEAP_SOLVER_OFFLINE"));
  const bqm = await at.client.solver({ problemTypes: ["bqm"] });
  const broken = await at.client.submitHybrid({ solver: bqm, type: "bqm", file: new TextEncoder().encode("no model") });
  await assert.rejects(broken.result, code("LEAP_JOB_FAILED"));
});

test("one bad job of a batch is refused alone", async () => {
  await using at = await leap();
  const bqm = await at.client.solver({ problemTypes: ["bqm"] });
  const [good, bad] = await Promise.all([
    at.client.submit(job(at.qpu)),
    at.client.submitHybrid({ solver: bqm, type: "bqm", file: { upload: "unknown" } }),
  ]);
  await assert.rejects(bad.result, code("LEAP_JOB_REFUSED"));
  assert.equal((await good.result).type, "ising");
});

test("a job that cannot be looked up is given up as unreconciled, not sent again", async () => {
  await using at = await leap({}, { submission: { settleMs: 50, reconcileMs: 200 } });
  at.standIn.faults.set([
    { kind: "drop", method: "POST", after: true },
    { kind: "status", method: "GET", path: "problems/", status: 500, times: 0 },
  ]);
  await assert.rejects((await at.client.submit(job(at.qpu))).result, code("LEAP_JOB_UNRECONCILED"));
  assert.equal(at.standIn.jobs.accepted.length, 1);
});

test("a key given again is the same job; for another problem it is refused", async () => {
  const journal = new MemoryJournal();
  await using at = await leap({}, { journal });
  const [first, again] = await Promise.all([at.client.submit(job(at.qpu, "a")), at.client.submit(job(at.qpu, "a"))]);
  const done = await first.result;
  assert.equal((await again.result).id, done.id);
  assert.deepEqual((await (await at.client.submit(job(at.qpu, "a"))).result).answer, done.answer);
  await assert.rejects(
    at.client.submit({ ...job(at.qpu, "a"), problem: { linear: [[0, 1]], quadratic: [] } }),
    code("LEAP_KEY_TAKEN"),
  );
  assert.equal(at.standIn.jobs.accepted.length, 1);
});

test("a client that closes before the answer leaves a journal from which another goes on", async () => {
  const folder = mkdtempSync(join(tmpdir(), "entente-leap-"));
  try {
    const path = join(folder, "jobs.jsonl");
    await using at = await leap({ runMs: 100 });
    const settings = leapSettings({ endpoint: at.standIn.endpoint, token: at.standIn.token });
    {
      await using journal = await FileJournal.open(path);
      await using client = await openLeap(settings, { ...quick, journal });
      const known = await client.submit(job(at.qpu, "known"));
      await known.submitted;
      at.standIn.faults.set([{ kind: "drop", method: "POST", after: true }]);
      await client.submit(job(at.qpu, "lost"));
      while (at.standIn.jobs.accepted.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
      await client[Symbol.asyncDispose]();
      await assert.rejects(known.result, code("LEAP_CLOSED"));
    }
    await using journal = await FileJournal.open(path);
    await using client = await openLeap(settings, { ...quick, journal });
    const resumed = await client.resume();
    assert.deepEqual(resumed.map(({ key }) => key).sort(), ["known", "lost"]);
    await Promise.all(resumed.map(({ result }) => result));
    assert.equal(at.standIn.jobs.accepted.length, 2);
    assert.equal(qpuTimeUsed(await journal.entries()), at.standIn.charged);
    assert.deepEqual(await client.resume(), []);
    assert.ok(!readFileSync(path, "utf8").includes(at.standIn.token));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a journal that cannot be read for a moment fails the calls of that moment, and no later ones", async () => {
  const kept = new MemoryJournal();
  let away = true;
  const journal = {
    append: (entries: Parameters<MemoryJournal["append"]>[0]) => kept.append(entries),
    entries: async () => {
      if (away) throw new Error("the store is away");
      return kept.entries();
    },
  };
  await using l = await leap({}, { journal });
  const job = { key: "k", solver: l.qpu, type: "ising", problem, params: { num_reads: 5 } } as const;
  await assert.rejects(l.client.submit(job), /the store is away/);
  await assert.rejects(l.client.resume(), /the store is away/);
  away = false;
  const { id } = await (await l.client.submit(job)).result;
  assert.equal(l.standIn.jobs.accepted.length, 1);
  assert.equal(jobRecords(await kept.entries()).get("k")?.finished?.id, id);
});

test("a cancel that a journal could not note is noted and sent when it is asked for again", async () => {
  const kept = new MemoryJournal();
  let strikes = 1;
  const journal = {
    entries: () => kept.entries(),
    append: async (entries: Parameters<MemoryJournal["append"]>[0]) => {
      if (entries.some(({ at }) => at === "cancelling") && strikes-- > 0) throw new Error("the store is away");
      await kept.append(entries);
    },
  };
  await using l = await leap({ runMs: 10_000 }, { journal });
  const job = await l.client.submit({ key: "k", solver: l.qpu, type: "ising", problem, params: { num_reads: 5 } });
  job.result.catch(() => undefined);
  await job.submitted;
  await assert.rejects(job.cancel(), /the store is away/);
  await job.cancel();
  await assert.rejects(job.result, { code: "LEAP_JOB_CANCELLED" });
  await job.cancel();
  assert.equal((await kept.entries()).filter(({ at }) => at === "cancelling").length, 1);
});

test("what another client began and was moved into the journal is taken up, and not sent again", async () => {
  const [journal, others] = [new MemoryJournal(), new MemoryJournal()];
  await using l = await leap({ runMs: 300 }, { journal });
  const job = { solver: l.qpu, type: "ising", problem, params: { num_reads: 5 } } as const;
  await (await l.client.submit({ ...job, key: "own" })).result;
  const other = await openLeap(leapSettings({ endpoint: l.standIn.endpoint, token: l.standIn.token }), {
    ...quick,
    journal: others,
  });
  await (await other.submit({ ...job, key: "moved" })).submitted;
  await other[Symbol.asyncDispose]();
  await journal.append(await others.entries());
  const [taken, ...more] = await l.client.resume();
  assert.deepEqual([taken?.key, more], ["moved", []]);
  const { id } = await l.client.submit({ ...job, key: "moved" }).then(({ result }) => result);
  assert.equal(id, (await taken?.result)?.id);
  assert.equal(l.standIn.jobs.accepted.length, 2);
});

test("an intent that never reached Leap is looked up first and then sent, and a cancelled one is not", async () => {
  const journal = new MemoryJournal();
  const spec = (key: string) => ({
    key,
    label: `entente ${key}`,
    solver: { name: "StandIn_chimera4", version: { graph_id: "c4b1e2d3f4" } },
    type: "ising",
    data: { ...encodeQp(problem, workingGraph(parseSolver(standInSolvers()[0], undefined, ""))) },
    params: { num_reads: 1 },
  });
  await journal.append([
    { at: "intended", key: "wanted", time: "2026-01-01T00:00:00.000Z", job: spec("wanted") },
    { at: "intended", key: "unwanted", time: "2026-01-01T00:00:00.000Z", job: spec("unwanted") },
    { at: "cancelling", key: "unwanted" },
  ]);
  await using at = await leap({}, { journal });
  const [wanted, unwanted] = await at.client.resume();
  await assert.rejects(unwanted!.result, code("LEAP_JOB_CANCELLED"));
  const { answer } = await wanted!.result;
  assert.ok(answer.format === "qp");
  assert.deepEqual(
    at.standIn.jobs.accepted.map(({ body }) => body.label),
    ["entente wanted"],
  );
  const asked = at.standIn.log.findIndex(({ query }) => query.label === "entente wanted");
  assert.ok(asked >= 0 && asked < at.standIn.log.findIndex(({ method }) => method === "POST"));
  assert.deepEqual(await at.client.resume(), []);
});

test("a job that comes while all polls wait for others is asked for together with them", async () => {
  await using at = await leap({ runMs: 1500 }, { polling: { waitS: 10, parallel: 1 } });
  const long = await at.client.submit(job(at.qpu));
  await long.submitted;
  await new Promise((resolve) => setTimeout(resolve, 100));
  const short = await at.client.submit(job(at.qpu));
  await short.submitted;
  await short.cancel();
  const first = await Promise.race([long.result.then(() => "long"), short.result.catch(() => "short")]);
  assert.equal(first, "short");
});

test("problems of the account are listed by label and status, newest first", async () => {
  await using at = await leap();
  const one = await at.client.submit({ ...job(at.qpu), label: "my problem" });
  await one.result;
  await (await at.client.submit(job(at.qpu))).result;
  assert.ok(one.label.startsWith("my problem "));
  const found = await at.client.problems({ label: one.label });
  assert.deepEqual(
    found.map(({ id }) => id),
    [await one.submitted],
  );
  assert.equal((await at.client.problems({ status: "COMPLETED", maxResults: 1 }))[0]?.id, at.standIn.jobs.accepted[1]?.id);
});

test("a hybrid BQM job uploads in parts, side by side, and brings a sample set", async () => {
  await using at = await leap({}, { upload: { partBytes: 64 } });
  const solver = await at.client.solver({ problemTypes: ["bqm"] });
  const { file, model: small } = tinyBqmFile();
  const { answer, timing } = await (await at.client.submitHybrid({ solver, type: "bqm", file, params: { time_limit: 3 } }))
    .result;
  assert.ok(answer.format === "bq");
  assert.deepEqual(answer.samples.labels, ["a", "b", "c"]);
  assert.equal(answer.samples.energies[0], energyOf(small, answer.samples.values.subarray(0, 3)));
  assert.equal(timing.qpu_access_time, at.standIn.charged);
  const parts = at.standIn.log.filter(({ method }) => method === "PUT").map(({ path }) => path.split("/").at(-1));
  assert.deepEqual(
    parts.sort(),
    Array.from({ length: Math.ceil(file.length / 64) }, (_, i) => String(i + 1)),
  );
});

const uploadFaults: Readonly<Record<string, readonly Fault[]>> = {
  "a part cut off in the middle": [{ kind: "truncate", method: "PUT" }],
  "a part kept wrong": [{ kind: "corrupt", method: "PUT" }],
  "503 for parts": [{ kind: "status", method: "PUT", status: 503, times: 2 }],
  "a lost answer to combine": [{ kind: "drop", path: "combine$", after: true }],
  "500 at the start": [{ kind: "status", method: "POST", path: "multipart$", status: 500 }],
};

for (const [name, set] of Object.entries(uploadFaults)) {
  test(`an upload survives ${name}`, async () => {
    const clock = { now: Date.now, sleep: (ms: number) => new Promise<void>((done) => setTimeout(done, Math.min(ms, 20))) };
    await using at = await leap({}, { clock, upload: { partBytes: 64 } });
    const solver = await at.client.solver({ problemTypes: ["bqm"] });
    at.standIn.faults.set(set);
    const { file } = tinyBqmFile();
    const { answer } = await (await at.client.submitHybrid({ solver, type: "bqm", file })).result;
    assert.equal(answer.format, "bq");
    assert.equal([...at.standIn.faults.struck.values()].length, 1);
  });
}

test("an upload that broke off goes on under the same key with the parts that are missing", async () => {
  const clock = { now: Date.now, sleep: async () => undefined };
  await using at = await leap({}, { clock, journal: new MemoryJournal(), upload: { partBytes: 64, parallel: 1 } });
  const solver = await at.client.solver({ problemTypes: ["bqm"] });
  const { file } = tinyBqmFile();
  at.standIn.faults.set([{ kind: "status", path: "part/2$", status: 500, times: 3 }]);
  await assert.rejects(at.client.submitHybrid({ solver, type: "bqm", file, key: "k" }), code("LEAP_UPLOAD_FAILED"));
  const before = at.standIn.log.filter(({ method }) => method === "PUT").length;
  const hybrid = await at.client.submitHybrid({ solver, type: "bqm", file, key: "k" });
  assert.equal((await hybrid.result).answer.format, "bq");
  const parts = at.standIn.log.filter(({ method }) => method === "PUT").map(({ path }) => path.split("/").at(-1));
  assert.ok(!parts.slice(before).includes("1"), "part 1 was there already");
  assert.equal(at.standIn.log.filter(({ path }) => path.endsWith("/multipart")).length, 1);
});

test("an answer that is only referred to is fetched", async () => {
  await using at = await leap();
  const solver = await at.client.solver({ problemTypes: ["nl"] });
  const file = new TextEncoder().encode("DWNL of some kind");
  const { answer, timing } = await (await at.client.submitHybrid({ solver, type: "nl", file })).result;
  assert.ok(answer.format === "binary-ref");
  assert.deepEqual(answer.bytes, file);
  assert.equal(timing.qpu_access_time, at.standIn.charged);
});
