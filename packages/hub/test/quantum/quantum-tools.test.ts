// The optimisation tools as a client finds them: a served hub and the official MCP client.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { bqmFromTerms, cqmFrom, dimodBqmFormat, dimodCqmFormat, problemBuilders, samplerNames } from "@entente/quantum";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { type ServedHub, serveHub } from "../../src/serving.ts";
import { configOn, scratchFolder, tokenOf } from "../scratch.ts";

type Row = Record<string, unknown>;
const data = resolve(import.meta.dirname, "../../../../../shared/data/qubo");
const folder = scratchFolder();
let served: ServedHub;
let client: Client;

before(async () => {
  served = await serveHub(configOn(folder.path, { "quantum.models": "60" }));
  client = new Client({ name: "analyst", version: "1" }, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
  await client.connect(
    new StreamableHTTPClientTransport(new URL("/mcp", served.url), {
      requestInit: { headers: { authorization: `Bearer ${tokenOf(folder.path)}` } },
    }),
  );
});
after(async () => {
  await client.close();
  await served[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

// biome-ignore lint/suspicious/noExplicitAny: what a tool answers is looked at field by field
async function call(name: string, args: object = {}): Promise<any> {
  const { isError, content, structuredContent } = await client.callTool({ name, arguments: { ...args } });
  const [first] = content;
  assert.ok(!isError, first?.type === "text" ? first.text : name);
  return structuredContent;
}

async function refused(name: string, args: object): Promise<string> {
  const { isError, content } = await client.callTool({ name, arguments: { ...args } });
  assert.equal(isError, true);
  const [first] = content;
  return first?.type === "text" ? first.text : "";
}

const triangle = "3 3\n1 2 1\n2 3 1\n1 3 1\n";
const pair = {
  vartype: "BINARY",
  linear: [
    ["a", -1],
    ["b", -1],
  ],
  quadratic: [["a", "b", 3]],
} as const;
// 3 a + 2 b <= 8, most of 5 a + 3 b: a 2, b 1 is 13.
const workshop = {
  variables: [
    { label: "a", kind: "integer", upper: 5 },
    { label: "b", kind: "integer", upper: 5 },
  ],
  objective: {
    linear: [
      ["a", -5],
      ["b", -3],
    ],
  },
  constraints: [
    {
      label: "hours",
      linear: [
        ["a", 3],
        ["b", 2],
      ],
      sense: "<=",
      right: 8,
    },
  ],
} as const;
const lp =
  "Minimize\n obj: - 5 a - 3 b\nSubject To\n hours: 3 a + 2 b <= 8\nBounds\n 0 <= a <= 5\n 0 <= b <= 5\nGeneral\n a b\nEnd\n";
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

function spins(n: number, density: number, seed: number) {
  const next = random(seed);
  const quadratic: [number, number, number][] = [];
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) if (next() < density) quadratic.push([i, j, Math.round(next() * 200 - 100) || 1]);
  return { vartype: "SPIN", linear: Array.from({ length: n }, (_, i) => [i, Math.round(next() * 100 - 50)]), quadratic };
}

test("a model is solved however it is given, and the answer says where it comes from", async () => {
  const kept = await call("quantum_model_create", { text: triangle, format: "mc" });
  for (const given of [{ text: triangle, format: "mc" }, { model: kept.id }]) {
    const { energy, objective, provenance, feasible, trace } = await call("quantum_solve", given);
    assert.deepEqual([energy, objective, feasible], [-2, 2, null], "a cut is maximised");
    assert.deepEqual([provenance.solver, provenance.kind, provenance.gap, provenance.bound], ["exact", "classical", 0, -2]);
    assert.equal(trace.at(-1)[1], -2);
  }
  const file = base64(dimodBqmFormat.bytes(bqmFromTerms(pair)));
  for (const given of [{ terms: pair }, { file }]) {
    const { energy, samples, histogram, sample } = await call("quantum_solve", { ...given, samples: 3 });
    assert.equal(energy, -1);
    assert.equal(sample.a + sample.b, 1);
    assert.equal(samples.length, 3);
    assert.deepEqual(histogram, [
      [-1, 2],
      [0, 1],
      [1, 1],
    ]);
  }
});

test("a model with constraints is told feasible, with its objective and what it breaks", async () => {
  const file = base64(dimodCqmFormat.bytes(cqmFrom(workshop)));
  const kept = await call("quantum_model_create", { cqm: workshop, name: "workshop" });
  assert.match(kept.id, /^cqm_/);
  for (const given of [{ cqm: workshop }, { text: lp, format: "lp" }, { file }, { model: kept.id }]) {
    const { kind, feasible, violations, objective, sample, provenance, bits } = await call("quantum_solve", given);
    assert.deepEqual([kind, feasible, violations, objective, sample, bits], ["cqm", true, [], -13, { a: 2, b: 1 }, null]);
    assert.ok(provenance.bits >= 6);
  }
  const impossible = {
    variables: [
      { label: "x", kind: "binary" },
      { label: "y", kind: "binary" },
    ],
    constraints: [
      {
        label: "both",
        linear: [
          ["x", 1],
          ["y", 1],
        ],
        sense: "==",
        right: 2,
      },
      {
        label: "not x",
        linear: [
          ["x", 1],
          ["y", -1],
        ],
        sense: "==",
        right: 1,
      },
    ],
  };
  const told = await call("quantum_solve", { cqm: impossible });
  assert.equal(told.feasible, false);
  assert.ok(told.violations.length >= 1);
  assert.match(told.provenance.why, /none keeps all constraints/);
  for (const given of [{ cqm: workshop }, { model: kept.id }])
    assert.match(await refused("quantum_solve", { ...given, target: -13 }), /CONSTRAINTS_UNFIT/);
});

test("exactly one model is wanted, and what is wrong with it is said", async () => {
  assert.match(await refused("quantum_solve", {}), /PROBLEM_MISSING: .*got none/);
  assert.match(await refused("quantum_solve", { terms: pair, text: triangle }), /PROBLEM_MISSING: .*got terms and text/);
  assert.match(await refused("quantum_solve", { model: "bqm_none" }), /NOT_FOUND/);
  assert.match(
    await refused("quantum_solve", { file: base64(new TextEncoder().encode("DIMODCQM but cut off")) }),
    /FILE_INVALID/,
  );
  assert.match(
    await refused("quantum_solve", { text: "Minimize\n obj: x\nSubject To\n c: x y\nEnd\n", format: "lp" }),
    /FORMAT_SYNTAX: .*line \d/,
  );
  assert.match(await refused("quantum_solve", { terms: pair, solver: "oracle" }), /SAMPLER_UNKNOWN/);
});

test("small models are solved to their best without a time limit, as long runs confirm", async () => {
  for (const [n, density, seed] of [
    [8, 1, 3],
    [16, 0.5, 4],
    [24, 0.3, 5],
    [35, 1, 6],
    [50, 0.1, 7],
    [50, 1, 8],
  ] as const) {
    const terms = spins(n, density, seed);
    const quick = await call("quantum_solve", { terms });
    const long = await call("quantum_solve", { terms, solver: "tabu", reads: 20, sweeps: 20_000, seed: 99 });
    assert.equal(quick.energy, long.energy, `${n} variables, density ${density}`);
    assert.equal(quick.provenance.rounds, 1, "one round of fixed effort");
    assert.deepEqual((await call("quantum_solve", { terms })).sample, quick.sample, "the same seed, the same answer");
  }
});

const bqp50 = join(data, "bqp50_1.q");
test("the best known value of a benchmark of 50 variables is found without a time limit", {
  skip: existsSync(bqp50) ? false : "shared/data/qubo is not beside this checkout",
}, async () => {
  const { objective } = await call("quantum_solve", { text: readFileSync(bqp50, "utf8"), format: "q" });
  assert.equal(objective, 2098);
});

test("progress carries the energy, the trace falls, and threads stay within the machine", async () => {
  const terms = spins(300, 0.2, 11);
  const energies: number[] = [];
  const { structuredContent } = await client.callTool(
    { name: "quantum_solve", arguments: { terms, seconds: 0.6, threads: 256 } },
    {
      onprogress: (step) => {
        const facts = Object(Object(step)._meta)["dev.entente/progress"];
        if (facts) energies.push(facts.energy);
      },
    },
  );
  const { trace, energy, provenance }: Row & { trace: [number, number][]; energy: number; provenance: Row } =
    Object(structuredContent);
  assert.ok(energies.length > 0 && energies.every(Number.isFinite));
  assert.ok(trace.every(([ms, e], i) => i === 0 || (ms >= trace[i - 1]![0] && e < trace[i - 1]![1])));
  assert.equal(trace.at(-1)?.[1], energy);
  assert.ok(Number(provenance.threads) <= 4);
});

test("a model is inspected without being solved", async () => {
  const { bqm } = await call("quantum_model_inspect", {
    terms: {
      vartype: "SPIN",
      quadratic: [
        ["a", "b", 2],
        ["c", "d", -1],
      ],
    },
  });
  assert.deepEqual(
    [bqm.variables, bqm.couplings, bqm.components, bqm.connected, bqm.lanes, bqm.matrix, bqm.degrees, bqm.quadratic],
    [4, 2, 2, false, "i8", "i8", [[1, 4]], { min: -1, max: 2, nonzero: 2 }],
  );
  assert.equal(bqm.auto.solver, "exact");
  const dense = await call("quantum_model_inspect", { terms: spins(300, 1, 2) });
  assert.equal(dense.bqm.auto.solver, "tabu");
  assert.equal(dense.bqm.density, 1);
  const { cqm } = await call("quantum_model_inspect", {
    cqm: { ...workshop, variables: [...workshop.variables, { label: "r", kind: "real", upper: 1 }] },
  });
  assert.deepEqual([cqm.kinds, cqm.senses, cqm.bits], [{ integer: 2, real: 1 }, { "<=": 1 }, null]);
  assert.match(cqm.whyNot, /resolution/);
  const half = {
    ...workshop,
    variables: [{ label: "a", kind: "real", upper: 4 }, workshop.variables[1]],
    constraints: [{ ...workshop.constraints[0], right: 7.5 }],
  };
  const { sample } = await call("quantum_solve", { cqm: half, resolution: 0.5 });
  assert.deepEqual(sample, { a: 2.5, b: 0 }, "steps of a half are taken, and no finer ones");
  assert.ok((await call("quantum_model_inspect", { cqm: workshop })).cqm.bits >= 6);
});

test("conversions keep every energy: spins to binaries, texts, dimod's files, constraints to penalties, products to a QUBO", async () => {
  const terms = spins(6, 1, 21);
  const lowest = (await call("quantum_solve", { terms })).energy;
  for (const [to, back] of [
    ["qubo", (c: Row) => ({ text: c.text, format: "qubo" })],
    ["ising", (c: Row) => ({ text: c.text, format: "ising" })],
    ["q", (c: Row) => ({ text: c.text, format: "q" })],
    ["lp", (c: Row) => ({ text: c.text, format: "lp" })],
    ["bqm", (c: Row) => ({ file: c.file })],
    ["cqm", (c: Row) => ({ file: c.file })],
    ["bqm-json", (c: Row) => ({ terms: c.json })],
    ["cqm-json", (c: Row) => ({ cqm: c.json })],
  ] as const) {
    const converted = await call("quantum_model_convert", { terms, to });
    assert.equal((await call("quantum_solve", back(converted))).energy, lowest, to);
  }
  const binary = await call("quantum_model_convert", { terms, to: "bqm-json", vartype: "BINARY", keep: true });
  assert.equal(binary.json.vartype, "BINARY");
  assert.equal((await call("quantum_solve", { model: binary.model.id })).energy, lowest);

  const penalised = await call("quantum_model_convert", { cqm: workshop, to: "bqm-json" });
  assert.equal(penalised.penalties[0].constraint, "hours");
  assert.ok(penalised.penalties[0].penalty > 0);
  const freed = await call("quantum_solve", { terms: penalised.json });
  assert.ok(Math.abs(freed.energy + 13) < 1e-9);

  const polynomial = {
    vartype: "BINARY",
    terms: [
      [["x", "y", "z"], -3],
      [["x"], 1],
    ],
  };
  const quadratic = await call("quantum_model_convert", { polynomial, to: "bqm-json" });
  const { energy, sample } = await call("quantum_solve", { terms: quadratic.json });
  assert.deepEqual([energy, sample.x, sample.y, sample.z], [-2, 1, 1, 1]);
});

test("a call's record is in the log when its answer comes, though it did not wait for the disk", async () => {
  const terms = { vartype: "SPIN", quadratic: [["only here", "and here", 1]] };
  await call("quantum_solve", { terms });
  const events = await served.hub.store.events.read({ subject: "quantum_solve", newestFirst: true, limit: 1 });
  assert.deepEqual(Object(events[0]?.data.input).terms, terms);
  assert.equal((await served.hub.store.events.verify()).problem, undefined);
});

test("kept models are listed and forgotten", async () => {
  const { id } = await call("quantum_model_create", { terms: spins(5, 1, 77), name: "five" });
  const { models } = await call("quantum_model_list");
  assert.equal(models.find((model: Row) => model.id === id).name, "five");
  await call("quantum_model_delete", { model: id });
  assert.match(await refused("quantum_model_inspect", { model: id }), /NOT_FOUND/);
});

for (const { name, example } of await problemBuilders()) {
  test(`the ${name} tool solves its example in the problem's terms, and builds it without solving`, async () => {
    const tool = `quantum_problem_${name.replaceAll("-", "_")}`;
    const { answer, feasible, provenance } = await call(tool, Object(example));
    assert.equal(feasible, true);
    assert.deepEqual([answer.feasible, answer.violations], [true, []]);
    assert.equal(provenance.kind, "classical");
    const built = await call(tool, { ...Object(example), options: { buildOnly: true } });
    assert.equal(built.answer, null);
    assert.equal((await call("quantum_solve", { model: built.model.id })).feasible, true);
    assert.match(await refused(tool, { nonsense: 1 }), /TOOL_INPUT_INVALID/);
  });
}

test("every sampler of the library is listed with what it is for", async () => {
  const { solvers, threads } = await call("quantum_solvers");
  assert.deepEqual(
    solvers.map((solver: Row) => solver.name),
    samplerNames(),
  );
  assert.ok(solvers.every((solver: { for: string }) => solver.for.length > 20));
  assert.ok(threads >= 1);
});

test("a chip is told by its numbers, and its graph page by page", async () => {
  const { qubits, couplers, degree, graph } = await call("quantum_topology", { topology: "pegasus", shape: [16] });
  assert.deepEqual([qubits, couplers, degree.max, graph], [5640, 40484, 15, null]);
  const seen: unknown[] = [];
  for (let from: number | null = 0; from !== null; ) {
    const page: { graph: { couplers: unknown[]; next: number | null } } = await call("quantum_topology", {
      topology: "chimera",
      shape: [2, 2, 4],
      page: { from, count: 30 },
    });
    seen.push(...page.graph.couplers);
    from = page.graph.next;
  }
  assert.equal(
    new Set(seen.map(String)).size,
    (await call("quantum_topology", { topology: "chimera", shape: [2, 2, 4] })).couplers,
  );
  assert.match(await refused("quantum_topology", { topology: "pegasus", shape: [1] }), /TOPOLOGY_INVALID/);
});

test("a model is embedded on a chip: dense ones by construction, others by search, around what is broken", async () => {
  const ring = { vartype: "SPIN", quadratic: Array.from({ length: 12 }, (_, i) => [`v${i}`, `v${(i + 1) % 12}`, 1]) };
  const clique = { vartype: "SPIN", quadratic: Array.from({ length: 28 }, (_, k) => k).map((k) => pairOf(k, 8)) };
  for (const [terms, method] of [
    [ring, "search"],
    [clique, "clique"],
  ] as const) {
    const broken = { qubits: [0, 1, 2], couplers: [] };
    const answer = await call("quantum_embed", { terms, topology: "chimera", shape: [6, 6, 4], broken });
    assert.equal(answer.method, method);
    const used: number[] = answer.chains.flatMap((chain: { qubits: number[] }) => chain.qubits);
    assert.equal(new Set(used).size, answer.qubits, "no qubit twice");
    assert.ok(
      used.every((q) => q > 2),
      "not on what is broken",
    );
    assert.ok(answer.chainStrength > 0 && answer.longestChain >= 1);
  }
  assert.match(await refused("quantum_embed", { cqm: workshop, topology: "pegasus", shape: [2] }), /CONSTRAINTS_UNFIT/);
});

function pairOf(k: number, n: number): [string, string, number] {
  let [i, left] = [0, k];
  while (left >= n - 1 - i) {
    left -= n - 1 - i;
    i += 1;
  }
  return [`k${i}`, `k${i + 1 + left}`, 1];
}
