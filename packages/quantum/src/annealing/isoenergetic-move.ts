// The cluster move of Houdayer (2001), as used with parallel tempering by Zhu, Ochoa and Katzgraber (2015): where two replicas at the same
// temperature differ, the differing spins fall into connected clusters. Flipping one cluster in both replicas exchanges its spins between
// them: the sum of the two energies stays the same, so the move is always accepted, and it crosses barriers that single flips do not.
import type { SpinProblem } from "../models/spin-problem.ts";
import type { Random } from "../random.ts";

/** Flips one random cluster of differing spins in both samples (-1/+1), in place. Returns how many spins it has; 0 when nothing was done. */
export function isoenergeticMove(
  { size, start, column }: SpinProblem,
  first: Int8Array,
  second: Int8Array,
  random: Random,
  stack: Int32Array,
): number {
  let differing = 0;
  for (let i = 0; i < size; i++) if (first[i] !== second[i]) differing++;
  // Beyond half, a single cluster spans the whole graph and the move only renames the replicas.
  if (differing === 0 || 2 * differing > size) return 0;
  let nth = random.below(differing);
  let seed = 0;
  for (; ; seed++) if (first[seed] !== second[seed] && nth-- === 0) break;
  const exchange = (i: number): void => {
    const kept = first[i]!;
    first[i] = second[i]!;
    second[i] = kept;
  };
  // A spin that was exchanged still differs: the queue's own marks tell which were taken.
  const taken = new Uint8Array(size);
  taken[seed] = 1;
  stack[0] = seed;
  let length = 1;
  for (let at = 0; at < length; at++) {
    const i = stack[at]!;
    for (let k = start[i]!; k < start[i + 1]!; k++) {
      const j = column[k]!;
      if (taken[j] === 1 || first[j] === second[j]) continue;
      taken[j] = 1;
      stack[length++] = j;
    }
  }
  for (let at = 0; at < length; at++) exchange(stack[at]!);
  return length;
}
