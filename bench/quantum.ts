// How soon the samplers reach known optima, how fast annealing and tabu step, and whether a QUBO selects better than greedy.
// `npm run bench -- quantum [--quick]`. Instances come from shared/data/qubo beside the checkout; without it those rows are left out.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  type Bqm,
  bqmFromPairs,
  greedyByCoverage,
  likenessMatrix,
  loadSampler,
  maxCutFormat,
  maxCutModel,
  parse,
  qFormat,
  type SubsetInput,
  selectSubset,
  solve,
  subsetProblem,
  subsetScore,
} from "@entente/quantum";
import { type Bench, type Row, row } from "./contract.ts";
import { embeddingRows } from "./quantum/embedding.ts";

const bench: Bench = async ({ quick }) => {
  return [...(await timesToOptimum(quick)), ...(await speeds(quick)), ...(await subsets(quick)), ...(await embeddingRows(quick))];
};

export default bench;

async function timesToOptimum(quick: boolean): Promise<Row[]> {
  const known = shared("qubo/known.json");
  if (known === undefined) return [];
  const best: Record<string, { best: number }> = JSON.parse(known);
  const rows: Row[] = [];
  const seeds = quick ? [1, 2, 3] : [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const instances: [string, Bqm][] = [];
  for (const name of ["bqp50_1", "bqp250_1", "bqp500_1", "bqp1000_1"])
    instances.push([name, parse(qFormat, shared(`qubo/${name}.q`)!)]);
  for (const name of ["G1", "G43"]) instances.push([name, maxCutModel(parse(maxCutFormat, shared(`qubo/${name}.mc`)!))]);
  for (const [name, model] of instances) {
    for (const solver of name.startsWith("G") ? ["simulated-annealing"] : ["tabu", "simulated-annealing"]) {
      const target = -best[name]!.best;
      const times: number[] = [];
      for (const seed of seeds) {
        const { provenance } = await solve(model, { solver, seed, target, timeLimitMs: 10_000 });
        times.push(provenance.energy <= target ? provenance.timeMs : Number.POSITIVE_INFINITY);
      }
      times.sort((a, b) => a - b);
      rows.push(
        row(`${name} ${solver}: optimum reached`, times.filter(Number.isFinite).length / seeds.length, "of seeds", ">=", 1),
      );
      rows.push(row(`${name} ${solver}: median time to it`, times[times.length >> 1]!, "ms"));
    }
  }
  if (quick) return rows;
  // Hard ones: how near in 10 s, for reading, not for passing.
  for (const name of ["G14", "G22", "G32", "G55"]) {
    const { provenance } = await solve(maxCutModel(parse(maxCutFormat, shared(`qubo/${name}.mc`)!)), { timeLimitMs: 10_000 });
    rows.push(
      row(`${name}: gap to the best known after 10 s`, (100 * (best[name]!.best + provenance.energy)) / best[name]!.best, "%"),
    );
  }
  return rows;
}

async function speeds(quick: boolean): Promise<Row[]> {
  const rows: Row[] = [];
  const annealing = await loadSampler("simulated-annealing");
  const models: [string, Bqm][] = [["random 4-regular ring lattice, n 20000", lattice(20_000)]];
  const g22 = shared("qubo/G22.mc");
  if (g22 !== undefined) models.push(["G22, degree 20", maxCutModel(parse(maxCutFormat, g22))]);
  for (const [name, model] of models) {
    const sweeps = Math.round((quick ? 2e7 : 2e8) / model.size);
    const rate = (await perSecond(() => annealing.sample(model, { seed: 1, sweeps }), sweeps * model.size)) / 1e6;
    rows.push(row(`annealing, ${name}`, rate, "M spin updates/s"));
  }
  const tabu = await loadSampler("tabu");
  for (const size of [1000, 2000]) {
    const model = dense(size);
    const sweeps = Math.round((quick ? 3e7 : 2e8) / size);
    rows.push(
      row(
        `tabu, dense n ${size}, set-up included`,
        (await perSecond(() => tabu.sample(model, { seed: 1, sweeps }), sweeps)) / 1e3,
        "k steps/s",
      ),
    );
  }
  return rows;
}

async function perSecond(run: () => Promise<unknown>, steps: number): Promise<number> {
  const times: number[] = [];
  for (let r = 0; r < 3; r++) {
    const startedAt = performance.now();
    await run();
    times.push(performance.now() - startedAt);
  }
  return (steps / Math.min(...times)) * 1000;
}

async function subsets(quick: boolean): Promise<Row[]> {
  const rows: Row[] = [];
  const cases = quick
    ? ([[500, 50]] as const)
    : ([
        [500, 50],
        [2000, 200],
        [5000, 100],
      ] as const);
  for (const [n, count] of cases) {
    for (const budget of ["count", "size"] as const) {
      const dimensions = 64;
      const input: SubsetInput = {
        embeddings: clustered(n, dimensions, 30),
        dimensions,
        sizes: Array.from({ length: n }, (_, i) => 50 + ((i * 7919) % 950)),
        budget: budget === "count" ? { count } : { size: 525 * count },
      };
      const startedAt = performance.now();
      const { score, greedy } = await selectSubset(input);
      const seconds = (performance.now() - startedAt) / 1000;
      const problem = await subsetProblem(input, 1);
      const items = Int32Array.from({ length: n }, (_, i) => i);
      const byCoverage = greedyByCoverage({
        problem,
        items,
        budget: problem.budget,
        likeness: await likenessMatrix(problem, items),
      });
      const facility = await subsetScore(problem, byCoverage);
      const what = `subset ${count} of ${n} by ${budget}`;
      rows.push(row(`${what}: QUBO score / greedy score`, score.score / greedy.score.score, "ratio", ">=", 1));
      rows.push(row(`${what}: facility-location greedy score / greedy score`, facility.score / greedy.score.score, "ratio"));
      rows.push(row(`${what}: coverage of QUBO`, score.coverage, "0..1"));
      rows.push(row(`${what}: coverage of greedy`, greedy.score.coverage, "0..1"));
      rows.push(row(`${what}: coverage of facility-location greedy`, facility.coverage, "0..1"));
      rows.push(row(`${what}: time, greedy included`, seconds, "s"));
    }
  }
  return rows;
}

// Deterministic figures without a library: a linear congruential generator is random enough for a benchmark.
function figures(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

function lattice(size: number): Bqm {
  const next = figures(1);
  const rows = [...Array(size).keys(), ...Array(size).keys()];
  const columns = rows.map((i, k) => (i + (k < size ? 1 : 141)) % size);
  return bqmFromPairs({ vartype: "SPIN", size, rows, columns, biases: rows.map(() => (next() < 0.5 ? -1 : 1)) });
}

function dense(size: number): Bqm {
  const next = figures(2);
  const [rows, columns, biases]: [number[], number[], number[]] = [[], [], []];
  for (let i = 0; i < size; i++) {
    for (let j = i + 1; j < size; j++) {
      rows.push(i);
      columns.push(j);
      biases.push(next() < 0.5 ? -1 : 1);
    }
  }
  return bqmFromPairs({ vartype: "SPIN", size, rows, columns, biases });
}

// Clusters of sizes 1, 1/2, 1/3, ... on the unit sphere, as topics in a folder of documents.
function clustered(n: number, dimensions: number, clusters: number): Float32Array {
  const next = figures(3);
  const unit = () => {
    const v = Array.from({ length: dimensions }, () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()));
    const length = Math.hypot(...v);
    return v.map((x) => x / length);
  };
  const centres = Array.from({ length: clusters }, unit);
  const total = centres.reduce((sum, _, g) => sum + 1 / (g + 1), 0);
  const embeddings = new Float32Array(n * dimensions);
  for (let i = 0; i < n; i++) {
    let at = next() * total;
    let g = 0;
    while (g < clusters - 1 && at >= 1 / (g + 1)) at -= 1 / ++g;
    const off = unit();
    const v = centres[g]!.map((x, k) => x + 0.6 * off[k]!);
    const length = Math.hypot(...v);
    embeddings.set(
      v.map((x) => x / length),
      i * dimensions,
    );
  }
  return embeddings;
}

function shared(path: string): string | undefined {
  for (let dir = import.meta.dirname; dir !== dirname(dir); dir = dirname(dir)) {
    const file = join(dir, "shared", "data", path);
    if (existsSync(file)) return readFileSync(file, "utf8");
  }
  return undefined;
}
