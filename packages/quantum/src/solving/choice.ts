// Which sampler `auto` takes. Enumeration for the smallest. Otherwise what decides is how many neighbours a variable has: partition
// crossover needs samples to differ in many separate regions, which they do on sparse models; a tabu step is a pass over a row of a dense matrix,
// which pays when the row is not mostly zeros. In between nobody knows beforehand: where there is time, both run for a moment.
import { type Bqm, densityOf } from "../models/bqm.ts";

/** A sampler's name, why it, and who else might do better and should be tried in a race. */
export interface Choice {
  readonly name: string;
  readonly why: string;
  readonly rivals: readonly string[];
}

const [exactAtOnce, exactInTime] = [14, 20]; // variables: 1 ms, and 60 ms where there is time for a proof
const worthProvingMs = 200;
const tabuUpTo = 10_000;
const denseNeighbours = 200;
const denseShare = 0.08;
const surelySparse = 12; // neighbours: tabu has never won there
const surelyDense = 0.3; // share of all couplings: crossover has never won there
/** Variables up to which a call without limits gets a short fixed effort (see run.ts). */
export const smallUpTo = 64;

/** The sampler for a model; `solver` is a name or "auto", and `timeLimitMs` how long there is. */
export function chosen(model: Bqm, solver: string, timeLimitMs?: number): Choice {
  if (solver !== "auto") return { name: solver, why: "asked for by name", rivals: [] };
  const { size, biases } = model;
  if (size <= (timeLimitMs === undefined || timeLimitMs < worthProvingMs ? exactAtOnce : exactInTime))
    return { name: "exact", why: `${size} variables are few enough to try every sample`, rivals: [] };
  if (size <= smallUpTo)
    return { name: "tabu", why: `${size} variables: a short tabu search; give it time to search longer`, rivals: [] };
  const density = densityOf(model);
  const neighbours = (2 * biases.length) / size;
  const facts = `${size} variables, ${(density * 100).toFixed(1)} % of the couplings, ${neighbours.toFixed(1)} neighbours each`;
  const open = size <= tabuUpTo && neighbours > surelySparse && density < surelyDense;
  if (size <= tabuUpTo && (density >= denseShare || neighbours >= denseNeighbours))
    return { name: "tabu", why: `dense: ${facts}`, rivals: open ? ["crossover-annealing"] : [] };
  return { name: "crossover-annealing", why: `sparse: ${facts}`, rivals: open ? ["tabu"] : [] };
}
