// What can be said of a model without sampling it. A narrow one (trees, rings, strips) is solved exactly by elimination. Where roof duality
// fixes variables they need no search, and its bound tells how far from the best an answer can be at most. Both are tried only where they are
// cheap beside the search, and only when no sampler was asked for by name; elimination, which gives one sample, only when no number of reads was.
import { groundState } from "../exact/elimination.ts";
import { roofDual } from "../exact/roof-duality.ts";
import type { Bqm } from "../models/bqm.ts";
import { fixed, type Reduction } from "../models/bqm-reduction.ts";
import { type SampleSet, sampleSetFromSpins } from "../sample-set.ts";
import type { SolveOptions } from "../solve-options.ts";

/** The answer itself, or what makes the search for it smaller. */
export interface Shortcut {
  /** The ground state, proven by an elimination of this width. */
  readonly solved?: { readonly samples: SampleSet; readonly width: number };
  /** No sample has a lower energy. */
  readonly bound?: number;
  /** The model without the variables that have one value in every lowest state. */
  readonly reduction?: Reduction;
}

const narrowest = 12; // width up to which elimination is quicker than the first sweeps
const eliminatedUpTo = 10_000; // variables
// Couplings per variable beyond which models are not narrow (a strip has fewer than 2), and finding that out costs as much as the first anneals.
const [ofSmall, ofLarge] = [2.2, 1.45];
const smallUpTo = 400; // variables
const dualUpTo = 50_000; // couplings
const dualNeighbours = 30; // on denser models roof duality fixes nothing
const dualShare = 0.1; // of the time limit
const dualWorthMs = 200;

/** Looks for a shortcut. Throws the signal's reason. */
export async function shortcut(model: Bqm, { timeLimitMs, reads, signal }: SolveOptions): Promise<Shortcut> {
  const { size, biases, linear } = model;
  const couplings = biases.length;
  if (reads === undefined && size <= eliminatedUpTo && couplings <= size * (size <= smallUpTo ? ofSmall : ofLarge)) {
    const found = await groundState(model, { maxWidth: narrowest, ...(signal === undefined ? {} : { signal }) });
    if (found) return { solved: { samples: sampleSetFromSpins(model, [found.spins]), width: found.width }, bound: found.energy };
  }
  // Without fields nothing is fixed, and the bound is that of every coupling satisfied.
  const trivial = model.vartype === "SPIN" && linear.every((h) => h === 0);
  if (trivial || timeLimitMs === undefined || timeLimitMs < dualWorthMs) return {};
  if (couplings > dualUpTo || 2 * couplings > dualNeighbours * size) return {};
  const enough = AbortSignal.timeout(timeLimitMs * dualShare);
  try {
    const dual = await roofDual(model, signal ? AbortSignal.any([signal, enough]) : enough);
    const values = new Map([...dual.fixed.entries()].flatMap(([i, value]) => (value === undefined ? [] : [[i, value] as const])));
    return { bound: dual.bound, ...(values.size === 0 ? {} : { reduction: fixed(model, values) }) };
  } catch (error) {
    signal?.throwIfAborted();
    if (enough.aborted) return {};
    throw error;
  }
}
