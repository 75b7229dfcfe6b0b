import assert from "node:assert/strict";
import { test } from "node:test";
import { siege } from "./siege.ts";

test("120 jobs over a faulty server and three SIGKILLs: none lost, none submitted twice, the charged time exact", {
  timeout: 120_000,
}, async () => {
  const report = await siege(120, 3, 400);
  assert.deepEqual(
    { lost: report.lost, submittedTwice: report.submittedTwice, counted: report.countedUs },
    { lost: 0, submittedTwice: 0, counted: report.chargedUs },
  );
  assert.ok(report.answered > 60 && report.chargedUs > report.answered * 15_000, JSON.stringify(report));
  assert.ok(Object.keys(report.faults).length >= 6, JSON.stringify(report.faults));
});
