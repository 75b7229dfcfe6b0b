// The tabu kernel (assembly/tabu.ts) in plain TypeScript: the same moves from the same state. The reference that the kernel is held to.
import type { TabuSteps } from "./tabu-steps.ts";

/** Takes tabu steps in place; see assembly/tabu.ts. Returns the steps taken. */
export const plainSteps: TabuSteps = (
  n,
  stride,
  { matrix, change, sign, free, io, state },
  step,
  steps,
  tenure,
  spread,
  noise,
) => {
  const real = change instanceof Float32Array;
  const most = real ? 3.4028234663852886e38 : 2 ** 31 - 1;
  const vectors = (n + 3) >> 2;
  const best = io[1]!;
  let energy = io[0]!;
  let move = io[2]!;
  let random = state[0]!;
  let taken = 0;
  while (taken < steps) {
    random ^= random << 13;
    random ^= random >>> 17;
    random ^= random << 5;
    const now = step + taken;
    if (move >= 0) {
      const own = change[move]!;
      energy += own;
      sign[move] = real ? sign[move]! ^ 0x80000000 : ~sign[move]!;
      free[move] = now + 1 + tenure + Math.floor(((random >>> 8) * (spread + 1)) / 2 ** 24);
      const row = move * stride;
      const down = sign[move]! < 0;
      for (let j = 0; j < stride; j++) {
        if (sign[j]! < 0 === down) change[j]! -= matrix[row + j]!;
        else change[j]! += matrix[row + j]!;
      }
      change[move] = -own;
      taken++;
    }
    const aspiration = real ? Math.fround(best - energy - noise) : Math.max(-(2 ** 31), best - energy);
    const turn = Math.floor(((random & 0xffff) * vectors) / 2 ** 16);
    const least = [most, most, most, most];
    const where = [-1, -1, -1, -1];
    for (const [from, to] of [
      [turn * 4, vectors * 4],
      [0, turn * 4],
    ] as const)
      for (let j = from; j < to; j++) {
        const value = change[j]!;
        if (value < least[j & 3]! && (free[j]! <= now + 1 || value < aspiration)) {
          least[j & 3] = value;
          where[j & 3] = j;
        }
      }
    let value = least[0]!;
    move = where[0]!;
    for (let lane = 1; lane < 4; lane++)
      if (least[lane]! < value) {
        value = least[lane]!;
        move = where[lane]!;
      }
    if (move < 0) move = Math.floor(((random >>> 16) * n) / 2 ** 16);
    if (energy < best - noise && value >= 0) break;
  }
  state[0] = random;
  io[0] = energy;
  io[2] = move;
  return taken;
};
