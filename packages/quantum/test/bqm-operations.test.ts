import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Bqm,
  bqmFromTerms,
  contracted,
  energyOf,
  filtered,
  fixed,
  flipped,
  labelOf,
  lifted,
  normalisedTo,
  offsetBy,
  QuantumError,
  type Reduction,
  relabelled,
  sampleAt,
  sampleSetFromValues,
  scaled,
  summed,
} from "../src/index.ts";
import { randomModel } from "./models.ts";

const coded = (code: string, text?: RegExp) => (e: unknown) =>
  e instanceof QuantumError && e.code === code && (text?.test(e.message) ?? true);
const close = (a: number, b: number) => assert.ok(Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a)), `${a} is not ${b}`);

function everySample({ size, vartype }: Bqm): number[][] {
  const low = vartype === "SPIN" ? -1 : 0;
  return Array.from({ length: 2 ** size }, (_, bits) => Array.from({ length: size }, (_, i) => ((bits >> i) & 1 ? 1 : low)));
}

const models = (["SPIN", "BINARY"] as const).flatMap((vartype) => [1, 2, 3].map((seed) => randomModel(seed, 6, { vartype })));

test("an offset and a factor change every energy alike", () => {
  for (const model of models) {
    for (const sample of everySample(model)) {
      close(energyOf(offsetBy(model, 2.5), sample), energyOf(model, sample) + 2.5);
      close(energyOf(scaled(model, -3), sample), -3 * energyOf(model, sample));
    }
  }
  assert.throws(() => scaled(models[0]!, Number.NaN), coded("BQM_NUMBER_INVALID"));
  assert.throws(() => scaled(models[0]!, 1e308), coded("BQM_NUMBER_INVALID"));
  assert.throws(() => offsetBy(models[0]!, Number.POSITIVE_INFINITY), coded("BQM_NUMBER_INVALID"));
});

test("a normalised model fills its ranges at one end at least and leaves none", () => {
  const ranges = { linear: [-4, 4], quadratic: [-1, 0.5] } as const;
  for (const model of models) {
    const { model: normal, factor } = normalisedTo(model, ranges);
    const fill = [
      ...Array.from(normal.linear, (h) => Math.abs(h) / 4),
      ...Array.from(normal.biases, (b) => (b < 0 ? -b : b / 0.5)),
    ];
    close(Math.max(...fill), 1);
    close(energyOf(normal, sampleOf(model)), factor * energyOf(model, sampleOf(model)));
  }
  assert.equal(normalisedTo(bqmFromTerms({ vartype: "SPIN", linear: [["a", 0]], offset: 3 }), ranges).factor, 1);
  assert.throws(() => normalisedTo(models[0]!, { linear: [0, 1], quadratic: [-1, 1] }), coded("OPTION_INVALID", /ranges.linear/));
});

test("a sum has the energies of both models, whatever their vartypes and common labels", () => {
  const first = bqmFromTerms({ vartype: "BINARY", linear: [["a", 1]], quadratic: [["a", "b", 2]], offset: 1 });
  const second = bqmFromTerms({ vartype: "SPIN", linear: [["c", -1]], quadratic: [["b", "c", 3]], offset: 0.5 });
  const both = summed(first, second);
  assert.deepEqual(both.labels, ["a", "b", "c"]);
  assert.equal(both.vartype, "BINARY");
  for (const [a, b, c] of everySample(both) as [number, number, number][]) // why: three variables
    close(energyOf(both, [a, b, c]), energyOf(first, [a, b]) + energyOf(second, [2 * c - 1, 2 * b - 1]));
});

function keepsEnergies(reduction: Reduction): Set<string> {
  const seen = new Set<string>();
  for (const sample of everySample(reduction.model)) {
    const original = reduction.lift(sample);
    close(energyOf(reduction.original, original), energyOf(reduction.model, sample));
    seen.add(original.join());
  }
  return seen;
}

test("fixing variables leaves a smaller model whose lifted samples are exactly those with the fixed values", () => {
  for (const model of models) {
    const low = model.vartype === "SPIN" ? -1 : 0;
    const reduction = fixed(
      model,
      new Map([
        [1, 1],
        [4, low],
      ]),
    );
    assert.equal(reduction.model.size, 4);
    assert.deepEqual(reduction.model.labels, [0, 2, 3, 5]);
    const wanted = everySample(model).filter((s) => s[1] === 1 && s[4] === low);
    assert.deepEqual(keepsEnergies(reduction), new Set(wanted.map((s) => s.join())));
  }
  assert.equal(fixed(models[0]!, new Map(Array.from({ length: 6 }, (_, i) => [i, 1]))).model.size, 0);
  assert.throws(() => fixed(models[0]!, new Map([[6, 1]])), coded("BQM_INDEX_OUT_OF_RANGE"));
  assert.throws(() => fixed(models[0]!, new Map([[0, 0]])), coded("SAMPLE_INVALID"));
});

test("contracting two variables leaves the samples in which they are equal", () => {
  for (const model of models) {
    const wanted = everySample(model).filter((s) => s[2] === s[5]);
    assert.deepEqual(keepsEnergies(contracted(model, 5, 2)), new Set(wanted.map((s) => s.join())));
  }
  assert.throws(() => contracted(models[0]!, 1, 1), coded("BQM_SELF_COUPLING"));
  assert.throws(() => contracted(models[0]!, 1, -1), coded("BQM_INDEX_OUT_OF_RANGE"));
});

test("flipping variables keeps every energy, and flipping twice gives the model back", () => {
  for (const model of models) {
    const reduction = flipped(model, [0, 3, 4]);
    assert.equal(keepsEnergies(reduction).size, 64);
    const back = flipped(reduction.model, [4, 3, 0]).model;
    for (let i = 0; i < 6; i++) close(back.linear[i]!, model.linear[i]!);
    assert.deepEqual(back.biases, model.biases);
  }
});

test("a lifted sample set keeps its occurrences and takes the original's energies", () => {
  const model = models[0]!;
  const reduction = fixed(model, new Map([[0, 1]]));
  const set = { ...sampleSetFromValues(reduction.model, [[1, 1, 1, -1, -1]]), occurrences: Int32Array.of(7) };
  const up = lifted(reduction, set);
  assert.deepEqual([...sampleAt(up, 0)], [1, 1, 1, 1, -1, -1]);
  assert.deepEqual([up.occurrences[0], up.size], [7, 6]);
  close(up.energies[0]!, set.energies[0]!);
  assert.equal(filtered(up, (_, energy) => energy > set.energies[0]! + 1).count, 0);
  assert.equal(filtered(up, (sample) => sample[0] === 1).count, 1);
});

test("relabelling changes names alone, may swap two, and refuses to give one twice", () => {
  const model = bqmFromTerms({ vartype: "SPIN", linear: [["a", 1]], quadratic: [["a", "b", 2]] });
  const swapped = relabelled(
    model,
    new Map([
      ["a", "b"],
      ["b", "a"],
    ]),
  );
  assert.deepEqual([labelOf(swapped, 0), labelOf(swapped, 1)], ["b", "a"]);
  assert.deepEqual(swapped.linear, model.linear);
  assert.throws(() => relabelled(model, new Map([["a", "b"]])), coded("BQM_LABEL_REPEATED"));
  assert.equal(
    relabelled(
      model,
      new Map<string, number>([
        ["a", 0],
        ["b", 1],
      ]),
    ).labels,
    undefined,
  );
});

function sampleOf(model: Bqm): number[] {
  return everySample(model)[37]!;
}
