// One-flip tabu search on a dense matrix. change[j] is what flipping j would add to the energy, -2 s_j f_j. When i flips, f_j changes by
// 2 J_ij s_i (s_i as it is after), so change[j] by -4 s_i s_j J_ij. `matrix` holds 4 J row by row: int8 or int16 multiples of a unit
// where they fit (a row is then read in a quarter or half of the time, and rows are what a step waits for), f32 otherwise. Changes are
// int32 units or f32. A step is two passes: one brings the changes up to date along the row, one finds the next move.

/** change[j] -= s_i s_j matrix[i][j] for the row at `row`; `flipped` is the sign of i after its flip, -1 or 0 (T's sign bit for f32). */
// @ts-ignore: decorator
@inline
function follow<T>(count: i32, row: usize, change: usize, sign: usize, down: bool): void {
  if (isFloat<T>()) {
    const minus = i32x4.splat(down ? 0 : 0x80000000);
    for (let at: usize = 0; at < <usize>count << 2; at += 16) {
      const product = v128.xor(v128.load(row + at), v128.xor(v128.load(sign + at), minus));
      v128.store(change + at, f32x4.add(v128.load(change + at), product));
    }
  } else if (sizeof<T>() == 2) {
    const minus = i16x8.splat(down ? 0 : -1);
    for (let j: usize = 0; j < <usize>count; j += 8) {
      const m = v128.xor(v128.load(sign + (j << 1)), minus);
      const product = i16x8.sub(v128.xor(v128.load(row + (j << 1)), m), m);
      const at = change + (j << 2);
      v128.store(at, i32x4.add(v128.load(at), i32x4.extend_low_i16x8_s(product)));
      v128.store(at, i32x4.add(v128.load(at, 16), i32x4.extend_high_i16x8_s(product)), 16);
    }
  } else {
    const minus = i8x16.splat(down ? 0 : -1);
    for (let j: usize = 0; j < <usize>count; j += 16) {
      const m = v128.xor(v128.load(sign + j), minus);
      const product = i8x16.sub(v128.xor(v128.load(row + j), m), m);
      const low = i16x8.extend_low_i8x16_s(product);
      const high = i16x8.extend_high_i8x16_s(product);
      const at = change + (j << 2);
      v128.store(at, i32x4.add(v128.load(at), i32x4.extend_low_i16x8_s(low)));
      v128.store(at, i32x4.add(v128.load(at, 16), i32x4.extend_high_i16x8_s(low)), 16);
      v128.store(at, i32x4.add(v128.load(at, 32), i32x4.extend_low_i16x8_s(high)), 32);
      v128.store(at, i32x4.add(v128.load(at, 48), i32x4.extend_high_i16x8_s(high)), 48);
    }
  }
}

/**
 * Takes up to `steps` steps, the first being number `step`; ends early in a local minimum below the best energy, so that the caller
 * can keep it. `stride`: variables with their padding, a multiple of 16; a change of padding is the largest number. `sign` (T): -1 for a spin that is down, else 0; for f32 the sign
 * bit. `free` (i32): the step from which a variable may flip again. `io` (f64): the energy, the best energy of this
 * round, the next move (-1: none yet). `state`: xorshift32. A flipped variable is tabu for `tenure` steps and up to `spread` more. An
 * energy counts as lower when it is so by more than `noise`. Returns the steps taken. src/tabu/plain-steps.ts does the same in plain
 * TypeScript, step for step.
 */
// @ts-ignore: decorator
@inline
function tabu<T, C>(
  n: i32, stride: i32, matrix: usize, change: usize, sign: usize, free: usize, io: usize, state: usize,
  step: i32, steps: i32, tenure: i32, spread: i32, noise: f64,
): i32 {
  let energy = load<f64>(io);
  const best = load<f64>(io, 8);
  let move = <i32>load<f64>(io, 16);
  let random = load<u32>(state);
  const vectors = (n + 3) >> 2;
  const most = v128.splat<C>(isFloat<C>() ? <C>f32.MAX_VALUE : <C>i32.MAX_VALUE);
  const four = i32x4.splat(4);
  let taken = 0;
  while (taken < steps) {
    random ^= random << 13;
    random ^= random >> 17;
    random ^= random << 5;
    const now = step + taken;
    if (move >= 0) {
      const at = <usize>move << 2;
      const own = load<C>(change + at);
      energy += <f64>own;
      let down: bool;
      if (isFloat<T>()) {
        const s = load<i32>(sign + at) ^ 0x80000000;
        store<i32>(sign + at, s);
        down = s < 0;
      } else {
        const s = ~load<T>(sign + (<usize>move << alignof<T>()));
        store<T>(sign + (<usize>move << alignof<T>()), <T>s);
        down = s < 0;
      }
      store<i32>(free + at, now + 1 + tenure + <i32>((<u64>(random >> 8) * <u64>(spread + 1)) >> 24));
      follow<T>(stride, matrix + (<usize>move * <usize>stride << alignof<T>()), change, sign, down);
      store<C>(change + at, -own);
      taken++;
    }
    // A tabu move is taken all the same if it leads below the best of this round.
    const aspiration = v128.splat<C>(isFloat<C>() ? <C>(best - energy - noise) : <C>Math.max(-2147483648, best - energy));
    const clock = i32x4.splat(now + 1);
    // From a random vector on, so that equal moves do not always fall to the first.
    const turn = <i32>((<u64>(random & 0xffff) * <u64>vectors) >> 16);
    let least = most;
    let where = i32x4.splat(-1);
    for (let part = 0; part < 2; part++) {
      let v = part == 0 ? turn : 0;
      const end = part == 0 ? vectors : turn;
      let index = i32x4.add(i32x4.splat(v << 2), i32x4(0, 1, 2, 3));
      for (; v < end; v++) {
        const offset = <usize>v << 4;
        const value = v128.load(change + offset);
        const allowed = v128.or(i32x4.le_s(v128.load(free + offset), clock), v128.lt<C>(value, aspiration));
        const better = v128.and(v128.lt<C>(value, least), allowed);
        least = v128.bitselect(value, least, better);
        where = v128.bitselect(index, where, better);
        index = i32x4.add(index, four);
      }
    }
    let value = v128.extract_lane<C>(least, 0);
    let found = i32x4.extract_lane(where, 0);
    if (v128.extract_lane<C>(least, 1) < value) { value = v128.extract_lane<C>(least, 1); found = i32x4.extract_lane(where, 1); }
    if (v128.extract_lane<C>(least, 2) < value) { value = v128.extract_lane<C>(least, 2); found = i32x4.extract_lane(where, 2); }
    if (v128.extract_lane<C>(least, 3) < value) { value = v128.extract_lane<C>(least, 3); found = i32x4.extract_lane(where, 3); }
    // All tabu (only in tiny models): any variable.
    if (found < 0) found = <i32>((<u64>(random >> 16) * <u64>n) >> 16);
    move = found;
    // The next move leads uphill, and here is lower than ever: the caller keeps it.
    if (energy < best - noise && value >= 0) break;
  }
  store<u32>(state, random);
  store<f64>(io, energy);
  store<f64>(io, <f64>move, 16);
  return taken;
}

export function tabu8(n: i32, stride: i32, matrix: usize, change: usize, sign: usize, free: usize, io: usize, state: usize, step: i32, steps: i32, tenure: i32, spread: i32, noise: f64): i32 {
  return tabu<i8, i32>(n, stride, matrix, change, sign, free, io, state, step, steps, tenure, spread, noise);
}
export function tabu16(n: i32, stride: i32, matrix: usize, change: usize, sign: usize, free: usize, io: usize, state: usize, step: i32, steps: i32, tenure: i32, spread: i32, noise: f64): i32 {
  return tabu<i16, i32>(n, stride, matrix, change, sign, free, io, state, step, steps, tenure, spread, noise);
}
export function tabu32(n: i32, stride: i32, matrix: usize, change: usize, sign: usize, free: usize, io: usize, state: usize, step: i32, steps: i32, tenure: i32, spread: i32, noise: f64): i32 {
  return tabu<f32, f32>(n, stride, matrix, change, sign, free, io, state, step, steps, tenure, spread, noise);
}
