// D-Wave's own client and ours make the same calls to the same server, and their requests are compared one by one.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { type LeapClient, type LeapParts, leapSettings, openLeap } from "../../src/index.ts";
import { type LoggedRequest, StandIn } from "../leap/stand-in.ts";
import { needsOcean, runOcean } from "../ocean.ts";

const program = `
import base64, io, json, sys, urllib.request
import dimod
from dwave.cloud import Client
from dwave.cloud.api import Problems
from dwave.optimization import Model
a = json.loads(sys.argv[1])

def control(what):
    request = urllib.request.Request(a['origin'] + '/control/' + what, data=b'{}')
    return json.load(urllib.request.urlopen(request))

steps, files = {}, {}
def step(name, call):
    control('clear')
    value = call()
    steps[name] = {'value': value, 'log': control('log')['log']}

def plain(f):
    return [list(map(float, f.energies)), [int(v) for v in f.variables], [list(map(int, s)) for s in f.samples]]

def cancelled(f):
    f.cancel()
    try:
        f.result()
    except Exception as e:
        return type(e).__name__

def data(f):
    f.seek(0)
    return f.read()

def first(sampleset):
    best = sampleset.first
    return [float(best.energy), {str(k): float(v) for k, v in best.sample.items()}]

with Client(endpoint=a['endpoint'], token=a['token']) as c, Client(endpoint=a['endpoint'], token=a['token'], compress_qpu_problem_data=False) as u:
    step('solvers', lambda: sorted(str(s.identity) for s in c.get_solvers()))
    q = c.get_solver(qpu=True)
    h = {t: c.get_solver(supported_problem_types__contains=t) for t in ('bqm', 'cqm', 'nl')}
    pu = u.get_solver(qpu=True)
    J = {(0, 4): -1, (1, 4): 0.5}
    step('ising', lambda: plain(q.sample_ising({0: 0.5, 1: -1}, J, offset=2, num_reads=5, label='one')))
    step('ising raw', lambda: plain(q.sample_ising({0: 0.5, 1: -1}, J, num_reads=3, answer_mode='raw', label='one')))
    step('ising uncompressed', lambda: plain(pu.sample_ising({0: 0.5, 1: -1}, J, num_reads=5, label='one')))
    step('qubo', lambda: plain(q.sample_qubo({(0, 0): 1, (0, 4): -1, (4, 0): -2, (126, 126): -1}, num_reads=3, initial_state={0: 1, 4: 0}, label='two')))
    step('bqm on a QPU', lambda: plain(q.sample_bqm(dimod.BQM({0: 1.5}, {(0, 4): -1}, 0.25, 'SPIN'), num_reads=2, label='three')))
    b = dimod.BQM({'a': 1, 'b': -2}, {('a', 'b'): 0.5}, 0.25, 'BINARY')
    files['bqm'] = data(b.to_file())
    step('hybrid bqm', lambda: first(h['bqm'].sample_bqm(b, time_limit=3, label='four').sampleset))
    m = dimod.ConstrainedQuadraticModel()
    i = dimod.Integer('i', upper_bound=5); x, y = dimod.Binaries(['x', 'y'])
    m.set_objective(-i - 2 * x + x * y + 3); m.add_constraint(i + 3 * x <= 5, label='c0'); m.add_constraint(x * y + i >= 1, label='c1')
    files['cqm'] = data(m.to_file())
    step('hybrid cqm', lambda: first(h['cqm'].sample_cqm(m, time_limit=5, label='five').sampleset.filter(lambda row: row.is_feasible)))
    n = Model(); z = n.binary(3); n.minimize(z.sum())
    files['nl'] = data(n.to_file())
    step('hybrid nl', lambda: base64.b64encode(h['nl'].sample_nlm(io.BytesIO(files['nl']), time_limit=5, label='six').answer_data.read()).decode())
    step('upload of three parts', lambda: len(c.upload_problem_encoded(bytes(range(256)) * (12 * 4096 + 1)).result()) > 0)
    step('cancel', lambda: cancelled(q.sample_ising({0: 0.5}, {}, num_reads=5, label='seven')))
    with Problems(endpoint=a['endpoint'], token=a['token']) as p:
        step('list by label', lambda: [s.status for s in p.list_problems(label='two', max_results=5)])
        some = p.list_problems(label='one', max_results=1)[0].id
        step('one status', lambda: p.get_problem(some).status)
        # Calls that our client has no use for; the stand-in serves them as the real client expects.
        info = p.get_problem_info(some)
        answer = p.get_problem_answer(some)
        messages = p.get_problem_messages(some)
        statuses = p.get_problem_statuses([some, some])
        again = p.submit_problem(info and __import__('dwave.cloud.api.models', fromlist=['ProblemJob']).ProblemJob.from_info(info))
        served = [info.metadata.status, answer.root.format, messages, len(statuses), again.status, p.cancel_problem(some).error_code]
print(json.dumps({'steps': steps, 'files': {k: base64.b64encode(v).decode() for k, v in files.items()}, 'served': served}))
`;

interface Step {
  readonly value: unknown;
  readonly log: readonly LoggedRequest[];
}

const fast: LeapParts = { polling: { waitS: 30 } };
const ocean: { steps: Record<string, Step>; files: Record<string, string>; served: unknown[] } = {
  steps: {},
  files: {},
  served: [],
};
const ours: Record<string, Step> = {};

before(async () => {
  if (needsOcean.skip !== false) return;
  {
    await using standIn = await StandIn.start({ runMs: 40 });
    const { endpoint, origin, token } = standIn;
    Object.assign(ocean, await runOcean(program, { endpoint, origin, token }));
  }
  await using standIn = await StandIn.start({ runMs: 40 });
  const settings = leapSettings({ endpoint: standIn.endpoint, token: standIn.token });
  await using client = await openLeap(settings, fast);
  await using bare = await openLeap(settings, { ...fast, submission: { compress: false } });
  await takeSteps(standIn, client, bare);
});

async function takeSteps(standIn: StandIn, client: LeapClient, bare: LeapClient): Promise<void> {
  const step = async (name: string, call: () => Promise<unknown>) => {
    standIn.log.length = 0;
    const value = await call();
    ours[name] = { value, log: [...standIn.log] };
  };
  await step("solvers", async () =>
    (await client.solvers())
      .map(({ identity: { name, version } }) => (version === undefined ? name : `${name};graph_id=${version.graph_id}`))
      .sort(),
  );
  const solver = await client.solver({ category: "qpu" });
  await bare.solver({ category: "qpu" });
  const problem = {
    linear: [
      [0, 0.5],
      [1, -1],
    ] as const,
    quadratic: [
      [0, 4, -1],
      [1, 4, 0.5],
    ] as const,
  }; // as in the program above
  const five = { num_reads: 5 };
  const ising = { solver, type: "ising", problem, params: five, label: "one" } as const;
  await step("ising", () => plain(client.submit({ ...ising, problem: { ...problem, offset: 2 } })));
  await step("ising raw", () => plain(client.submit({ ...ising, params: { num_reads: 3, answer_mode: "raw" } })));
  await step("ising uncompressed", () => plain(bare.submit(ising)));
  const qubo = {
    linear: [
      [0, 1],
      [126, -1],
    ] as const,
    quadratic: [
      [0, 4, -1],
      [4, 0, -2],
    ] as const,
  };
  const params = { num_reads: 3, initial_state: { 0: 1, 4: 0 } };
  await step("qubo", () => plain(client.submit({ solver, type: "qubo", problem: qubo, params, label: "two" })));
  const small = { linear: [[0, 1.5]] as const, quadratic: [[0, 4, -1]] as const, offset: 0.25 };
  await step("bqm on a QPU", () => plain(client.submit({ ...ising, problem: small, params: { num_reads: 2 }, label: "three" })));
  const hybrids = [
    ["bqm", 3, "four"],
    ["cqm", 5, "five"],
    ["nl", 5, "six"],
  ] as const;
  for (const [type, time_limit, label] of hybrids) {
    const hybrid = await client.solver({ problemTypes: [type] });
    const file = new Uint8Array(Buffer.from(ocean.files[type]!, "base64"));
    await step(`hybrid ${type}`, async () => {
      const { answer } = await (await client.submitHybrid({ solver: hybrid, type, file, params: { time_limit }, label })).result;
      if (answer.format === "binary-ref") return Buffer.from(answer.bytes).toString("base64");
      assert.ok(answer.format === "bq");
      const { labels, values, energies, feasible } = answer.samples;
      assert.ok(feasible === undefined || feasible[0] === true);
      return [energies[0], Object.fromEntries(labels.map((name, i) => [name, values[i]]))];
    });
  }
  const large = Buffer.alloc(256 * (12 * 4096 + 1)).map((_, i) => i % 256);
  await step("upload of three parts", async () => (await client.upload(large)).length > 0);
  await step("cancel", async () => {
    const job = await client.submit({ ...ising, problem: { linear: [[0, 0.5]], quadratic: [] }, label: "seven" });
    await job.submitted;
    await job.cancel();
    return job.result.then(
      () => "done",
      () => "CanceledFutureError",
    );
  });
  const two = ours.qubo?.log.find(({ method }) => method === "POST")?.body;
  assert.ok(Array.isArray(two));
  await step("list by label", async () =>
    (await client.problems({ label: two[0].label, maxResults: 5 })).map(({ status }) => status),
  );
  await step("one status", async () => (await client.problem(standIn.jobs.accepted[0]!.id)).status);
}

async function plain(submitted: ReturnType<LeapClient["submit"]>): Promise<unknown> {
  const { answer } = await (await submitted).result;
  assert.ok(answer.format === "qp");
  const { labels = [], energies, values, size, count } = answer.samples;
  // D-Wave's client fills the chip with 0 or 3; only the active qubits are compared.
  return [
    Array.from(energies),
    labels,
    Array.from({ length: count }, (_, r) => Array.from(values.subarray(r * size, (r + 1) * size))),
  ];
}

// What must agree: everything but ids, our addition to labels, and headers that are each client's own affair.
function normal(log: readonly LoggedRequest[]): readonly unknown[] {
  const text = (value: unknown) =>
    JSON.stringify(value)
      .replace(/ [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "")
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "ID");
  const shown = log.map(({ method, path, query, headers, body }) => {
    const { accept, "x-auth-token": token, "content-encoding": encoding, "content-md5": md5 } = headers;
    const octets = headers["content-type"] === "application/octet-stream";
    return text({ method, path: path.replace(/\/$/, ""), query, accept, token, encoding, md5, octets, body });
  });
  // Parts travel side by side, and a cancel beside the poll: their order is chance.
  const free = (request: string) => /"method":"PUT"|"method":"DELETE"|"timeout"/.test(request);
  return [...shown.filter((one) => !free(one)), ...shown.filter(free).sort()].map((one) => JSON.parse(one));
}

const names = [
  "solvers",
  "ising",
  "ising raw",
  "ising uncompressed",
  "qubo",
  "bqm on a QPU",
  "hybrid bqm",
  "hybrid cqm",
  "hybrid nl",
];
for (const name of [...names, "upload of three parts", "cancel", "list by label", "one status"]) {
  test(`${name}: D-Wave's client and ours send the same requests and read the same from the answers`, needsOcean, () => {
    const [theirs, own] = [ocean.steps[name], ours[name]];
    assert.ok(theirs !== undefined && own !== undefined && theirs.log.length > 0);
    assert.deepEqual(normal(own.log), normal(theirs.log));
    assert.deepEqual(own.value, withoutInactive(theirs.value));
  });
}

// Rows over the whole chip, cut to the active qubits.
function withoutInactive(value: unknown): unknown {
  if (!Array.isArray(value) || value.length !== 3 || !Array.isArray(value[2])) return value;
  const [energies, active, rows] = value;
  return [
    energies,
    active,
    rows.map((row: number[]) => (row.length === active.length ? row : active.map((q: number) => row[q]))),
  ];
}

test("the stand-in serves info, answers, messages and blocking submission as D-Wave's client expects them", needsOcean, () => {
  assert.deepEqual(ocean.served, ["COMPLETED", "qp", [], 2, "COMPLETED", 409]);
});
