import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { NegotiationError, parseScenarioFiles, readScenarios } from "../src/index.ts";
import { sharedData } from "./shared-data.ts";

const good = {
  id: "deal",
  issues: [{ name: "price", values: ["low", "high"] }],
  profiles: [
    { name: "buyer", weights: [1], evaluations: [[1, 0]] },
    { name: "seller", weights: [1], evaluations: [[0, 1]] },
  ],
  variants: [{ variant: "a", reservation: [0, 0.5] }],
};

test("a scenario file is one scenario or a list of them, and what it does not say has its default", () => {
  assert.deepEqual(parseScenarioFiles(good), [good]);
  assert.deepEqual(
    parseScenarioFiles([good, { ...good, id: "other" }]).map(({ id }) => id),
    ["deal", "other"],
  );
  const [scenario] = readScenarios(parseScenarioFiles(good)[0]!);
  assert.deepEqual(scenario!.profiles[1]!.preferences.reservation, 0.5);
  assert.equal(scenario!.profiles[1]!.preferences.discount, 1);
});

const wrong: readonly (readonly [string, unknown])[] = [
  ["scenario.(file): wanted an object", null],
  ["scenario.(file): wanted at least one", []],
  ["scenario.[1]: wanted an object", [good, 3]],
  ["scenario.id", { ...good, id: 7 }],
  ["scenario.issues[0].values", { ...good, issues: [{ name: "price", values: "low" }] }],
  ["scenario.issues[0].values[1]", { ...good, issues: [{ name: "price", values: ["low", 3] }] }],
  ["scenario.profiles[0].weights[0]", { ...good, profiles: [{ ...good.profiles[0], weights: ["1"] }, good.profiles[1]] }],
  ["scenario.profiles[1].evaluations[0]", { ...good, profiles: [good.profiles[0], { ...good.profiles[1], evaluations: [[1]] }] }],
  ["scenario.profiles: wanted at least two", { ...good, profiles: [good.profiles[0]], variants: undefined }],
  ["scenario.variants[0].reservation: wanted 2 numbers", { ...good, variants: [{ variant: "a", reservation: [0] }] }],
  ["scenario.variants: wanted names that differ", { ...good, variants: [...good.variants, ...good.variants] }],
];
for (const [says, file] of wrong)
  test(`a scenario file that is wrong says where: ${says}`, () => {
    assert.throws(
      () => parseScenarioFiles(file),
      (thrown) => thrown instanceof NegotiationError && thrown.code === "SCENARIO_INVALID" && thrown.message.startsWith(says),
    );
  });

for (const name of ["anac-2010-2012", "negolog", "generated"]) {
  const file = sharedData(`negotiation/scenarios-${name}.json`);
  test(`every scenario of ${name} is read`, { skip: file === undefined && "no shared data here" }, () => {
    const json: unknown = JSON.parse(readFileSync(file!, "utf8"));
    assert.deepEqual(parseScenarioFiles(json), json);
  });
}
