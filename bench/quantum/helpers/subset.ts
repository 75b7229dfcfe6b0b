// Subset selection against random, greedy on the same score, greedy facility location, k-centre and herding. Only the score is what the
// QUBO maximises; coverage of points that selection never saw and the accuracy of classifiers trained on the subset alone are opinions
// from outside.
import {
  greedyByCoverage,
  greedyByHerding,
  greedyByKCentre,
  greedyByScore,
  likenessMatrix,
  type SubsetInput,
  selectSubset,
  subsetProblem,
  subsetScore,
} from "@entente/quantum";
import type { Row } from "../../contract.ts";
import { draws } from "./draws.ts";
import { clusters, type Labelled, picked, texts } from "./labelled.ts";
import { judged, logistic, neighbourAccuracy, trained } from "./small-network.ts";
import { verdict } from "./verdict.ts";

/** Subsets of clusters and of texts. */
export async function subsetRows(quick: boolean): Promise<Row[]> {
  const rows: Row[] = [];
  const seeds = quick ? 3 : 8;
  const size = quick ? 200 : 400;
  for (const [name, source] of [
    ["clusters", clusters],
    ["texts", texts],
  ] as const) {
    for (const count of quick ? [20] : [30, 80]) {
      const measures = {
        score: {},
        "coverage of unseen points": {},
        "1-neighbour accuracy": {},
        "logistic accuracy": {},
      } as Record<
        string, // why: filled below
        Record<string, number[]>
      >;
      for (let seed = 1; seed <= seeds; seed++) {
        const { train, test } = source(seed, size, size);
        for (const [way, chosen] of Object.entries(await choices(train, count, seed))) {
          const part = picked(train, chosen.chosen);
          const marks = {
            score: chosen.score,
            "coverage of unseen points": coverage(part, test),
            "1-neighbour accuracy": neighbourAccuracy(part, test),
            "logistic accuracy": judged(trained(part, logistic), test).accuracy,
          };
          for (const [measure, mark] of Object.entries(marks)) {
            measures[measure]![way] ??= [];
            measures[measure]![way].push(mark);
          }
        }
      }
      for (const [measure, figures] of Object.entries(measures))
        rows.push(...verdict(`subset, ${count} of ${size} ${name}, ${measure}`, "0..1", "high", figures));
    }
  }
  return rows;
}

async function choices(
  train: Labelled,
  count: number,
  seed: number,
): Promise<Record<string, { chosen: readonly number[]; score: number }>> {
  const embeddings = new Float32Array(train.points.length * train.dimensions);
  for (const [i, point] of train.points.entries()) embeddings.set(point, i * train.dimensions);
  const input: SubsetInput = { embeddings, dimensions: train.dimensions, budget: { count } };
  const problem = await subsetProblem(input, seed);
  const items = Int32Array.from({ length: problem.size }, (_, i) => i);
  const candidates = { problem, items, budget: count, likeness: await likenessMatrix(problem, items) };
  const chosen = {
    random: draws(seed).shuffled(problem.size).slice(0, count),
    "greedy on the score": greedyByScore(candidates),
    "greedy facility location": greedyByCoverage(candidates),
    "k-centre": await greedyByKCentre(problem),
    herding: await greedyByHerding(problem),
    QUBO: (await selectSubset(input, { seed })).chosen,
  };
  const marked: Record<string, { chosen: readonly number[]; score: number }> = {};
  for (const [way, of] of Object.entries(chosen)) marked[way] = { chosen: of, score: (await subsetScore(problem, of)).score };
  return marked;
}

// Facility location with cosines, over points that nobody chose from.
function coverage(part: Labelled, test: Labelled): number {
  let sum = 0;
  for (const point of test.points) {
    let nearest = 0;
    for (const other of part.points) {
      let dot = 0;
      for (let k = 0; k < point.length; k++) dot += point[k]! * other[k]!;
      nearest = Math.max(nearest, dot);
    }
    sum += nearest;
  }
  return sum / test.points.length;
}
