// Whether a QUBO chooses a better subset than greedy does.
import { greedyByCoverage, likenessMatrix, type SubsetInput, selectSubset, subsetProblem, subsetScore } from "@entente/quantum";
import { type Row, row } from "../contract.ts";
import { figures } from "./figures.ts";

/** Subsets of clustered points, by count and by size. */
export async function subsetRows(quick: boolean): Promise<Row[]> {
  const rows: Row[] = [];
  const cases = quick
    ? ([[500, 50]] as const)
    : ([
        [500, 50],
        [2000, 200],
        [5000, 100],
      ] as const);
  for (const [n, count] of cases) {
    for (const budget of ["count", "size"] as const) {
      const dimensions = 64;
      const input: SubsetInput = {
        embeddings: clustered(n, dimensions, 30),
        dimensions,
        sizes: Array.from({ length: n }, (_, i) => 50 + ((i * 7919) % 950)),
        budget: budget === "count" ? { count } : { size: 525 * count },
      };
      const startedAt = performance.now();
      const { score, greedy } = await selectSubset(input);
      const seconds = (performance.now() - startedAt) / 1000;
      const problem = await subsetProblem(input, 1);
      const items = Int32Array.from({ length: n }, (_, i) => i);
      const byCoverage = greedyByCoverage({
        problem,
        items,
        budget: problem.budget,
        likeness: await likenessMatrix(problem, items),
      });
      const facility = await subsetScore(problem, byCoverage);
      const what = `subset ${count} of ${n} by ${budget}`;
      rows.push(row(`${what}: QUBO score / greedy score`, score.score / greedy.score.score, "ratio", ">=", 1));
      rows.push(row(`${what}: facility-location greedy score / greedy score`, facility.score / greedy.score.score, "ratio"));
      rows.push(row(`${what}: coverage of QUBO`, score.coverage, "0..1"));
      rows.push(row(`${what}: coverage of greedy`, greedy.score.coverage, "0..1"));
      rows.push(row(`${what}: coverage of facility-location greedy`, facility.coverage, "0..1"));
      rows.push(row(`${what}: time, greedy included`, seconds, "s"));
    }
  }
  return rows;
}

// Clusters of sizes 1, 1/2, 1/3, ... on the unit sphere, as topics in a folder of documents.
function clustered(n: number, dimensions: number, clusters: number): Float32Array {
  const next = figures(3);
  const unit = () => {
    const v = Array.from({ length: dimensions }, () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()));
    const length = Math.hypot(...v);
    return v.map((x) => x / length);
  };
  const centres = Array.from({ length: clusters }, unit);
  const total = centres.reduce((sum, _, g) => sum + 1 / (g + 1), 0);
  const embeddings = new Float32Array(n * dimensions);
  for (let i = 0; i < n; i++) {
    let at = next() * total;
    let g = 0;
    while (g < clusters - 1 && at >= 1 / (g + 1)) at -= 1 / ++g;
    const off = unit();
    const v = centres[g]!.map((x, k) => x + 0.6 * off[k]!);
    const length = Math.hypot(...v);
    embeddings.set(
      v.map((x) => x / length),
      i * dimensions,
    );
  }
  return embeddings;
}
