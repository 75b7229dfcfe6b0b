// Annealing of many replicas at once: lane l of every vector belongs to replica l, and one spin of all replicas is visited at a
// time. There are 16 replicas of int8, 8 of int16 or 4 of f32, by what the local fields need. A spin is a mask (0 for +1, all ones
// for -1; for f32 the sign bit), so that s*f is two integer operations and needs no multiplication, which int8 lanes lack.
//
// Metropolis accepts a flip when dE <= E / beta with E exponentially distributed. dE = -2 s f, so: when s f + E / (2 beta) >= 0. The
// right-hand terms ("thresholds") are made once a temperature from a shuffled pool of -ln u; each spin takes as many neighbouring
// ones as there are lanes, from a random place. For whole-number fields the floor of a threshold decides as the threshold does, and
// no field exceeds the largest int, so a threshold that saturates accepts as it must.

/** Draws from the exponential distribution (f32) brought to `scale` = 1 / (2 beta), as thresholds of the lanes' type. */
function thresholds<T>(draws: usize, count: i32, scale: f32, pool: usize): void {
  const s = f32x4.splat(scale);
  if (isFloat<T>()) {
    for (let k: usize = 0; k < <usize>count; k += 4)
      v128.store(pool + (k << 2), v128.mul<f32>(v128.load(draws + (k << 2)), s));
  } else if (sizeof<T>() == 2) {
    for (let k: usize = 0; k < <usize>count; k += 8) {
      const at = draws + (k << 2);
      const low = i32x4.trunc_sat_f32x4_s(f32x4.mul(v128.load(at), s));
      const high = i32x4.trunc_sat_f32x4_s(f32x4.mul(v128.load(at, 16), s));
      v128.store(pool + (k << 1), i16x8.narrow_i32x4_s(low, high));
    }
  } else {
    for (let k: usize = 0; k < <usize>count; k += 16) {
      const at = draws + (k << 2);
      const a = i32x4.trunc_sat_f32x4_s(f32x4.mul(v128.load(at), s));
      const b = i32x4.trunc_sat_f32x4_s(f32x4.mul(v128.load(at, 16), s));
      const c = i32x4.trunc_sat_f32x4_s(f32x4.mul(v128.load(at, 32), s));
      const d = i32x4.trunc_sat_f32x4_s(f32x4.mul(v128.load(at, 48), s));
      v128.store(pool + k, i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d)));
    }
  }
}

/**
 * `sweeps` sweeps over `n` spins. Neighbours in compressed rows: `start` (i32, n + 1), `column` (i32, byte offsets of a vector),
 * `twice` (two times the coupling, in the lanes' type). A spin's thresholds begin at `pool` + ((random & mask) << shift). `state`
 * points to the xorshift32 state. Returns how many visits changed a spin of some lane.
 */
// @ts-expect-error: decorator
@inline
function sweep<T>(
  n: i32, start: usize, column: usize, twice: usize, spin: usize, field: usize,
  pool: usize, mask: u32, shift: u32, state: usize, sweeps: i32,
): i32 {
  let random = load<u32>(state);
  let changed = 0;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    let k = load<i32>(start);
    for (let i: usize = 0; i < <usize>n; i++) {
      random ^= random << 13;
      random ^= random >> 17;
      random ^= random << 5;
      const end = load<i32>(start + (i << 2), 4);
      const m = v128.load(spin + (i << 4));
      const f = v128.load(field + (i << 4));
      const threshold = v128.load(pool + (((random >> 8) & mask) << shift));
      let accepted: v128;
      if (isFloat<T>()) accepted = v128.ge<T>(v128.add<T>(v128.xor(f, m), threshold), f32x4.splat(0));
      else accepted = v128.gt<T>(v128.add_sat<T>(v128.sub<T>(v128.xor(f, m), m), threshold), i8x16.splat(-1));
      if (v128.any_true(accepted)) {
        changed++;
        if (isFloat<T>()) {
          const signs = v128.and(accepted, i32x4.splat(0x80000000));
          const now = v128.xor(m, signs);
          v128.store(spin + (i << 4), now);
          for (; k < end; k++) {
            const at = field + load<u32>(column + (<usize>k << 2));
            const w = v128.load_splat<T>(twice + (<usize>k << 2));
            v128.store(at, v128.add<T>(v128.load(at), v128.and(v128.xor(w, now), accepted)));
          }
        } else {
          v128.store(spin + (i << 4), v128.xor(m, accepted));
          const now = v128.not(m);
          for (; k < end; k++) {
            const at = field + load<u32>(column + (<usize>k << 2));
            const w = v128.load_splat<T>(twice + (<usize>k << alignof<T>()));
            v128.store(at, v128.add<T>(v128.load(at), v128.and(v128.sub<T>(v128.xor(w, now), now), accepted)));
          }
        }
      }
      k = end;
    }
  }
  store<u32>(state, random);
  return changed;
}

/** Adds s_i (f_i + h_i) of every lane over all spins into `energies` (f64, one a lane): twice the energy. */
// @ts-expect-error: decorator
@inline
function energies<T>(n: i32, spin: usize, field: usize, own: usize, energies: usize): void {
  const lanes = 16 / <i32>sizeof<T>();
  for (let l = 0; l < lanes; l++) {
    let sum: f64 = 0;
    for (let i = 0; i < n; i++) {
      const at = (<usize>i << 4) + <usize>l * sizeof<T>();
      const value = <f64>load<T>(field + at) + <f64>load<T>(own + <usize>i * sizeof<T>());
      let down: bool;
      if (isFloat<T>()) down = load<i32>(spin + at) < 0;
      else down = load<T>(spin + at) != 0;
      sum += down ? -value : value;
    }
    store<f64>(energies + (<usize>l << 3), sum);
  }
}

/** Fields of every lane from its spins: f_i = h_i + sum_j w_ij s_j. */
// @ts-expect-error: decorator
@inline
function fields<T>(n: i32, start: usize, column: usize, weight: usize, spin: usize, own: usize, field: usize): void {
  let k = 0;
  for (let i: usize = 0; i < <usize>n; i++) {
    let sum = v128.load_splat<T>(own + i * sizeof<T>());
    for (const end = load<i32>(start + (i << 2), 4); k < end; k++) {
      const m = v128.load(spin + load<u32>(column + (<usize>k << 2)));
      const w = v128.load_splat<T>(weight + <usize>k * sizeof<T>());
      if (isFloat<T>()) sum = v128.add<T>(sum, v128.xor(w, m));
      else sum = v128.add<T>(sum, v128.sub<T>(v128.xor(w, m), m));
    }
    v128.store(field + (i << 4), sum);
  }
}

export function thresholds8(draws: usize, count: i32, scale: f32, pool: usize): void { thresholds<i8>(draws, count, scale, pool); }
export function thresholds16(draws: usize, count: i32, scale: f32, pool: usize): void { thresholds<i16>(draws, count, scale, pool); }
export function thresholds32(draws: usize, count: i32, scale: f32, pool: usize): void { thresholds<f32>(draws, count, scale, pool); }
export function sweep8(n: i32, start: usize, column: usize, twice: usize, spin: usize, field: usize, pool: usize, mask: u32, shift: u32, state: usize, sweeps: i32): i32 {
  return sweep<i8>(n, start, column, twice, spin, field, pool, mask, shift, state, sweeps);
}
export function sweep16(n: i32, start: usize, column: usize, twice: usize, spin: usize, field: usize, pool: usize, mask: u32, shift: u32, state: usize, sweeps: i32): i32 {
  return sweep<i16>(n, start, column, twice, spin, field, pool, mask, shift, state, sweeps);
}
export function sweep32(n: i32, start: usize, column: usize, twice: usize, spin: usize, field: usize, pool: usize, mask: u32, shift: u32, state: usize, sweeps: i32): i32 {
  return sweep<f32>(n, start, column, twice, spin, field, pool, mask, shift, state, sweeps);
}
export function energies8(n: i32, spin: usize, field: usize, own: usize, sums: usize): void { energies<i8>(n, spin, field, own, sums); }
export function energies16(n: i32, spin: usize, field: usize, own: usize, sums: usize): void { energies<i16>(n, spin, field, own, sums); }
export function energies32(n: i32, spin: usize, field: usize, own: usize, sums: usize): void { energies<f32>(n, spin, field, own, sums); }
export function fields8(n: i32, start: usize, column: usize, weight: usize, spin: usize, own: usize, field: usize): void { fields<i8>(n, start, column, weight, spin, own, field); }
export function fields16(n: i32, start: usize, column: usize, weight: usize, spin: usize, own: usize, field: usize): void { fields<i16>(n, start, column, weight, spin, own, field); }
export function fields32(n: i32, start: usize, column: usize, weight: usize, spin: usize, own: usize, field: usize): void { fields<f32>(n, start, column, weight, spin, own, field); }
