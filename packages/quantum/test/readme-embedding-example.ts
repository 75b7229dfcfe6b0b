import { adjacencyOf, bqmFromTerms, embeddedModel, findEmbedding, pegasus, solve, unembedded } from "../src/index.ts";

// Three towers again, on the qubits of a Pegasus chip: find chains, sample the embedded model, read the answer back.
const model = bqmFromTerms({
  vartype: "SPIN",
  quadratic: [
    ["north", "centre", 1],
    ["centre", "south", 1],
    ["north", "south", 1],
  ],
});
const chip = adjacencyOf(pegasus(4));
const embedding = await findEmbedding(model, chip);
const { samples } = await solve(embeddedModel([{ model, embedding }], chip));
console.log(unembedded(samples, model, embedding).samples.energies[0]);
