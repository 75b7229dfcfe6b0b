// The samplers: time to target against the defaults of the widespread annealer, gaps to best known values, kernels against their plain
// counterparts, threads, and subset selection. `npm run bench -- quantum [--instances DIR] [--known FILE] [--seconds S] [--seeds N] [--only PART]`;
// DIR holds .mc and .q files; without it the shared test data. Times are CPU time of one thread unless said.
import { type Bench, type Row, row } from "./contract.ts";
import { embeddingRows } from "./quantum/embedding.ts";
import { readInstances, unseenInstances } from "./quantum/instances.ts";
import { denseRows, gapRows, laneRows, threadRows } from "./quantum/speed.ts";
import { subsetRows } from "./quantum/subsets.ts";
import { timeToTargetRows } from "./quantum/time-to-target.ts";

const hard = new Set("G14 G22 G32 G35 G43 G55 G60 G70 G81 reg3_4000 pegasus16_pm1_a zephyr12_pm1_a".split(" "));

const bench: Bench = async ({ quick, options }) => {
  const instances = readInstances(options.instances, options.known);
  const seconds = Number(options.seconds ?? (quick ? 1 : 8));
  const seeds = Number(options.seeds ?? (quick ? 2 : 5));
  const parts: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
    target: () =>
      timeToTargetRows(
        "hard instances",
        instances.filter(({ name }) => hard.has(name)),
        seconds,
        seeds,
        30,
      ),
    unseen: () => timeToTargetRows("instances not tuned on", unseenInstances(), seconds, seeds, 20),
    lanes: () => laneRows(instances, quick),
    dense: () => denseRows(instances, seeds),
    gaps: () => gapRows(instances, quick ? 2 : 12, quick ? 1 : 3),
    threads: () => threadRows(instances, quick),
    subsets: () => subsetRows(quick),
    embedding: () => embeddingRows(quick),
  };
  const rows: Row[] = [];
  if (instances.length === 0) rows.push(row("instances: none; no --instances and no shared data here", 0, ""));
  for (const [name, part] of Object.entries(parts))
    if (options.only === undefined || options.only === name) rows.push(...(await part()));
  return rows;
};
export default bench;
