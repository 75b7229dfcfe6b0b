// Steps per second of the kernels against their plain counterparts, reads per second of two threads against one, and how soon small models
// and dense ones with known optima are solved.
import { type Bqm, loadSampler, solve } from "@entente/quantum";
import { type Row, row } from "../contract.ts";
import { type Instance, palubeckis } from "./instances.ts";
import { cpuSeconds } from "./time-to-target.ts";

/** Spin updates per second of lanes and plain kernel, in turns. */
export async function laneRows(instances: readonly Instance[], quick: boolean): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const rate = async (name: string, model: Bqm, reads: number, sweeps: number): Promise<number> => {
    const sampler = await loadSampler(name);
    const seconds = await cpuSeconds(() => sampler.sample(model, { seed: 1, reads, sweeps }));
    return (model.size * reads * sweeps) / seconds / 1e6;
  };
  for (const name of ["G22", "G81"]) {
    const model = instances.find((instance) => instance.name === name)?.model;
    if (!model) continue;
    const [lanes, plain]: [number[], number[]] = [[], []];
    for (let round = 0; round < (quick ? 2 : 5); round++) {
      lanes.push(await rate("simulated-annealing", model, 16, quick ? 1000 : 4000));
      plain.push(await rate("scalar-annealing", model, 1, quick ? 500 : 2000));
    }
    const ratio = Math.max(...lanes) / Math.max(...plain);
    rows.push(row(`${name}: lanes`, Math.max(...lanes), "M spin updates/s"));
    rows.push(row(`${name}: plain TypeScript`, Math.max(...plain), "M spin updates/s"));
    rows.push(row(`${name}: lanes / plain`, ratio, "x", ">=", 6));
  }
  return rows;
}

/** p3000.1 to its best known value, and the instances that every sound solver solves. */
export async function denseRows(instances: readonly Instance[], seeds: number): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const p3000 = palubeckis(3000, 50, 31_000);
  let solved = 0;
  const times: number[] = [];
  for (let seed = 1; seed <= 5; seed++) {
    const seconds = await cpuSeconds(async () => {
      const { provenance } = await solve(p3000, { solver: "tabu", seed, target: -3_931_583, timeLimitMs: 15_000 });
      if (provenance.energy > -3_931_583) times.push(Number.POSITIVE_INFINITY);
    });
    times.push(seconds);
    if (seconds <= 5) solved += 1;
  }
  rows.push(row("p3000.1: seeds of 5 at the best known value within 5 s of CPU", solved, "", ">=", 4));
  rows.push(row("p3000.1: median CPU time to it", times.toSorted((a, b) => a - b)[2] ?? Number.NaN, "s"));
  for (const { name, model, best } of instances) {
    if (!(name.startsWith("bqp") || name === "G1" || name === "G43") || best === undefined) continue;
    let slowest = 0;
    for (let seed = 1; seed <= seeds; seed++)
      slowest = Math.max(slowest, await cpuSeconds(() => solve(model, { seed, target: -best, timeLimitMs: 10_000 })));
    rows.push(row(`${name}: slowest of ${seeds} seeds to the optimum`, slowest, "s", "<=", 1));
  }
  return rows;
}

const gaps: Readonly<Record<string, number>> = { G14: 0.1, G22: 0.01, G55: 0.12, G60: 0.13, G70: 0.32, G81: 0.7 };

/** Distance to the best known value after `seconds` of one thread. */
export async function gapRows(instances: readonly Instance[], seconds: number, seeds: number): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const { name, model, best } of instances) {
    const goal = gaps[name];
    if (goal === undefined || best === undefined) continue;
    const found: number[] = [];
    for (let seed = 1; seed <= seeds; seed++)
      found.push(-(await solve(model, { seed, timeLimitMs: seconds * 1000 })).provenance.energy);
    const gap = (value: number) => (100 * (best - value)) / best;
    rows.push(
      row(`${name}: gap to ${best} after ${seconds} s, worst of ${seeds} seeds`, gap(Math.min(...found)), "%", "<=", goal),
    );
    rows.push(row(`${name}: best`, gap(Math.max(...found)), "%"));
  }
  return rows;
}

/** Reads per second of wall time in two threads against one, in turns; on a machine with other work it measures that work too. */
export async function threadRows(instances: readonly Instance[], quick: boolean): Promise<readonly Row[]> {
  const model = instances.find(({ name }) => name === "G55")?.model;
  if (!model) return [];
  const ratios: number[] = [];
  for (let round = 0; round < (quick ? 2 : 5); round++) {
    const [one, two] = [await readsPerSecond(model, 1, quick), await readsPerSecond(model, 2, quick)];
    ratios.push(two / one);
  }
  return [row("G55: reads per second, two threads / one, best of rounds", Math.max(...ratios), "x", ">=", 1.7)];
}

async function readsPerSecond(model: Bqm, threads: number, quick: boolean): Promise<number> {
  const reads = quick ? 64 : 256;
  const started = performance.now();
  await solve(model, { solver: "simulated-annealing", reads, sweeps: 4000, threads });
  return (1000 * reads) / (performance.now() - started);
}
