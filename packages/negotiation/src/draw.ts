// Mulberry32. As a pure step its state can stand in a protocol's state and be replayed from it.

/** A number in [0, 1), and the state for the next one. */
export function drawn(state: number): readonly [number: number, next: number] {
  const next = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(next ^ (next >>> 15), 1 | next);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return [((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000, next];
}

/** Numbers in [0, 1) from a seed; the same seed, the same numbers. */
export function drawing(seed: number): () => number {
  let state = seed;
  return () => {
    const [number, next] = drawn(state);
    state = next;
    return number;
  };
}
