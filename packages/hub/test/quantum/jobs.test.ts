import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { bqmFromTerms, dimodBqmFormat } from "@entente/quantum";
import { frustrated, type View, withHub } from "./jobs-hub.ts";
import { StandInLeap } from "./stand-in-leap.ts";

test("a job without Leap runs here, is kept with its answer, and says where it came from", () =>
  withHub({}, async (call) => {
    const { job, state } = await call<View>("quantum_job_submit", { terms: frustrated, seconds: 0.5 });
    assert.equal(state, "queued");
    const ended = await call<View>("quantum_job_get", { job, waitMs: 20_000 });
    assert.deepEqual([ended.state, ended.place, ended.answer?.energy], ["completed", "local", -1]);
    assert.equal(ended.answer?.provenance.kind, "classical");
    assert.match(ended.notes[0]?.text ?? "", /^started at local: class normal; its owner's use/);
  }));

test("a job for a QPU that nobody configured goes on here and tells why", () =>
  withHub({}, async (call) => {
    const { job } = await call<View>("quantum_job_submit", { terms: frustrated, where: "qpu", seconds: 0.5 });
    const ended = await call<View>("quantum_job_get", { job, waitMs: 20_000 });
    assert.deepEqual([ended.state, ended.place], ["completed", "local"]);
    const detours = JSON.stringify(ended.answer?.provenance.detours);
    assert.match(detours, /"from":"qpu","to":"hybrid","because":"LEAP_TOKEN_MISSING.*"from":"hybrid","to":"local"/);
    const strict = await call<View>("quantum_job_submit", { terms: frustrated, where: "qpu", fallback: false });
    const failed = await call<View>("quantum_job_get", { job: strict.job, waitMs: 20_000 });
    assert.deepEqual([failed.state, failed.error?.code], ["failed", "LEAP_TOKEN_MISSING"]);
  }));

test("solvers of the Leap account are listed beside the hub's own, with their kind, size and status", async () => {
  await using leap = await StandInLeap.start();
  await withHub(leap.settings, async (call) => {
    const { solvers, leap: why } = await call<{
      solvers: { name: string; where: string; kind: string; maxVariables: number; status: string | null }[];
      leap: null;
    }>("quantum_solvers");
    assert.equal(why, null);
    assert.ok(solvers.some(({ name, where, status }) => name === "tabu" && where === "hub" && status === null));
    const remote = solvers.filter(({ where }) => where === "leap");
    assert.ok(remote.some(({ kind, maxVariables, status }) => kind === "quantum" && maxVariables === 128 && status === "ONLINE"));
    assert.ok(remote.some(({ kind }) => kind === "hybrid"));
  });
});

test("a job on a QPU comes back with quantum provenance, timing and chain breaks, and spends what Leap charged", async () => {
  await using leap = await StandInLeap.start();
  await withHub(leap.settings, async (call) => {
    await call("quantum_budget_set", { period: "day", limitUs: 1_000_000 });
    const { job } = await call<View>("quantum_job_submit", { terms: frustrated, where: "qpu", reads: 50, fallback: false });
    const ended = await call<View>("quantum_job_get", { job, waitMs: 30_000 });
    assert.equal(ended.error, null);
    const { charged, jobs } = await leap.control("log");
    assert.deepEqual([ended.state, ended.answer?.energy, jobs], ["completed", -1, 1]);
    const { kind, qpuAccessUs, chains, timing, solver } = ended.answer?.provenance ?? {};
    assert.equal(kind, "quantum");
    assert.match(String(solver), /^StandIn_chimera4/);
    assert.equal(qpuAccessUs, charged);
    assert.ok(Number((chains as { qubits: number }).qubits) >= 4, "a triangle needs a chain on Chimera");
    assert.ok((timing as { qpu_access_time: number }).qpu_access_time > 0);
    assert.deepEqual(ended.qpu, { us: charged, state: "spent" });
    const { budgets } = await call<{ budgets: { leftUs: number; heldUs: number }[] }>("quantum_budget_get");
    assert.deepEqual([budgets[0]?.leftUs, budgets[0]?.heldUs], [1_000_000 - charged, 0]);
  });
});

test("a hybrid job uploads the model and comes back as hybrid, with its own labels", async () => {
  await using leap = await StandInLeap.start();
  await withHub(leap.settings, async (call) => {
    const terms = {
      vartype: "BINARY",
      linear: [
        ["x", -1],
        [7, 2],
      ],
      quadratic: [["x", 7, -3]],
    };
    const { job } = await call<View>("quantum_job_submit", { terms, where: "hybrid", fallback: false });
    const ended = await call<View>("quantum_job_get", { job, waitMs: 30_000 });
    assert.equal(ended.error, null);
    assert.deepEqual([ended.answer?.energy, ended.answer?.sample], [-2, { x: 1, 7: 1 }]);
    assert.equal(ended.answer?.provenance.kind, "hybrid");
    assert.equal(ended.qpu?.us, (await leap.control("log")).charged);
  });
});

test("small jobs that come together share one flight, and its time is split by their reads to the microsecond", async () => {
  await using leap = await StandInLeap.start();
  await withHub(leap.settings, async (call) => {
    const submitted = await Promise.all(
      [10, 20, 30, 40].map((reads) =>
        call<View>("quantum_job_submit", { terms: frustrated, where: "qpu", reads, fallback: false }),
      ),
    );
    const ended = await Promise.all(submitted.map(({ job }) => call<View>("quantum_job_get", { job, waitMs: 30_000 })));
    assert.deepEqual(
      ended.map(({ state, answer }) => [state, answer?.energy]),
      ended.map(() => ["completed", -1]),
    );
    const { charged, jobs } = await leap.control("log");
    assert.ok(jobs < 4, `${jobs} submissions for four jobs`);
    assert.equal(
      ended.reduce((sum, { qpu }) => sum + (qpu?.us ?? 0), 0),
      charged,
    );
  });
});

test("a client without a budget may not use a QPU, one with a budget may until it is used up, and the operator sets it", async () => {
  await using leap = await StandInLeap.start();
  await withHub(leap.settings, async (call, { hub }) => {
    const ada = { principal: { id: "client:ada", kind: "client" as const } };
    const submit = async (input: object): Promise<View> => {
      const { job } = await hub.dispatcher.call("quantum_job_submit", { terms: frustrated, fallback: false, ...input }, ada);
      return (await hub.dispatcher.call("quantum_job_get", { job, waitMs: 30_000 }, ada)) as unknown as View; // why: the tool's own output
    };
    assert.equal((await submit({ where: "qpu" })).error?.code, "QPU_BUDGET_NONE");
    await assert.rejects(hub.dispatcher.call("quantum_budget_set", { scope: "client:ada", period: "day", limitUs: 1e9 }, ada), {
      code: "BUDGET_OPERATOR_ONLY",
    });
    await call("quantum_budget_set", { scope: "client:ada", period: "day", limitUs: 40_000 });
    assert.equal((await submit({ where: "auto", reads: 10 })).answer?.provenance.kind, "quantum");
    const over = await submit({ where: "qpu", reads: 1000 });
    assert.deepEqual([over.error?.code, over.qpu], ["QPU_BUDGET_EXCEEDED", null]);
    const elsewhere = await submit({ where: "qpu", reads: 1000, fallback: true, seconds: 0.3 });
    assert.deepEqual([elsewhere.state, elsewhere.place], ["completed", "local"]);
    await assert.rejects(
      hub.dispatcher.call("quantum_job_get", { job: over.job }, { principal: { id: "client:bob", kind: "client" } }),
      { code: "NOT_FOUND" },
    );
  });
});

test("a model that does not fit on the chip goes on at a hybrid solver", async () => {
  await using leap = await StandInLeap.start();
  await withHub(leap.settings, async (call) => {
    const quadratic = Array.from({ length: 40 }, (_, i) => Array.from({ length: i }, (_, j) => [i, j, (i * j) % 3 || -1])).flat();
    const { job } = await call<View>("quantum_job_submit", { terms: { vartype: "SPIN", quadratic }, where: "qpu" });
    const ended = await call<View>("quantum_job_get", { job, waitMs: 60_000 });
    assert.deepEqual([ended.state, ended.place], ["completed", "hybrid"]);
    assert.match(JSON.stringify(ended.answer?.provenance.detours), /JOB_NOT_EMBEDDABLE/);
  });
});

test("a solver that fails after it took the job frees what was held, and the job goes on", async () => {
  await using leap = await StandInLeap.start();
  await withHub(leap.settings, async (call) => {
    await leap.control("faults", { faults: [{ kind: "offline", method: "POST", path: "problems/$" }] });
    const { job } = await call<View>("quantum_job_submit", { terms: frustrated, where: "qpu" });
    const ended = await call<View>("quantum_job_get", { job, waitMs: 30_000 });
    assert.deepEqual([ended.state, ended.place, ended.answer?.energy], ["completed", "hybrid", -1]);
    assert.match(JSON.stringify(ended.notes), /LEAP_SOLVER_OFFLINE/);
    const { used } = await call<{ used: { day: { heldUs: number; spentUs: number } } }>("quantum_budget_get");
    assert.deepEqual(used.day, { heldUs: 0, spentUs: (await leap.control("log")).charged });
  });
});

test("a job whose answer is of no use goes on elsewhere, and what it took is spent", async () => {
  await using leap = await StandInLeap.start();
  await withHub(leap.settings, async (call) => {
    // So weak a chain is broken in every sample of a triangle.
    const weak = { terms: frustrated, where: "qpu", reads: 5, chainStrength: 0.001, chainBreaks: "discard" };
    const jobs = await Promise.all([true, false].map((fallback) => call<View>("quantum_job_submit", { ...weak, fallback })));
    const ended = await Promise.all(jobs.map(({ job }) => call<View>("quantum_job_get", { job, waitMs: 30_000 })));
    assert.deepEqual(
      ended.map(({ state, place, error }) => [state, place, error?.code]),
      [
        ["completed", "hybrid", undefined],
        ["failed", "qpu", "JOB_CHAINS_BROKEN"],
      ],
    );
    assert.match(JSON.stringify(ended[0]?.answer?.provenance.detours), /JOB_CHAINS_BROKEN/);
    const { charged } = await leap.control("log");
    const { used } = await call<{ used: { day: object } }>("quantum_budget_get");
    assert.deepEqual(used.day, { heldUs: 0, spentUs: charged });
  });
});

test("a job takes a dimod file and a kept model as it takes terms; one with constraints goes on from a QPU to a hybrid solver", async () => {
  await using leap = await StandInLeap.start();
  await withHub(leap.settings, async (call) => {
    const model = bqmFromTerms({ vartype: "SPIN", linear: [["a", 1]], quadratic: [["a", "b", 1]] });
    const file = Buffer.from(dimodBqmFormat.bytes(model)).toString("base64");
    const { id: kept } = await call<{ id: string }>("quantum_model_create", { file });
    const constrained = {
      variables: [{ label: "n", kind: "integer", upper: 5 }],
      objective: { linear: [["n", -1]] },
      constraints: [{ label: "few", linear: [["n", 1]], sense: "<=", right: 3 }],
    };
    const submitted = [{ file }, { model: kept }, { cqm: constrained }].map((problem) =>
      call<View>("quantum_job_submit", { ...problem, where: "qpu", reads: 20 }),
    );
    const ended = await Promise.all(
      (await Promise.all(submitted)).map(({ job }) => call<View>("quantum_job_get", { job, waitMs: 30_000 })),
    );
    assert.deepEqual(
      ended.map(({ state, place, answer }) => [state, place, answer?.energy]),
      [
        ["completed", "qpu", -2],
        ["completed", "qpu", -2],
        ["completed", "hybrid", -3],
      ],
    );
    assert.match(JSON.stringify(ended[2]?.answer?.provenance.detours), /CONSTRAINTS_UNFIT/);
  });
});

test("jobs that wait or run are cancelled by their owner, here and at Leap", async () => {
  await using leap = await StandInLeap.start({ runMs: 60_000 });
  await withHub({ ...leap.settings, "quantum.localJobs": "1" }, async (call) => {
    const ring = { vartype: "SPIN", quadratic: Array.from({ length: 500 }, (_, i) => [i, (i + 1) % 500, i % 2 ? 1 : -1]) };
    const long = { terms: ring, where: "local", seconds: 600, solver: "simulated-annealing" };
    const [first, second] = [await call<View>("quantum_job_submit", long), await call<View>("quantum_job_submit", long)];
    const flying = await call<View>("quantum_job_submit", { terms: frustrated, where: "qpu" });
    while ((await leap.control("log")).jobs === 0) await new Promise((done) => setTimeout(done, 50));
    assert.equal((await call<View>("quantum_job_cancel", { job: second.job })).state, "cancelled");
    await call("quantum_job_cancel", { job: first.job });
    await call("quantum_job_cancel", { job: flying.job });
    const ended = await Promise.all([first, flying].map(({ job }) => call<View>("quantum_job_get", { job, waitMs: 30_000 })));
    assert.deepEqual(
      ended.map(({ state }) => state),
      ["cancelled", "cancelled"],
    );
    assert.deepEqual(ended[1]?.qpu, { us: 0, state: "freed" });
  });
});

test("a job is cancelled while a place on the chip is searched for it, and nothing of it is sent or held", async () => {
  await using leap = await StandInLeap.start();
  await withHub(leap.settings, async (call, { hub }) => {
    // More than the chip can hold, which takes a search seconds to find out.
    const quadratic = Array.from({ length: 60 }, (_, i) => Array.from({ length: i }, (_, j) => [i, j, 1])).flat();
    const { job } = await call<View>("quantum_job_submit", { terms: { vartype: "SPIN", quadratic }, where: "qpu" });
    while ((await call<View>("quantum_job_get", { job })).state === "queued") await sleep(20);
    await call("quantum_job_cancel", { job });
    const ended = await call<View>("quantum_job_get", { job, waitMs: 30_000 });
    assert.deepEqual([ended.state, ended.place, ended.qpu], ["cancelled", "qpu", null]);
    const flights = await hub.store.db.selectFrom("quantum_flights").selectAll().execute();
    assert.deepEqual([flights, (await leap.control("log")).jobs], [[], 0]);
  });
});

test("jobs that this hub cannot read keep no other job waiting", () =>
  withHub({ "quantum.localJobs": "1" }, async (call, { hub }) => {
    const { job: first } = await call<View>("quantum_job_submit", { terms: frustrated, where: "local", seconds: 0.1 });
    await call<View>("quantum_job_get", { job: first, waitMs: 20_000 });
    const row = await hub.store.db.selectFrom("quantum_jobs").selectAll().where("id", "=", first).executeTakeFirstOrThrow();
    const { hub: hubId } = await hub.store.db.selectFrom("quantum_runners").select("hub").executeTakeFirstOrThrow();
    const queued = { ...row, state: "queued", submitted_at: 1, ended_at: null, hub: null };
    await hub.store.db
      .insertInto("quantum_jobs")
      .values([
        { ...queued, id: "job_newer", priority: "tomorrow" },
        { ...queued, id: "job_broken", order_json: "{" },
        { ...queued, id: "job_begun", order_json: "{", state: "running", hub: hubId },
      ])
      .execute();
    const { job } = await call<View>("quantum_job_submit", { terms: frustrated, where: "local", seconds: 0.1 });
    assert.equal((await call<View>("quantum_job_get", { job, waitMs: 20_000 })).state, "completed");
  }));

test("flights of which Leap tells nothing for now take no slots: jobs that may go on elsewhere do, and the flights are followed", async () => {
  await using leap = await StandInLeap.start({ runMs: 2000 });
  await withHub({ ...leap.settings, "quantum.remoteJobs": "1" }, async (call) => {
    const first = await call<View>("quantum_job_submit", { terms: frustrated, where: "qpu", fallback: false });
    while ((await leap.control("log")).jobs === 0) await sleep(20);
    await leap.control("faults", { faults: [{ kind: "status", status: 401, times: 0 }] });
    const second = await call<View>("quantum_job_submit", { terms: frustrated, where: "qpu", seconds: 0.2 });
    const ended = await call<View>("quantum_job_get", { job: second.job, waitMs: 60_000 });
    assert.deepEqual([ended.state, ended.place], ["completed", "local"]);
    assert.match(JSON.stringify(ended.answer?.provenance.detours), /LEAP_AUTH_REFUSED/);
    assert.equal((await call<View>("quantum_job_get", { job: first.job })).state, "running");
    await leap.control("faults", { faults: [] });
    const followed = await call<View>("quantum_job_get", { job: first.job, waitMs: 60_000 });
    assert.deepEqual([followed.state, followed.place, followed.error], ["completed", "qpu", null]);
    const { charged, jobs } = await leap.control("log");
    assert.deepEqual([followed.qpu?.us, jobs], [charged, 1]);
  });
});

test("the Leap token appears in no job, event or error", async () => {
  await using leap = await StandInLeap.start();
  await withHub(leap.settings, async (call, { hub }) => {
    await leap.control("faults", { faults: [{ kind: "status", status: 401, times: 0 }] });
    const { job } = await call<View>("quantum_job_submit", { terms: frustrated, where: "qpu", fallback: false });
    const ended = await call<View>("quantum_job_get", { job, waitMs: 30_000 });
    assert.equal(ended.error?.code, "LEAP_AUTH_REFUSED");
    const events = await hub.store.events.read({ limit: 1000 });
    assert.ok(!JSON.stringify([ended, events]).includes(leap.token));
  });
});

test("an endpoint on a private address is not called unless it is allowed", async () => {
  await using leap = await StandInLeap.start();
  await withHub({ ...leap.settings, "net.allowPrivate": "192.0.2.1:80" }, async (call) => {
    const { job } = await call<View>("quantum_job_submit", { terms: frustrated, where: "qpu", fallback: false });
    const ended = await call<View>("quantum_job_get", { job, waitMs: 30_000 });
    assert.equal(ended.error?.code, "ADDRESS_FORBIDDEN");
    assert.equal((await leap.control("log")).log.length, 0);
  });
});

test("an estimate needs no Leap when the solver's properties are given, and no fault is hidden", () =>
  withHub({}, async (call) => {
    const properties = {
      minimum_time_limit: [
        [1, 3],
        [1024, 3],
      ],
      quota_conversion_rate: 20,
    };
    const found = await call<{ us: number; leastSeconds: number }>("quantum_estimate", {
      kind: "hybrid",
      properties,
      variables: 10,
    });
    assert.deepEqual([found.us, found.leastSeconds], [150_000, 3]);
    await assert.rejects(call("quantum_estimate", { properties, qubits: 5 }), /LEAP_TIMING_UNKNOWN/);
    await assert.rejects(call("quantum_estimate", { qubits: 5 }), /LEAP_TOKEN_MISSING/);
  }));
