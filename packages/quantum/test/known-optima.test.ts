// The files and best known values of shared/data/qubo (its README and known.json say where they come from).
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { cutOf, energyOf, maxCutFormat, maxCutModel, parse, qFormat, sampleAt, solve } from "../src/index.ts";
import { sharedData } from "./shared-data.ts";

const file = sharedData("qubo/known.json");
const skip = file ? false : "needs shared/data/qubo";
const known: Record<string, { best: number }> = file ? JSON.parse(readFileSync(file, "utf8")) : {};
const text = (name: string) => readFileSync(sharedData(`qubo/${name}`)!, "utf8");

for (const name of ["bqp50_1", "bqp250_1", "bqp500_1", "bqp1000_1"]) {
  for (const solver of ["auto", "tabu", "crossover-annealing"]) {
    test(`${solver} finds the optimum of ${name}`, { skip }, async () => {
      const model = parse(qFormat, text(`${name}.q`));
      const { best } = known[name]!;
      const { samples } = await solve(model, {
        solver,
        target: -best,
        sweeps: solver === "crossover-annealing" ? 2000 : 400_000,
        reads: 50,
      });
      assert.equal(samples.energies[0], -best);
      assert.equal(energyOf(model, sampleAt(samples, 0)), -best);
    });
  }
}

for (const name of ["G1", "G43"]) {
  test(`the best known cut of ${name} is found and recounted on the graph`, { skip }, async () => {
    const graph = parse(maxCutFormat, text(`${name}.mc`));
    const { best } = known[name]!;
    const { samples, provenance } = await solve(maxCutModel(graph), { target: -best, sweeps: 2000, reads: 300 });
    assert.equal(provenance.solver, "crossover-annealing");
    assert.equal(cutOf(graph, sampleAt(samples, 0)).weight, best);
  });
}
