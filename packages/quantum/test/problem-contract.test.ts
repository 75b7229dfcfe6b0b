import assert from "node:assert/strict";
import { test } from "node:test";
import {
  evaluated,
  loadProblem,
  problemBuilders,
  problemModel,
  problemNames,
  QuantumError,
  solve,
  solveProblem,
} from "../src/index.ts";
import { Random } from "../src/random.ts";

const coded = (code: string) => (e: unknown) => e instanceof QuantumError && e.code === code;
const builders = await problemBuilders();

test("every file of the folder is a builder of its own name, and unknown names are refused", async () => {
  assert.deepEqual(
    builders.map((b) => b.name),
    problemNames(),
  );
  assert.ok(builders.length >= 16);
  await assert.rejects(loadProblem("chess"), coded("PROBLEM_UNKNOWN"));
  await assert.rejects(loadProblem("../solve"), coded("PROBLEM_UNKNOWN"));
});

for (const builder of builders) {
  const { name, description, input, example } = builder;
  const given = example as Record<string, unknown>; // why: inputs are objects, or `build` refuses them
  const properties = input.properties as Record<string, object>; // why: `record` wrote the schema
  const required = input.required as string[]; // why: as above

  test(`${name}: is described in one sentence, and its input as plain JSON Schema`, () => {
    assert.match(description, /^[A-Z].*[^.]\.$/s);
    assert.equal(description.slice(0, -1).includes(". "), false);
    assert.deepEqual(JSON.parse(JSON.stringify(input)), input);
    assert.equal(input.additionalProperties, false);
    for (const key of required) assert.ok(properties[key]);
  });

  test(`${name}: the example builds, is solved feasibly, and its answer is plain JSON`, async () => {
    const problem = builder.build(JSON.parse(JSON.stringify(example)));
    const { answer, solution } = await solveProblem(problem, { seed: 1, reads: 30 });
    assert.equal(answer.feasible, true, answer.violations.join("; "));
    assert.deepEqual(answer.violations, []);
    assert.equal(solution.feasible, true);
    assert.deepEqual(JSON.parse(JSON.stringify(answer)), answer);
  });

  test(`${name}: the lowest sample of its model decodes to the answer that raised penalties find`, async () => {
    const problem = builder.build(example);
    const { model, decode } = problemModel(problem);
    const { samples } = await solve(model, { reads: 50, sweeps: 2000 });
    const lowest = decode(samples.values.subarray(0, model.size));
    const { answer, solution } = await solveProblem(problem, { reads: 50 });
    assert.equal(lowest.feasible, true);
    assert.ok(Math.abs(samples.energies[0]! - solution.energy) < 1e-9 * Math.max(1, Math.abs(solution.energy)));
    assert.deepEqual(Object.keys(lowest), Object.keys(answer));
  });

  test(`${name}: what the model calls feasible the decoder does too, and any sample gets an answer`, () => {
    const problem = builder.build(example);
    const random = new Random(3);
    for (let k = 0; k < 500; k++) {
      const ones = random.unit();
      const sample = problem.cqm.variables.map(({ kind }) => (random.unit() < ones ? 1 : kind === "spin" ? -1 : 0));
      const answer = problem.answer(sample);
      assert.equal(answer.feasible, answer.violations.length === 0);
      if (evaluated(problem.cqm, sample).feasible) assert.equal(answer.feasible, true, answer.violations.join("; "));
      for (const violation of answer.violations) assert.match(violation, /\w+ \w+/);
    }
  });

  test(`${name}: inputs that are no objects, lack a field, have an unknown one or one of another type are refused`, () => {
    for (const bad of [null, 3, "x", [], {}]) assert.throws(() => builder.build(bad), coded("PROBLEM_INVALID"));
    assert.throws(() => builder.build({ ...given, surplus: 1 }), coded("PROBLEM_INVALID"));
    for (const key of required) {
      const { [key]: _, ...rest } = given;
      assert.throws(() => builder.build(rest), coded("PROBLEM_INVALID"), key);
    }
    for (const key of Object.keys(properties))
      for (const bad of [null, Symbol.iterator.toString(), { a: 1 }, [null], [[Number.NaN]], Number.NEGATIVE_INFINITY])
        assert.throws(() => builder.build({ ...given, [key]: bad }), coded("PROBLEM_INVALID"), `${key}: ${JSON.stringify(bad)}`);
  });
}
