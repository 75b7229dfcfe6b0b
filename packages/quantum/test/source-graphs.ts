// Seeded graphs to embed.
import type { SourceGraph } from "../src/index.ts";
import { Random } from "../src/random.ts";

/** The complete graph. */
export function complete(size: number): SourceGraph {
  return randomGraph(size, 1, 1);
}

/** G(n, p). */
export function randomGraph(size: number, probability: number, seed: number): SourceGraph {
  const random = new Random(seed);
  const [rows, columns]: [number[], number[]] = [[], []];
  for (let i = 0; i < size; i++) {
    for (let j = i + 1; j < size; j++) {
      if (random.unit() >= probability) continue;
      rows.push(i);
      columns.push(j);
    }
  }
  return { size, rows, columns };
}
