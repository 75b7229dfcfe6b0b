// How soon a target is reached that one in 33 reads of the anchor reaches: CPU time of the default solver from the model to the target, over
// seeds, against the anchor's CPU time per such read. Beside it what the SIMD lanes alone give, at the anchor's own temperatures and sweeps.
import { loadSampler, solve, spinProblem } from "@entente/quantum";
import { type Row, row } from "../contract.ts";
import { type AnchorRun, anchorReads, defaultRange } from "./anchor.ts";
import type { Instance } from "./instances.ts";

const percentile = 0.97;
const giveUpMs = 20_000;

/** CPU time spent by `run`, seconds. */
export async function cpuSeconds(run: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** The energy that 3 % of the anchor's reads reach, and the anchor's CPU seconds until one does. */
export function target({ energies, secondsPerRead }: AnchorRun): { readonly energy: number; readonly seconds: number } {
  const sorted = energies.toSorted((a, b) => a - b);
  const energy = sorted[Math.floor((1 - percentile) * sorted.length)]!;
  const hits = sorted.filter((e) => e <= energy + tolerance(energy)).length;
  return { energy, seconds: (secondsPerRead * energies.length) / hits };
}

/** Rows of each instance and the geometric means, under `title`; `goal` is that of the default solver's mean. */
export async function timeToTargetRows(
  title: string,
  instances: readonly Instance[],
  seconds: number,
  seeds: number,
  goal: number,
) {
  const rows: Row[] = [];
  const ratios: number[] = [];
  const laneRatios: number[] = [];
  for (const instance of instances) {
    const anchor = target(anchorReads(instance, seconds, 1));
    let spent = 0;
    let missed = 0;
    for (let seed = 1; seed <= seeds; seed++) {
      spent += await cpuSeconds(async () => {
        const { provenance } = await solve(instance.model, { seed, target: anchor.energy, timeLimitMs: giveUpMs });
        if (provenance.energy > anchor.energy + tolerance(anchor.energy)) missed += 1;
      });
    }
    const ours = spent / Math.max(1, seeds - missed);
    ratios.push(anchor.seconds / ours);
    rows.push(row(`${instance.name}: energy ${anchor.energy}, anchor`, anchor.seconds, "s"));
    rows.push(row(`${instance.name}: default solver${missed ? ` (${missed} of ${seeds} missed)` : ""}`, ours, "s"));
    rows.push(row(`${instance.name}: anchor / default solver`, anchor.seconds / ours, "x"));
    const lanes = await lanesAlone(instance, anchor.energy, seconds / 2);
    if (lanes !== undefined) laneRatios.push(anchor.seconds / lanes);
  }
  rows.push(
    row(`${title}: against the anchor's defaults, geometric mean of ${ratios.length}`, geometricMean(ratios), "x", ">=", goal),
  );
  rows.push(
    row(
      `${title}: lanes alone, the anchor's temperatures and sweeps, geometric mean of ${laneRatios.length}`,
      geometricMean(laneRatios),
      "x",
    ),
  );
  return rows;
}

async function lanesAlone({ model }: Instance, energy: number, seconds: number): Promise<number | undefined> {
  const sampler = await loadSampler("simulated-annealing");
  const betaRange = defaultRange(spinProblem(model));
  let [hits, spent] = [0, 0];
  for (let seed = 1; spent < seconds || (hits === 0 && spent < 4 * seconds); seed++) {
    spent += await cpuSeconds(async () => {
      const { energies, occurrences } = await sampler.sample(model, { seed, reads: 32, sweeps: 1000, betaRange });
      for (const [r, e] of energies.entries()) if (e <= energy + tolerance(energy)) hits += occurrences[r]!;
    });
  }
  return hits === 0 ? undefined : spent / hits;
}

function tolerance(energy: number): number {
  return 1e-9 * Math.abs(energy);
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, v) => sum + Math.log(v), 0) / values.length);
}
