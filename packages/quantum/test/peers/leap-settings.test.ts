// Configuration, QPU time and the qp format, compared with D-Wave's own client on many cases.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { encodeQp, estimateQpuTime, leapSettings, mostReads } from "../../src/index.ts";
import { parseSolver, workingGraph } from "../../src/leap/solver.ts";
import { Random } from "../../src/random.ts";
import { standInSolvers } from "../leap/stand-in-solvers.ts";
import { needsOcean, runOcean } from "../ocean.ts";

const [served] = standInSolvers();
const qpu = parseSolver(served, served, "");

const files = {
  plain:
    "[defaults]\ntoken = t1\n\n[first]\nregion = eu-central-1\nclient = qpu\n[second]\ntoken = t2\nendpoint: https://e.example/sapi/\n",
  named: "[defaults]\nprofile = b\ntoken=%(word)s-%%\nword = w\n[a]\ntoken = ta\n[b]\nHEADERS = A: 1\n  B: 2\n",
  bare: "# nothing but defaults\n[defaults]\ntoken = only\n; end\n",
};

test("settings are what D-Wave's client takes from the same files, variables and arguments", needsOcean, async () => {
  const folder = mkdtempSync(join(tmpdir(), "entente-leap-"));
  try {
    const cases = Object.keys(files).flatMap((name) =>
      [{}, { DWAVE_API_TOKEN: "env" }, { DWAVE_API_REGION: "na-east-1" }, { DWAVE_API_ENDPOINT: "https://env.example/" }].flatMap(
        (env) =>
          [{}, { token: "arg" }, { region: "na-west-1" }, { endpoint: "https://arg.example/" }, { token: "" }].flatMap(
            (options) =>
              (name === "plain" ? [undefined, "second"] : [undefined]).map((profile) => ({ name, env, options, profile })),
          ),
      ),
    );
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const program = `
import json, os, sys
from dwave.cloud.config import load_config, validate_config_v1
a = json.loads(sys.argv[1])
out = []
for case in a['cases']:
    for name in list(os.environ):
        if name.startswith('DWAVE_'): del os.environ[name]
    os.environ.update(case['env'])
    raw = load_config(config_file=os.path.join(a['folder'], case['name']), profile=case.get('profile'), **case['options'])
    c = validate_config_v1(raw)
    out.append([c.token, c.endpoint, c.region, raw.get('client'), c.headers])
print(json.dumps(out))
`;
    const theirs = await runOcean(program, { folder, cases });
    const ours = cases.map(({ name, env, options, profile }) => {
      const text = files[name as keyof typeof files]; // why: the names are its keys
      const { token, endpoint, region, client, headers } = leapSettings(options, env, [{ name, text }], profile);
      return [token ?? null, endpoint ?? null, region ?? null, client === "base" ? null : client, headers];
    });
    assert.equal(ours.length, 80);
    assert.deepEqual(ours, theirs);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("QPU time and most reads are what D-Wave's client reckons, for 300 random sets of parameters", needsOcean, async () => {
  const random = new Random(7);
  const maybe = <T>(value: T) => (random.unit() < 0.5 ? undefined : value);
  const cases = Array.from({ length: 300 }, () => {
    const reverse = random.unit() < 0.3;
    const schedule = [
      [0, reverse ? 1 : 0],
      [5 + random.below(20), 0.4],
      [40 + random.below(50), 1],
    ];
    const chosen = random.below(3);
    const all = {
      num_reads: maybe(1 + random.below(5000)),
      annealing_time: chosen === 1 ? 1 + random.below(500) : undefined,
      anneal_schedule: chosen === 2 ? schedule : undefined,
      initial_state: chosen === 2 && reverse ? [1] : undefined,
      reinitialize_state: maybe(true),
      programming_thermalization: maybe(random.below(5000)),
      readout_thermalization: maybe(random.below(500)),
      reduce_intersample_correlation: maybe(true),
    };
    const params = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    return { qubits: 1 + random.below(5000), params };
  });
  const program = `
import json, sys
from dwave.cloud.solver import StructuredSolver
a = json.loads(sys.argv[1])
s = StructuredSolver(client=None, data=a['solver'])
reads = ('annealing_time', 'readout_thermalization', 'programming_thermalization')
print(json.dumps([[s.estimate_qpu_access_time(c['qubits'], **c['params']), s.max_num_reads(num_reads=1, **{k: v for k, v in c['params'].items() if k in reads})] for c in a['cases']]))
`;
  const theirs = (await runOcean(program, { solver: served, cases })) as [number, number][]; // why: the program above prints pairs
  for (const [i, { qubits, params }] of cases.entries()) {
    const [time, reads] = theirs[i]!;
    assert.ok(Math.abs(estimateQpuTime(qpu, qubits, params) - time) < 1e-6 * time, JSON.stringify(params));
    const { annealing_time, readout_thermalization, programming_thermalization } = params;
    const some = { annealing_time, readout_thermalization, programming_thermalization };
    assert.equal(mostReads(qpu, some), reads);
  }
});

test("200 random problems are encoded to the same text as D-Wave's client encodes them", needsOcean, async () => {
  const random = new Random(11);
  const graph = workingGraph(qpu);
  const problems = Array.from({ length: 200 }, () => {
    const linear = graph.qubits.filter(() => random.unit() < 0.2).map((q) => [q, random.unit() * 4 - 2] as const);
    const quadratic = graph.couplers
      .filter(() => random.unit() < 0.1)
      .map(([a, b]) => (random.unit() < 0.5 ? ([a, b, random.unit() - 0.5] as const) : ([b, a, random.unit() - 0.5] as const)));
    return { linear, quadratic, offset: random.below(10) };
  });
  const program = `
import json, sys
from dwave.cloud.solver import StructuredSolver
from dwave.cloud.coders import encode_problem_as_qp
a = json.load(open(json.loads(sys.argv[1])))
s = StructuredSolver(client=None, data=a['solver'])
print(json.dumps([encode_problem_as_qp(s, dict(p['linear']), {(x, y): v for x, y, v in p['quadratic']}, p['offset']) for p in a['problems']]))
`;
  const folder = mkdtempSync(join(tmpdir(), "entente-leap-"));
  try {
    const path = join(folder, "problems.json");
    writeFileSync(path, JSON.stringify({ solver: served, problems }));
    assert.deepEqual(
      problems.map((problem) => ({ ...encodeQp(problem, graph) })),
      await runOcean(program, path),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
