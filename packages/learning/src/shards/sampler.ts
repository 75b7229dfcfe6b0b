// Which tokens a training step sees, as a pure function of (seed, step): nothing is carried from step to step, so a resumed
// run draws what an uninterrupted one would have drawn.
//
// A shard of n tokens has n−1 targets (all but its first token). They are laid on a ring and cut into windows of the
// sequence length, from a start that changes every epoch so that windows do not always cut at the same places. The windows
// of all shards are visited in an order given by a permutation keyed by (seed, epoch): a four-round Feistel network with
// cycle walking (Black and Rogaway, Ciphers with Arbitrary Finite Domains, 2002), which needs no memory, unlike a shuffled
// list. Each target is seen exactly once an epoch; the last window of a ring is padded with weight zero.
import { LearningError } from "../errors.ts";
import { mix32 } from "../random.ts";

/** The token arrays to draw from. */
export type TokenArrays = readonly (Uint16Array | Uint32Array)[];

/** Where a batch is put: `ids` and `targets` and `weights` of batch·sequence elements. Weights sum to one. */
export interface BatchBuffers {
  readonly ids: BigInt64Array;
  readonly targets: BigInt64Array;
  readonly weights: Float32Array;
}

/** What to draw. `step` counts from 0. */
export interface Draw {
  readonly seed: number;
  readonly step: number;
  readonly batch: number;
  readonly sequence: number;
}

const hash = (...values: readonly number[]): number => values.reduce((h, v) => mix32(h ^ mix32(v + 0x9e3779b9)), 0);

/** The place of item `index` among `size` in the permutation of this key. */
export function permuted(index: number, size: number, key: number): number {
  let half = 1;
  while (4 ** half < size) half++;
  const base = 2 ** half;
  let place = index;
  do {
    let [left, right] = [Math.floor(place / base), place % base];
    for (let round = 0; round < 4; round++) [left, right] = [right, (left ^ hash(key, round, right)) & (base - 1)];
    place = left * base + right;
    // Walk the cycle back into the domain; it is at least a quarter of the network's, so a few steps do.
  } while (place >= size);
  return place;
}

/** Windows in one epoch; throws SHARDS_EMPTY if there is no target at all. */
export function windowsPerEpoch(shards: TokenArrays, sequence: number): number {
  const windows = shards.reduce((sum, tokens) => sum + windowsOf(tokens, sequence), 0);
  if (windows === 0) throw new LearningError("SHARDS_EMPTY", { shards: shards.length });
  return windows;
}

function windowsOf(tokens: Uint16Array | Uint32Array, sequence: number): number {
  return Math.ceil(Math.max(0, tokens.length - 1) / sequence);
}

/** Fills the buffers with the batch of a step; returns how many targets count. */
export function drawBatch(shards: TokenArrays, draw: Draw, buffers: BatchBuffers): number {
  const { seed, step, batch, sequence } = draw;
  const perEpoch = windowsPerEpoch(shards, sequence);
  buffers.weights.fill(0);
  let counted = 0;
  for (let row = 0; row < batch; row++) {
    const drawn = step * batch + row;
    const epoch = Math.floor(drawn / perEpoch);
    let window = permuted(drawn % perEpoch, perEpoch, hash(seed, epoch));
    let shard = 0;
    for (; window >= windowsOf(shards[shard]!, sequence); shard++) window -= windowsOf(shards[shard]!, sequence);
    const tokens = shards[shard]!;
    const ring = tokens.length - 1;
    const start = hash(seed, epoch, shard) % ring;
    const filled = Math.min(sequence, ring - window * sequence);
    for (let i = 0; i < sequence; i++) {
      const at = (start + window * sequence + Math.min(i, filled - 1)) % ring;
      buffers.ids[row * sequence + i] = BigInt(tokens[at]!);
      buffers.targets[row * sequence + i] = BigInt(tokens[at + 1]!);
      if (i < filled) buffers.weights[row * sequence + i] = 1;
    }
    counted += filled;
  }
  for (let i = 0; i < buffers.weights.length; i++) buffers.weights[i] = buffers.weights[i]! / counted;
  return counted;
}
