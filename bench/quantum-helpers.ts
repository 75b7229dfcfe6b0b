// Whether the training helpers are worth it, each against what people use without an annealer. `--only subset|tuning|rounding|allocation`.
import type { Bench, Row } from "./contract.ts";
import { allocationRows } from "./quantum/helpers/allocation.ts";
import { roundingRows } from "./quantum/helpers/rounding.ts";
import { subsetRows } from "./quantum/helpers/subset.ts";
import { tuningRows } from "./quantum/helpers/tuning.ts";

const parts = { subset: subsetRows, tuning: tuningRows, rounding: roundingRows, allocation: allocationRows };

const bench: Bench = async ({ quick, options }) => {
  const rows: Row[] = [];
  for (const [name, part] of Object.entries(parts)) {
    if (options.only === undefined || options.only === name) rows.push(...(await part(quick)));
  }
  return rows;
};
export default bench;
