import assert from "node:assert/strict";
import { test } from "node:test";
import { type Cqm, cqmFrom, dimodCqmFormat, evaluated, lpFormat, parse, print, QuantumError, read } from "../src/index.ts";
import { Random } from "../src/random.ts";
import { randomCqm } from "./cqms.ts";
import { needsOcean, ocean } from "./ocean.ts";

// LP has no spins: the same random models with the spin as a binary.
function withoutSpins(cqm: Cqm): Cqm {
  const terms = (e: Cqm["objective"]) => ({
    offset: e.offset,
    linear: e.linear.map(([i, b]) => [cqm.variables[i]!.label, b] as const),
    quadratic: e.quadratic.map(([u, v, b]) => [cqm.variables[u]!.label, cqm.variables[v]!.label, b] as const),
  });
  return cqmFrom({
    variables: cqm.variables.map((v) => (v.kind === "spin" ? { label: v.label, kind: "binary" } : v)),
    objective: terms(cqm.objective),
    constraints: cqm.constraints.map((c) => ({ label: c.label, ...terms(c.left), sense: c.sense, right: c.right })),
  });
}

const models = Array.from({ length: 12 }, (_, seed) =>
  withoutSpins(randomCqm(seed, { reals: seed % 2 === 0, quadraticConstraints: seed % 3 === 0 })),
);

// Names and worth of a model: constants may stand on either side, and variables in another order.
function worth(cqm: Cqm, seed: number): unknown {
  const random = new Random(seed, 4);
  const values = new Map(
    ["a", "b", "c", "d", "s", "i", "r"].map((label) => [
      label,
      label === "i" ? random.below(2) : label === "r" ? random.unit() : random.below(2),
    ]),
  );
  const { objective, violations } = evaluated(
    cqm,
    cqm.variables.map((v) => values.get(String(v.label))!),
  );
  return {
    objective: objective.toFixed(9),
    violations: violations.map((v) => [v.constraint, v.by.toFixed(9)]).sort(),
    variables: cqm.variables.toSorted((a, b) => (a.label < b.label ? -1 : 1)),
  };
}

test("an LP file is read back as a model of the same names, bounds, objectives and violations", async () => {
  for (const cqm of models) {
    const text = print(lpFormat, cqm);
    assert.ok(text.split("\n").every((line) => line.length <= 100));
    const back = parse(lpFormat, text);
    for (let seed = 0; seed < 10; seed++) assert.deepEqual(worth(back, seed), worth(cqm, seed));
    const bytes = new TextEncoder().encode(text);
    assert.deepEqual(await read(lpFormat, [bytes.subarray(0, 50), bytes.subarray(50)]), back);
  }
});

test("dimod reads our LP files as the same models, and we read its", needsOcean, () => {
  const back = ocean(
    `
from dimod import lp
result = []
for text in given["ours"]:
    cqm = lp.loads(text)
    result.append({"cqm": base64.b64encode(cqm.to_file().read()).decode(), "text": lp.dumps(cqm)})`,
    { ours: models.map((cqm) => print(lpFormat, cqm)) },
  ) as { cqm: string; text: string }[]; // why: the script above writes it
  for (const [k, { cqm, text }] of back.entries()) {
    const theirs = dimodCqmFormat.parse(new Uint8Array(Buffer.from(cqm, "base64")));
    for (let seed = 0; seed < 10; seed++) {
      assert.deepEqual(worth(theirs, seed), worth(models[k]!, seed));
      assert.deepEqual(worth(parse(lpFormat, text), seed), worth(models[k]!, seed));
    }
  }
});

test("what CPLEX's format allows is read: maximising, glued numbers, comments, every sense and every bound", () => {
  const text = `\\ a comment
MAXIMIZE obj: 2x + 3 y - 1e1 z + [ x^2 - 4 x * y + 2 z ^ 2 ] / 2 + 3 \\ and another
st
 x + y =< 4
 named: - x + + z
   > -2.5
 q: [ x * y ] = 1
Bounds
 -inf <= x <= 4
 y free
 3 >= z
 -2 <= w
 u = 5
Integers
 w u
Bin
 b
END`;
  const cqm = parse(lpFormat, text);
  const find = (label: string) => cqm.variables.find((v) => v.label === label);
  assert.deepEqual(find("x"), { label: "x", kind: "real", lower: -1e30, upper: 4 });
  assert.deepEqual(find("y"), { label: "y", kind: "real", lower: -1e30, upper: 1e30 });
  assert.deepEqual(find("z"), { label: "z", kind: "real", lower: 0, upper: 3 });
  assert.deepEqual(find("w"), { label: "w", kind: "integer", lower: -2, upper: 2 ** 53 - 1 });
  assert.deepEqual(find("u"), { label: "u", kind: "integer", lower: 5, upper: 5 });
  assert.deepEqual(find("b"), { label: "b", kind: "binary", lower: 0, upper: 1 });
  assert.deepEqual(
    cqm.constraints.map((c) => [c.label, c.sense, c.right]),
    [
      [0, "<=", 4],
      ["named", ">=", -2.5],
      ["q", "==", 1],
    ],
  );
  const values: Record<string, number> = { x: 2, y: 3, z: 1, w: 0, u: 5, b: 0 };
  const { objective } = evaluated(
    cqm,
    cqm.variables.map((v) => values[v.label]!),
  );
  assert.equal(objective, -(4 + 9 - 10 + (4 - 24 + 2) / 2 + 3));
});

const bad: [string, string, RegExp][] = [
  ["an empty file", "", /line 1: wanted End/],
  ["a file that starts with something else", "Hello\n", /line 1: wanted Minimize or Maximize; got "Hello"/],
  ["a file without End", "Minimize\n x\n", /wanted End/],
  ["an objective's brackets without / 2", "Minimize\n [ x ^ 2 ]\nSubject To\nEnd\n", /wanted \] \/ 2/],
  ["a cube", "Minimize\n [ x ^ 3 ] / 2\nSubject To\nEnd\n", /the power 2; got "3"/],
  ["a range", "Minimize\n x\nSubject To\n -2 <= x + y <= 8\nEnd\n", /line 4: wanted a number as right side; got "x"/],
  ["a variable on the right", "Minimize\n x\nSubject To\n c: x <= y\nEnd\n", /line 4: wanted a number as right side; got "y"/],
  [
    "a constraint without a right side",
    "Minimize\n x\nSubject To\n c: x <=\nEnd\n",
    /wanted a number as right side; got "the end/,
  ],
  ["a number that overflows", "Minimize\n 1e999 x\nSubject To\nEnd\n", /line 2: wanted numbers, names and signs/],
  ["a strange sign", "Minimize\n x | y\nSubject To\nEnd\n", /line 2.*got "\| y"/],
  ["semi-continuous variables", "Minimize\n x\nSubject To\n c: x <= 1\nSemi-continuous\n x\nEnd\n", /line 5: wanted a section/],
  ["bounds the wrong way round", "Minimize\n x\nSubject To\nBounds\n 3 <= x <= 2\nEnd\n", /sound model/],
  ["a constraint's name given twice", "Minimize\n x\nSubject To\n c: x <= 1\n c: x >= 0\nEnd\n", /each label once/],
  ["text after End", "Minimize\n x\nSubject To\nEnd\nx\n", /line 5: wanted nothing after End/],
  ["brackets left open", "Minimize\n [ x ^ 2\nSubject To\nEnd\n", /wanted a variable's name; got "the end/],
];
for (const [what, text, message] of bad)
  test(`.lp: ${what} is refused with FORMAT_SYNTAX`, () =>
    assert.throws(
      () => parse(lpFormat, text),
      (e: unknown) => e instanceof QuantumError && e.code === "FORMAT_SYNTAX" && message.test(e.message),
    ));

test("spins, soft constraints and names that LP cannot hold are refused, not changed", () => {
  const refused = (text: RegExp) => (e: unknown) =>
    e instanceof QuantumError && e.code === "FORMAT_CANNOT_HOLD" && text.test(e.message);
  assert.throws(() => print(lpFormat, randomCqm(1)), refused(/spin/));
  const soft = { weight: 1, penalty: "linear" } as const;
  const one = (label: string | number, more: object = {}) =>
    cqmFrom({
      variables: [{ label, kind: "binary" }],
      constraints: [{ label: "c", linear: [[label, 1]], sense: "<=", right: 0, ...more }],
    });
  assert.throws(() => print(lpFormat, one("x", { soft })), refused(/soft/));
  for (const label of [3, "a b", "e1", "free", "x<y", ""])
    assert.throws(() => print(lpFormat, one(label)), refused(/names/), String(label));
  assert.equal(parse(lpFormat, print(lpFormat, one("x"))).variables[0]!.label, "x");
});

test("an LP file with damaged characters is read or refused, but never crashes", () => {
  const text = print(lpFormat, models[0]!);
  const random = new Random(8);
  const signs = "x0.+-*^[]/:<>= \n#e9\\";
  let refused = 0;
  for (let k = 0; k < 2000; k++) {
    const characters = [...text];
    for (let c = 0; c < 3; c++) characters[random.below(characters.length)] = signs[random.below(signs.length)]!;
    try {
      parse(lpFormat, characters.join(""));
    } catch (e) {
      assert.ok(e instanceof QuantumError && e.code.startsWith("FORMAT_"), String(e));
      refused++;
    }
  }
  assert.ok(refused > 500, `${refused}`);
});

test("more tokens or variables than the limits are refused", () => {
  const text = print(lpFormat, models[0]!);
  const large = (e: unknown) => e instanceof QuantumError && e.code === "FORMAT_TOO_LARGE";
  assert.throws(() => parse(lpFormat, text, { maxEntries: 10 }), large);
  assert.throws(() => parse(lpFormat, text, { maxVariables: 2 }), large);
});
