import assert from "node:assert/strict";
import { test } from "node:test";
import {
  energyOf,
  type Label,
  polynomialEnergy,
  polynomialFrom,
  QuantumError,
  quadraticFrom,
  solve,
  type Vartype,
} from "../src/index.ts";
import { Random } from "../src/random.ts";

const close = (a: number, b: number) => assert.ok(Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a)), `${a} is not ${b}`);

function randomPolynomial(seed: number, vartype: Vartype, size: number, count: number, degree: number) {
  const random = new Random(seed, 5);
  const terms = Array.from({ length: count }, (): [Label[], number] => {
    const labels = Array.from({ length: random.below(degree + 1) }, () => `v${random.below(size)}`);
    return [labels, random.below(13) - 6];
  });
  return polynomialFrom({ vartype, terms, variables: Array.from({ length: size }, (_, i) => `v${i}`) });
}

function everySample(size: number, low: number): number[][] {
  return Array.from({ length: 2 ** size }, (_, bits) => Array.from({ length: size }, (_, i) => ((bits >> i) & 1 ? 1 : low)));
}

for (const vartype of ["BINARY", "SPIN"] as const) {
  test(`${vartype} polynomials of degree 4 keep every energy in their quadratic model with products right, and their lowest energy over all`, async () => {
    let compared = 0;
    for (let seed = 0; seed < 40; seed++) {
      const polynomial = randomPolynomial(seed, vartype, 6, vartype === "SPIN" ? 6 : 10, 4);
      const { model, lift, lower, products } = quadraticFrom(polynomial);
      let best = Number.POSITIVE_INFINITY;
      for (const sample of everySample(6, vartype === "SPIN" ? -1 : 0)) {
        const energy = polynomialEnergy(polynomial, sample);
        best = Math.min(best, energy);
        close(energyOf(model, lower(sample)), energy);
        assert.deepEqual([...lift(lower(sample))], sample);
      }
      if (model.size > 18) continue;
      if (products > 0) compared++;
      const { samples } = await solve(model, { solver: "exact", reads: 20 });
      close(samples.energies[0]!, best);
      for (let bits = 0; bits < Math.min(2 ** model.size, 4096); bits++) {
        const sample = Array.from({ length: model.size }, (_, i) => (bits >> i) & 1);
        assert.ok(
          polynomialEnergy(polynomial, lift(sample)) <= energyOf(model, sample) + 1e-9,
          "no product that is wrong ever pays",
        );
      }
    }
    assert.ok(compared >= 20, `only ${compared} models had products and were small enough`);
  });
}

test("a pair that several terms share costs one product", () => {
  const polynomial = polynomialFrom({
    vartype: "BINARY",
    terms: [
      [["x", "y", "a"], 1],
      [["x", "y", "b"], -2],
      [["x", "y", "c"], 3],
    ],
  });
  const { model, products } = quadraticFrom(polynomial);
  assert.equal(products, 1);
  assert.deepEqual(model.labels, ["x", "y", "a", "b", "c", "x*y"]);
});

test("repeated variables fold by vartype, and repeated terms add up", () => {
  const terms: [Label[], number][] = [
    [["x", "x", "y"], 2],
    [["y", "x"], 1],
    [[], 5],
  ];
  assert.deepEqual(polynomialFrom({ vartype: "BINARY", terms }).terms, [
    { variables: [0, 1], bias: 3 },
    { variables: [], bias: 5 },
  ]);
  assert.deepEqual(
    polynomialFrom({ vartype: "SPIN", terms }).terms.find((t) => t.variables.length === 1),
    { variables: [1], bias: 2 },
  );
});

test("terms without a number, spin terms of degree 17 and samples of the other vartype are refused", () => {
  const coded = (code: string) => (e: unknown) => e instanceof QuantumError && e.code === code;
  assert.throws(() => polynomialFrom({ vartype: "SPIN", terms: [[["a"], Number.NaN]] }), coded("POLYNOMIAL_INVALID"));
  const wide = Array.from({ length: 17 }, (_, i) => i);
  assert.throws(() => polynomialFrom({ vartype: "SPIN", terms: [[wide, 1]] }), coded("POLYNOMIAL_INVALID"));
  assert.equal(quadraticFrom(polynomialFrom({ vartype: "BINARY", terms: [[wide, 1]] })).products, 15);
  assert.throws(
    () => polynomialEnergy(polynomialFrom({ vartype: "BINARY", terms: [[["a"], 1]] }), [-1]),
    coded("SAMPLE_INVALID"),
  );
});
