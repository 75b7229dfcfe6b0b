import { allocate, roundingProblem, roundWeights, suggest } from "../src/index.ts";

// A rank for each of two layers, at most 24 in all.
const options = [4, 8, 16].map((rank) => ({ name: `r${rank}`, cost: rank, value: Math.log2(rank) }));
const layers = ["query", "value"].map((name) => ({ name, options }));
const { choice, method } = await allocate({ layers, budget: 24 });
console.log(choice.map(({ option }) => option).sort(), method);

// What to try next, given what was tried.
const { configurations } = await suggest(
  [
    { name: "rate", kind: "real", lower: 1e-5, upper: 1e-1, scale: "log" },
    { name: "optimiser", kind: "categorical", values: ["sgd", "adam"] },
  ],
  [{ configuration: { rate: 0.01, optimiser: "adam" }, value: 2.31 }],
);
console.log(Object.keys(configurations[0] ?? {}));

// Two outputs of three weights each to two bits, for the least error on four inputs.
const layer = { weights: [0.9, -0.2, 0.4, 0.1, 0.7, -0.8], columns: 3, inputs: [1, 2, 0, 0, 1, 1, 2, 2, 1, 1, 0, 1], bits: 2 };
const { levels } = await roundWeights(await roundingProblem(layer));
console.log(levels.length);
