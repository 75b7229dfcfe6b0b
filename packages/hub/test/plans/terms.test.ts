/** What a plan may say: what is refused before anything happens, and why. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openPlan } from "../../src/negotiation/plans/session.ts";
import { planDocument, planSchema } from "../../src/negotiation/plans/terms.ts";
import { code } from "../code.ts";
import { limits } from "./house.ts";

test("a plan that makes no sense is refused before anything happens, with what is wrong", () => {
  const one = { id: "a", skill: "work", job: {} };
  const refused = (given: object, says: RegExp) =>
    assert.throws(() => planDocument(planSchema.parse({ subject: "s", ...given }), limits, 0), code("PLAN_INVALID", says));
  refused({ tasks: [one, one] }, /each id once; got "a" twice/);
  refused({ tasks: [{ ...one, after: ["b"] }] }, /"a" waits for "b"; wanted one of a/);
  const circle = [
    { ...one, after: ["c"] },
    { ...one, id: "b", job: { x: { $from: "a" } } },
    { ...one, id: "c", job: { deep: [{ x: { $from: "b", path: "/y" } }] } },
  ];
  refused({ tasks: circle }, /in a circle: a -> b -> c -> a/);
  refused({ tasks: [{ ...one, job: { x: { $from: "a" } } }] }, /in a circle: a -> a/);
  refused({ tasks: [{ ...one, job: { x: { $from: "gone" } } }] }, /"a" waits for "gone"/);
  for (const bad of [{ $from: "b", path: "y" }, { $from: "b", path: "/~2" }, { $from: 1 }, { $from: "b", or: 1 }])
    refused(
      {
        tasks: [
          { ...one, job: { list: [bad] } },
          { ...one, id: "b" },
        ],
      },
      /task "a": job\/list\/0: wanted {"\$from"/,
    );
  refused({ tasks: [one], criteria: {} }, /one weight above 0/);
  refused({ tasks: [one], parallel: 99 }, /at most 8 \(negotiation.planParallel\); got 99/);
  refused({ tasks: Array.from({ length: 51 }, (_, at) => ({ ...one, id: `t${at}` })) }, /at most 50 .*got 51/);
  const slow = [
    { ...one, leastMs: 700 },
    { ...one, id: "b", leastMs: 700, after: ["a"] },
  ];
  refused(
    { tasks: slow, deadlineMs: 1000 },
    /cannot be met: "a" can no longer be done in 700 ms .*; what comes after it needs 700 ms/,
  );
  let deep: object = {};
  for (let level = 0; level < 70; level++) deep = { deep };
  refused({ tasks: [{ ...one, job: deep }] }, /at most 64 levels/);
});

test("names like __proto__ in jobs and pointers are names like any other", () => {
  const tasks = JSON.parse(
    '[{"id":"a","skill":"s","job":{"__proto__":{"x":1}}},{"id":"b","skill":"s","job":{"y":{"$from":"a","path":"/constructor"}}}]',
  );
  const document = planDocument(planSchema.parse({ subject: "s", tasks }), limits, 0);
  assert.deepEqual(document.tasks[1]?.after, ["a"]);
  assert.equal(openPlan(document)[1].length, 1);
});
