import { figures } from "../figures.ts";

/** Seeded draws. */
export interface Draws {
  unit(): number;
  below(bound: number): number;
  normal(): number;
  shuffled(size: number): number[];
}

/** Draws of a seed; the first figures of a linear congruential generator tell the seed, so they are left out. */
export function draws(seed: number): Draws {
  const unit = figures(Math.imul(seed + 1, 2654435761));
  for (let i = 0; i < 10; i++) unit();
  const below = (bound: number) => Math.floor(unit() * bound);
  return {
    unit,
    below,
    normal: () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit()),
    shuffled(size) {
      const order = Array.from({ length: size }, (_, i) => i);
      for (let i = size - 1; i > 0; i--) {
        const j = below(i + 1);
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      return order;
    },
  };
}
