/** Models with constraints at a hybrid solver of Leap. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cqmFrom, decodeBq } from "@entente/quantum";
import { constrainedAnswer } from "../../src/quantum/jobs/cqm-answer.ts";
import { readProblem } from "../../src/quantum/reading.ts";
import { type View, withHub } from "./jobs-hub.ts";
import { StandInLeap } from "./stand-in-leap.ts";

// Whole crates of two kinds on one cart, a lamp that may be left at home at a price, and one of two routes.
const cart = {
  variables: [
    { label: "small", kind: "integer", upper: 6 },
    { label: "large", kind: "integer", lower: 1, upper: 4 },
    { label: "lamp", kind: "binary" },
    { label: "road", kind: "binary" },
    { label: "river", kind: "binary" },
  ],
  objective: {
    linear: [
      ["small", -3],
      ["large", -7],
      ["lamp", 2],
      ["road", 1],
      ["river", 4],
    ],
    quadratic: [["river", "large", -1]],
  },
  constraints: [
    {
      label: "weight",
      linear: [
        ["small", 2],
        ["large", 5],
      ],
      sense: "<=",
      right: 14,
    },
    { label: "light", linear: [["lamp", 1]], sense: ">=", right: 1, soft: { weight: 1.5, penalty: "linear" } },
  ],
  discrete: [{ label: "route", variables: ["road", "river"] }],
};

interface Constrained extends View {
  readonly answer: NonNullable<View["answer"]> & {
    readonly kind: string;
    readonly feasible: boolean;
    readonly objective: number;
    readonly violations: readonly { constraint: string; soft: boolean; by: number }[];
    readonly energies: readonly number[];
    readonly constraints: number;
    readonly answer: Record<string, unknown> | null;
  };
}

test("a model with constraints at a hybrid solver comes back as one solved here does, judged here, with its provenance", async () => {
  await using leap = await StandInLeap.start();
  await withHub(leap.settings, async (call) => {
    const jobs = await Promise.all(
      ["hybrid", "local"].map((where) => call<View>("quantum_job_submit", { cqm: cart, where, fallback: false, seconds: 1 })),
    );
    const [far, here] = await Promise.all(jobs.map(({ job }) => call<Constrained>("quantum_job_get", { job, waitMs: 30_000 })));
    assert.ok(far && here);
    assert.deepEqual([far.error, far.state, far.place], [null, "completed", "hybrid"]);
    const { kind, energy, objective, feasible, violations, sample, constraints } = far.answer;
    assert.deepEqual(
      { kind, energy, objective, feasible, violations, sample, constraints },
      {
        kind: "cqm",
        energy: here.answer.energy,
        objective: here.answer.objective,
        feasible: true,
        violations: here.answer.violations,
        sample: here.answer.sample,
        constraints: 3,
      },
    );
    assert.deepEqual(violations, [{ constraint: "light", soft: true, by: 1 }]);
    assert.ok(far.answer.energies.length > 1, "others of the solver's samples are told too");
    const { provenance } = far.answer;
    assert.equal(provenance.kind, "hybrid");
    assert.match(String(provenance.solver), /standin_hybrid_cqm/);
    assert.ok(Number(provenance.feasibleSamples) >= 1);
    const { charged, jobs: sent, log } = await leap.control("log");
    assert.deepEqual([far.qpu, sent], [{ us: charged, state: "spent" }, 1]);
    const submission = log.find(({ method, path }) => method === "POST" && path.endsWith("/problems/"));
    assert.match(JSON.stringify(submission?.body), /"type":"cqm"/);
    assert.match(JSON.stringify(submission?.body), /"time_limit":5/);
  });
});

test("where no solver takes constraints, or the one there is fails, the job goes on here", async () => {
  await using leap = await StandInLeap.start();
  await withHub(leap.settings, async (call) => {
    await leap.control("faults", { faults: [{ kind: "offline", method: "POST", path: "problems/$" }] });
    const { job } = await call<View>("quantum_job_submit", { cqm: cart, where: "qpu", seconds: 0.5 });
    const ended = await call<Constrained>("quantum_job_get", { job, waitMs: 30_000 });
    assert.deepEqual([ended.state, ended.place, ended.answer.feasible], ["completed", "local", true]);
    const detours = JSON.stringify(ended.answer.provenance.detours);
    assert.match(
      detours,
      /"from":"qpu","to":"hybrid","because":"CONSTRAINTS_UNFIT.*"from":"hybrid","to":"local","because":"LEAP_SOLVER_OFFLINE/,
    );
    const strict = await call<View>("quantum_job_submit", { cqm: cart, where: "qpu", fallback: false });
    const failed = await call<View>("quantum_job_get", { job: strict.job, waitMs: 30_000 });
    assert.deepEqual([failed.state, failed.error?.code], ["failed", "CONSTRAINTS_UNFIT"]);
  });
});

test("what a hybrid run of a model with constraints would cost is told from its sizes", async () => {
  await using leap = await StandInLeap.start();
  await withHub(leap.settings, async (call) => {
    const told = await call<{ us: number; leastSeconds: number; solver: string }>("quantum_estimate", {
      kind: "hybrid",
      cqm: cart,
    });
    assert.deepEqual([told.us, told.leastSeconds, told.solver], [250_000, 5, "standin_hybrid_cqm"]);
  });
});

const model = cqmFrom({
  variables: [
    { label: "n", kind: "integer", upper: 5 },
    { label: "x", kind: "real", upper: 1 },
  ],
  objective: {
    linear: [
      ["n", -1],
      ["x", -1],
    ],
  },
  constraints: [{ label: "few", linear: [["n", 1]], sense: "<=", right: 3 }],
});

function samples(rows: readonly (readonly number[])[], labels: readonly string[] = ["x", "n"]) {
  const array = (data: readonly unknown[]) => ({
    type: "array",
    data,
    data_type: "float64",
    shape: [data.length],
    use_bytes: false,
  });
  return decodeBq({
    type: "SampleSet",
    version: { sampleset_schema: "3.2.0" },
    num_variables: labels.length,
    num_rows: rows.length,
    sample_data: array(rows),
    sample_type: "float64",
    sample_packed: false,
    // What the solver claims is not what counts.
    vectors: { energy: array(rows.map(() => -100)), is_feasible: array(rows.map(() => true)) },
    variable_labels: labels,
    variable_type: "INTEGER",
    info: {},
  });
}

test("whether samples keep the constraints, and what they are worth, is found here and not taken from the solver", () => {
  const rows = [
    [0.5, 5],
    [0.25, 2.9999999],
    [0.5, 2],
    [0.5, 9],
    [0.5, 2.5],
  ];
  const found = constrainedAnswer({ kind: "cqm", model }, samples(rows), { solver: "s" });
  assert.deepEqual([found.energy, found.feasible, found.sample], [-3.25, true, { n: 3, x: 0.25 }]);
  assert.deepEqual(found.energies, [-3.25, -2.5, -5.5]);
  const { samples: all, feasibleSamples } = found.provenance;
  assert.deepEqual([all, feasibleSamples], [3, 2]);
  const broken = constrainedAnswer({ kind: "cqm", model }, samples([rows[0]!, [1, 4]]), {});
  assert.deepEqual([broken.feasible, broken.sample], [false, { n: 4, x: 1 }]);
  assert.deepEqual(broken.violations, [{ constraint: "few", soft: false, by: 1 }]);
});

test("a problem that a builder made is answered in its own terms", async () => {
  const items = [
    { name: "tent", value: 9, weight: 5 },
    { name: "stove", value: 5, weight: 3 },
    { name: "lamp", value: 4, weight: 2 },
  ];
  const problem = await readProblem({ builder: "knapsack", input: { items, capacity: 7 } });
  assert.ok(problem.kind === "cqm");
  const labels = problem.model.variables.map(({ label }) => String(label));
  const packs = [
    [1, 1, 1],
    [1, 0, 1],
    [0, 1, 1],
  ];
  const found = constrainedAnswer(problem, samples(packs, labels), {});
  assert.deepEqual([found.feasible, found.energy, found.bits], [true, -13, "+-+"]);
  assert.match(JSON.stringify(found.answer), /tent.*lamp/);
});

test("an answer that is not of the model sent is refused", () => {
  const invalid = { code: "LEAP_ANSWER_INVALID" };
  assert.throws(() => constrainedAnswer({ kind: "cqm", model }, samples([[0.5, 9]]), {}), invalid);
  assert.throws(() => constrainedAnswer({ kind: "cqm", model }, samples([[1, 1]], ["x", "other"]), {}), invalid);
  assert.throws(() => constrainedAnswer({ kind: "cqm", model }, samples([]), {}), invalid);
});
