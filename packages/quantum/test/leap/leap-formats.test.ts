import assert from "node:assert/strict";
import { test } from "node:test";
import {
  decodeBq,
  decodeQpAnswer,
  decodeQpProblem,
  deprecations,
  encodeQp,
  estimateQpuTime,
  identityOf,
  identityText,
  type LeapSolver,
  leastHybridTime,
  mostReads,
  QuantumError,
  sampleSetFromHybrid,
  solversFor,
} from "../../src/index.ts";
import { decodeAnswer } from "../../src/leap/answer.ts";
import { systemClock } from "../../src/leap/clock.ts";
import { mediaTypeFault, mediaTypes } from "../../src/leap/media-type.ts";
import { checkedParameters } from "../../src/leap/parameters.ts";
import { retryAfter, retryWait, usualRetries } from "../../src/leap/retry.ts";
import { parseSolver } from "../../src/leap/solver.ts";
import { structuredList } from "../../src/leap/structured-list.ts";
import { Transport } from "../../src/leap/transport.ts";
import { chimera, standInSolvers } from "./stand-in-solvers.ts";

const code = (wanted: string) => (error: unknown) => error instanceof QuantumError && error.code === wanted;
const [qpu, bqm, cqm, nl] = standInSolvers().map((solver) => parseSolver(solver, solver, "")) as [
  LeapSolver,
  LeapSolver,
  LeapSolver,
  LeapSolver,
]; // why: the stand-in has four

test("qp answers decode as in D-Wave's published example: five spins down, energy -15, 100 times", () => {
  const answer = {
    format: "qp",
    num_variables: 128,
    energies: "AAAAAAAALsA=",
    num_occurrences: "ZAAAAA==",
    active_variables: "AAAAAAEAAAACAAAAAwAAAAQAAAA=",
    solutions: "AAAAAA==",
  };
  const samples = decodeQpAnswer(answer, "ising");
  assert.deepEqual(Array.from(samples.energies), [-15]);
  assert.deepEqual(Array.from(samples.occurrences), [100]);
  assert.deepEqual(samples.labels, [0, 1, 2, 3, 4]);
  assert.deepEqual(Array.from(samples.values), [-1, -1, -1, -1, -1]);
  assert.deepEqual(Array.from(decodeQpAnswer(answer, "qubo", 2).energies), [-13]);
  assert.deepEqual(Array.from(decodeQpAnswer({ ...answer, offset: 7 }, "qubo", 2).energies), [-8]);
  assert.deepEqual(Array.from(decodeQpAnswer(answer, "qubo").values), [0, 0, 0, 0, 0]);
});

test("qp bits are read from the most significant, each sample from a whole byte", () => {
  const ints = (values: number[]) => Buffer.from(Int32Array.from(values).buffer).toString("base64");
  const answer = {
    active_variables: ints([0, 1, 2, 3, 4, 5, 6, 7, 8]),
    energies: Buffer.from(Float64Array.of(1, 2).buffer).toString("base64"),
    solutions: Buffer.from([0b10000001, 0b10000000, 0b00000010, 0]).toString("base64"),
  };
  const { values, occurrences } = decodeQpAnswer(answer, "qubo");
  assert.deepEqual(Array.from(values), [1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0]);
  assert.deepEqual(Array.from(occurrences), [1, 1]);
});

test("qp answers whose lengths do not fit are refused", () => {
  const answer = { active_variables: "AAAAAAEAAAA=", energies: "AAAAAAAALsA=", solutions: "AA==" };
  assert.equal(decodeQpAnswer(answer, "ising").count, 1);
  for (const wrong of [
    { ...answer, solutions: "" },
    { ...answer, energies: "AAAA" },
    { ...answer, active_variables: 5 },
    { ...answer, active_variables: "AQAAAAEAAAA=" },
    { ...answer, num_occurrences: "AAAAAAAAAAA=" },
    { ...answer, solutions: "%%" },
  ])
    assert.throws(() => decodeQpAnswer(wrong, "ising"), code("LEAP_ANSWER_INVALID"));
});

test("qp problems mark inactive qubits by NaN, sum both directions of a pair, and leave out couplers with an inactive end", () => {
  const graph = { ...chimera(1), numQubits: 8 };
  const problem = {
    linear: [[0, 0.5]] as const,
    quadratic: [
      [0, 4, 1],
      [4, 0, 2],
      [1, 1, -3],
    ] as const,
    offset: 9,
  };
  const data = encodeQp(problem, graph);
  const doubles = (text: string) => Array.from(new Float64Array(new Uint8Array(Buffer.from(text, "base64")).buffer));
  assert.deepEqual(doubles(data.lin), [0.5, -3, Number.NaN, Number.NaN, 0, Number.NaN, Number.NaN, Number.NaN]);
  assert.deepEqual(doubles(data.quad), [3, 0]);
  assert.equal(data.offset, 9);
  assert.deepEqual(decodeQpProblem(data, graph), {
    linear: [
      [0, 0.5],
      [1, -3],
      [4, 0],
    ],
    quadratic: [
      [0, 4, 3],
      [1, 4, 0],
    ],
    offset: 9,
  });
});

const sampleSet = {
  type: "SampleSet",
  version: { sampleset_schema: "3.2.0" },
  num_variables: 34,
  num_rows: 2,
  sample_data: {
    type: "array",
    data: [
      [2147483649, 2],
      [0, 3],
    ],
    data_type: "uint32",
    shape: [2, 2],
    use_bytes: false,
  },
  sample_type: "int8",
  sample_packed: true,
  vectors: { energy: { type: "array", data: [1, 2] }, num_occurrences: { type: "array", data: [3, 1] } },
  variable_labels: Array.from({ length: 34 }, (_, v) => `v${v}`),
  variable_type: "SPIN",
  info: { run_time: 5 },
};

test("packed sample sets are read word by word from the least significant bit", () => {
  const samples = sampleSetFromHybrid(decodeBq(sampleSet));
  const up = (r: number) => Array.from(samples.values.subarray(r * 34, r * 34 + 34)).flatMap((v, i) => (v === 1 ? [i] : []));
  assert.deepEqual(
    [up(0), up(1)],
    [
      [0, 31, 33],
      [32, 33],
    ],
  );
  assert.deepEqual(Array.from(samples.occurrences), [3, 1]);
  assert.ok(samples.values.every((v) => v === 1 || v === -1));
});

test("sample sets whose counts lie, or of another schema, are refused", () => {
  for (const wrong of [
    { ...sampleSet, num_rows: 3 },
    { ...sampleSet, num_variables: 1e9 },
    { ...sampleSet, version: { sampleset_schema: "2.0" } },
    { ...sampleSet, variable_labels: ["a"] },
    { ...sampleSet, sample_data: { data: [[1], [2]] } },
    { ...sampleSet, vectors: { energy: { data: [1, "2"] } } },
  ])
    assert.throws(() => decodeBq(wrong), code("LEAP_ANSWER_INVALID"));
});

test("constrained samples carry feasibility by row and by constraint, and are no binary sample set", () => {
  const samples = decodeBq({
    ...sampleSet,
    num_variables: 2,
    sample_packed: false,
    sample_data: {
      data: [
        [5, 1],
        [4, 0],
      ],
    },
    variable_labels: ["i", ["x", 1]],
    variable_type: "INTEGER",
    vectors: { energy: { data: [-7, -6] }, is_feasible: { data: [false, true] }, is_satisfied: { data: [[false], [true]] } },
    info: { constraint_labels: ["c0"] },
  });
  assert.deepEqual(samples.feasible, [false, true]);
  assert.deepEqual(samples.satisfied, [[false], [true]]);
  assert.deepEqual(samples.constraintLabels, ["c0"]);
  assert.deepEqual(samples.labels, ["i", '["x",1]']);
  assert.throws(() => sampleSetFromHybrid(samples), code("LEAP_ANSWER_INVALID"));
});

test("an answer that refers to a foreign host is refused before anything is sent there", async () => {
  const transport = new Transport({
    endpoint: "https://leap.example/sapi/v2/",
    token: () => "secret",
    headers: {},
    fetch: () => assert.fail("nothing may be fetched"),
    clock: systemClock,
    retry: usualRetries,
    timeoutMs: 1000,
    mostResponseBytes: 1000,
  });
  for (const url of ["https://evil.example/answer", "http://leap.example/answer", "https://leap.example.evil.example/a", 5])
    await assert.rejects(decodeAnswer(transport, "nl", { format: "binary-ref", url }, 0), code("LEAP_ANSWER_INVALID"));
});

test("the QPU time estimate is D-Wave's documented 42,657 us for 100 reads on a full chip", () => {
  // Advantage_system4.1 had 5627 working qubits then.
  assert.equal(Math.round(estimateQpuTime(qpu, 5627, { num_reads: 100 })), 42657);
});

test("the estimate follows schedule, thermalisation, reverse annealing and decorrelation", () => {
  const plain = estimateQpuTime(qpu, 100, { num_reads: 10 });
  const at = (params: Readonly<Record<string, unknown>>) => estimateQpuTime(qpu, 100, { num_reads: 10, ...params }) - plain;
  const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-6, `${a} is not ${b}`);
  near(at({ annealing_time: 50 }), 300);
  near(
    at({
      anneal_schedule: [
        [0, 0],
        [70, 1],
      ],
    }),
    500,
  );
  near(at({ programming_thermalization: 1500 }), 500);
  near(at({ readout_thermalization: 7 }), 70);
  near(
    at({
      anneal_schedule: [
        [0, 1],
        [20, 1],
      ],
      initial_state: [],
      reinitialize_state: true,
    }),
    -45,
  );
  near(
    at({
      anneal_schedule: [
        [0, 1],
        [20, 1],
      ],
      initial_state: [],
    }),
    5.55 - 15,
  );
  near(at({ reduce_intersample_correlation: true }), 10 * (0.01 * 9500 + 500));
  assert.throws(
    () =>
      at({
        anneal_schedule: [
          [0, 1],
          [20, 1],
        ],
      }),
    code("LEAP_PROBLEM_INVALID"),
  );
  assert.throws(() => estimateQpuTime(bqm, 100), code("LEAP_TIMING_UNKNOWN"));
});

test("the most reads are bounded by the run's duration and by the solver", () => {
  assert.equal(mostReads(qpu), 10000);
  assert.equal(mostReads(qpu, { annealing_time: 1000 }), 999);
  assert.equal(mostReads(qpu, { annealing_time: 1000, readout_thermalization: 1000, programming_thermalization: 0 }), 500);
});

test("hybrid solvers have least times by size", () => {
  assert.equal(leastHybridTime(bqm, "bqm", { variables: 10 }), 3);
  assert.ok(Math.abs(leastHybridTime(bqm, "bqm", { variables: 7048 }) - 25) < 1e-9);
  assert.equal(leastHybridTime(bqm, "bqm", { variables: 1e6 }), 40);
  assert.equal(leastHybridTime(cqm, "cqm", { variables: 10 }), 5);
  assert.ok(
    Math.abs(leastHybridTime(cqm, "cqm", { variables: 1e5, biases: 1e6, constraints: 1e3 }) - (15.7 + 4.65 + 0.644)) < 1e-9,
  );
  assert.equal(leastHybridTime(nl, "nl", { nodes: 100, stateBytes: 1000 }), 5);
});

test("solvers are chosen by features and ordered", () => {
  const all = [qpu, { ...bqm, status: "OFFLINE" }, { ...cqm, avgLoad: 0.9 }, nl];
  const names = (query: Parameters<typeof solversFor>[1]) => solversFor(all, query).map(({ identity }) => identity.name);
  assert.deepEqual(names({}), ["standin_hybrid_nl", "StandIn_chimera4", "standin_hybrid_cqm"]);
  assert.deepEqual(names({ orderBy: "-avg_load" }), ["standin_hybrid_cqm", "StandIn_chimera4", "standin_hybrid_nl"]);
  assert.deepEqual(names({ online: false }), ["standin_hybrid_bqm"]);
  assert.deepEqual(names({ category: "qpu", topology: "chimera", minQubits: 126 }), ["StandIn_chimera4"]);
  assert.deepEqual(names({ minQubits: 127 }), []);
  assert.deepEqual(names({ name: /hybrid/, problemTypes: ["cqm"] }), ["standin_hybrid_cqm"]);
  assert.deepEqual(names({ parameters: ["num_reads"] }), ["StandIn_chimera4"]);
  assert.deepEqual(names({ graphId: "another" }), []);
  assert.deepEqual(names({ orderBy: "num_qubits" }).slice(0, 1), ["StandIn_chimera4"]);
});

test("identities go through their text form and back", () => {
  const identity = { name: "a;b c", version: { graph_id: "x=y;z" } };
  assert.equal(identityText(identity), "a%3Bb%20c;graph_id=x%3Dy%3Bz");
  assert.deepEqual(identityOf(identityText(identity)), identity);
  assert.throws(() => identityOf(";graph_id=1"), code("LEAP_CONFIG_INVALID"));
});

test("an initial state given as a map becomes a list over the chip with 3 where nothing is said", () => {
  const { initial_state: list } = checkedParameters(qpu, "ising", { initial_state: { 0: 1, 3: -1, 9: 3 } });
  assert.ok(Array.isArray(list));
  assert.deepEqual([list.length, ...list.slice(0, 5), list[9]], [128, 1, 3, 3, -1, 3, 3]);
  assert.deepEqual(checkedParameters(qpu, "qubo", { x_test: 1 }), { x_test: 1 });
  assert.throws(() => checkedParameters(qpu, "qubo", { initial_state: { 128: 1 } }), code("LEAP_PROBLEM_INVALID"));
});

test("a response must have the media type asked for, in a version of the same major number", () => {
  const type = "application/vnd.dwave.sapi.problems+json";
  const fault = (text: string | null) => mediaTypeFault(mediaTypes.problems, text)?.got;
  assert.equal(fault(`${type}; version=3.0.0`), undefined);
  assert.equal(fault(`${type};version="3.17"`), undefined);
  assert.equal(fault(`${type}; version=4.0`), "4.0");
  assert.equal(fault(`${type}; version=2.9`), "2.9");
  assert.equal(fault(type), "no version");
  assert.equal(fault("application/json; version=3.0.0"), "application/json");
  assert.equal(fault(null), "none");
  assert.equal(mediaTypeFault(mediaTypes.answer, "application/vnd.dwave.sapi.problem-answer+json; version=2.1.0"), undefined);
});

test("only idempotent requests are repeated, with waits that double up to a limit, or as the server asks", () => {
  const rule = usualRetries;
  assert.equal(retryWait("POST", 1, "no response", rule), undefined);
  assert.equal(retryWait("POST", 1, { status: 503, retryAfterMs: 1 }, rule), undefined);
  const waits = [1, 2, 3, 10].map((tries) => retryWait("GET", tries, "no response", rule));
  assert.deepEqual(waits, [0, 20, 40, 5120]);
  assert.equal(retryWait("GET", 11, "no response", rule), undefined);
  assert.equal(retryWait("GET", 9, { status: 502 }, { ...rule, mostMs: 100 }), 100);
  assert.equal(retryWait("DELETE", 1, { status: 429, retryAfterMs: 7000 }, rule), 7000);
  assert.equal(retryWait("GET", 1, { status: 413 }, rule), undefined);
  assert.equal(retryWait("GET", 1, { status: 404, retryAfterMs: 1 }, rule), undefined);
  assert.equal(retryAfter("3", 0), 3000);
  assert.equal(retryAfter("Thu, 01 Jan 1970 00:00:05 GMT", 2000), 3000);
  assert.equal(retryAfter("soon", 0), undefined);
});

test("RFC 9651 lists are read with all kinds of items, and anything else is no list", () => {
  const read = (field: string) => structuredList(field)?.map(({ value, params }) => [value, Object.fromEntries(params)]);
  assert.deepEqual(read(""), []);
  assert.deepEqual(read('"a \\"b\\"";x=1;y, tok/en;d=@86400'), [
    ['a "b"', { x: 1, y: true }],
    ["tok/en", { d: new Date(86_400_000) }],
  ]);
  assert.deepEqual(read("-1.5, ?0, :aGk=:, (1 2);q"), [
    [-1.5, {}],
    [false, {}],
    [new Uint8Array([104, 105]), {}],
    [[1, 2], { q: true }],
  ]);
  assert.deepEqual(read('%"f%c3%bc"'), [["fü", {}]]);
  for (const wrong of ["a,", "a b", '"open', "(1", "1.2345", "12345678901234567", "?2", '%"%ff"', ";x", "a;X=1"])
    assert.equal(read(wrong), undefined, wrong);
});

test("deprecations are read from their header; what has no message is left out", () => {
  const header = '"id1"; context=parameter; message="use y"; sunset=@1767225600; link="https://example.org", "id2"';
  assert.deepEqual(deprecations(header), [
    { id: "id1", context: "parameter", message: "use y", sunset: new Date("2026-01-01"), link: "https://example.org" },
  ]);
  assert.deepEqual(deprecations(null), []);
  assert.deepEqual(deprecations("((("), []);
});
