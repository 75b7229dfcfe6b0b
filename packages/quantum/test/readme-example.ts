import { assignmentAt, bqmFromTerms, selectSubset, solve } from "../src/index.ts";

// Three towers, at most two of them near each other: reward 4, 3, 3; penalty 5 for the near pair.
const model = bqmFromTerms({
  vartype: "BINARY",
  linear: [
    ["north", -4],
    ["centre", -3],
    ["south", -3],
  ],
  quadratic: [["north", "centre", 5]],
});
const { samples, provenance } = await solve(model, { seed: 1 });
console.log(provenance.energy, provenance.solver, Object.fromEntries(assignmentAt(samples, 0)));

// Two of four documents, given as unit vectors: one of each direction, not the same twice.
const { chosen, score, greedy } = await selectSubset({
  embeddings: Float32Array.of(1, 0, 1, 0, 0, 1, 0, 1),
  dimensions: 2,
  budget: { count: 2 },
});
console.log(chosen.length, score.redundancy < 0.1, score.score >= greedy.score.score);
