// Seeded random numbers: xoshiro128** (Blackman and Vigna, arXiv 1805.01407) seeded by SplitMix32, and the normal
// distribution by Box and Muller. Math.random has no seed, so a run could not be repeated.

/** A source of numbers in [0, 1). */
export type Random = () => number;

/** 32 well-mixed bits of an integer: the finaliser of MurmurHash3. */
export function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The stream of this seed; the same seed gives the same numbers on every machine. */
export function random(seed: number): Random {
  let counter = seed | 0;
  const next = (): number => {
    counter = (counter + 0x9e3779b9) | 0;
    return mix32(counter);
  };
  let [a, b, c, d] = [next(), next(), next(), next() | 1];
  return () => {
    const scrambled = Math.imul(b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result / 2 ** 32;
  };
}

/** One standard normal number. */
export function normal(source: Random): number {
  // 1 − u is never zero, so the logarithm is finite.
  return Math.sqrt(-2 * Math.log(1 - source())) * Math.cos(2 * Math.PI * source());
}
