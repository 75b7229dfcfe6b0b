// The real dwave-samplers from PyPI beside ours on the same instances in the same run: simulated annealing and tabu at their defaults, and
// the best of a grid of annealing settings, which somebody who knows the instance would find. Needs ENTENTE_OCEAN_PYTHON.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { dimodBqmFormat, solve, spinProblem } from "@entente/quantum";
import { type Row, row } from "../contract.ts";
import { defaultRange } from "./anchor.ts";
import type { Instance } from "./instances.ts";
import { cpuSeconds, geometricMean, target } from "./time-to-target.ts";

interface Answer {
  readonly energies: readonly number[];
  readonly cpu: number;
  readonly wall: number;
}

const giveUpMs = 20_000;

/** Time to the energy that 3 % of the peer's default reads reach: the peer's at defaults, at its best settings, its tabu's, and ours. */
export async function peerRows(instances: readonly Instance[], seconds: number, seeds: number): Promise<readonly Row[]> {
  const python = process.env.ENTENTE_OCEAN_PYTHON;
  if (python === undefined) return [row("dwave-samplers: skipped, ENTENTE_OCEAN_PYTHON names no Python with it", 0, "")];
  const folder = mkdtempSync(join(tmpdir(), "entente-peer-"));
  const child = spawn(python, [fileURLToPath(new URL("dwave-samplers.py", import.meta.url))], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (question: object): Promise<Answer> => {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error("the peer ended");
    return JSON.parse(value);
  };
  try {
    const rows: Row[] = [];
    const ratios: Record<"defaults" | "best" | "tabu" | "wall", number[]> = { defaults: [], best: [], tabu: [], wall: [] };
    for (const instance of instances) {
      const { name, model } = instance;
      const file = join(folder, `${name}.bqm`);
      writeFileSync(file, dimodBqmFormat.bytes(model));
      const reads = await ask({ file, solver: "sa", seconds, seed: 1, least: 3 });
      const goal = target({ energies: reads.energies, secondsPerRead: reads.cpu / reads.energies.length });
      const ours = { cpu: 0, wall: 0 };
      for (let seed = 1; seed <= seeds; seed++) {
        const started = performance.now();
        ours.cpu += await cpuSeconds(() => solve(model, { seed, target: goal.energy, timeLimitMs: giveUpMs }));
        ours.wall += (performance.now() - started) / 1000;
      }
      const mine = ours.cpu / seeds;
      const [hot, cold] = defaultRange(spinProblem(model));
      let best = goal.seconds;
      let how = "defaults";
      for (const [warmer, colder] of [
        [1, 1],
        [8, 1],
        [8, 0.4],
      ] as const)
        for (const sweeps of [300, 2000]) {
          const options = { num_sweeps: sweeps, beta_range: [hot * warmer, cold * colder] };
          const found = await ask({ file, solver: "sa", seconds: seconds / 4, seed: 7, options });
          const time = timeTo(goal.energy, found);
          if (time < best) [best, how] = [time, `${sweeps} sweeps, beta ${warmer}x to ${colder}x`];
        }
      const tabu = timeTo(goal.energy, await ask({ file, solver: "tabu", seconds: seconds / 4, seed: 1 }));
      ratios.defaults.push(goal.seconds / mine);
      ratios.best.push(best / mine);
      if (Number.isFinite(tabu)) ratios.tabu.push(tabu / mine);
      ratios.wall.push((goal.seconds * (reads.wall / reads.cpu)) / (ours.wall / seeds));
      rows.push(row(`${name}: energy ${goal.energy}, ours`, mine, "s"));
      rows.push(row(`${name}: dwave-samplers annealing, defaults`, goal.seconds, "s"));
      rows.push(row(`${name}: its best settings (${how})`, best, "s"));
      rows.push(row(`${name}: its tabu, defaults${Number.isFinite(tabu) ? "" : " (never in the time)"}`, tabu, "s"));
    }
    rows.push(
      row("dwave-samplers annealing at defaults / ours, CPU, geometric mean", geometricMean(ratios.defaults), "x", ">=", 10),
    );
    rows.push(row("… wall time", geometricMean(ratios.wall), "x"));
    rows.push(row("… at its best settings / ours, CPU, geometric mean", geometricMean(ratios.best), "x", ">=", 2));
    if (ratios.tabu.length > 0)
      rows.push(row(`its tabu at defaults / ours, the ${ratios.tabu.length} it reached`, geometricMean(ratios.tabu), "x"));
    return rows;
  } finally {
    child.stdin.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

function timeTo(energy: number, { energies, cpu }: Answer): number {
  const hits = energies.filter((e) => e <= energy + 1e-9 * Math.abs(energy)).length;
  return hits === 0 ? Number.POSITIVE_INFINITY : cpu / hits;
}
