/** Deterministic figures in [0, 1): a linear congruential generator is random enough for a benchmark. */
export function figures(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}
