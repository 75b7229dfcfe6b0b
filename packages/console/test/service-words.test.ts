import assert from "node:assert/strict";
import { test } from "node:test";
import { asked, serviceFacts, windowName } from "../src/service-words.ts";

test("a term is said as what is asked of how many tasks", () => {
  assert.equal(asked({ indicator: "accept", threshold: 500, target: 0.95 }), "95 % taken within 500 ms");
  assert.equal(asked({ indicator: "success", threshold: null, target: 0.995 }), "99.5 % completed");
  assert.equal(asked({ indicator: "total", threshold: 125_000, target: 0.9 }), "90 % done within 2 min 5 s");
  assert.equal(asked({ indicator: "cost", threshold: 1, target: 0.9 }), "90 % for 1 credit at most");
});

test("what a card says of region, price, data and idempotent skills is read; a card without is silent", () => {
  const params = { region: "eu", price: 2.5, data: { accepts: "internal", retains: false }, idempotentSkills: ["search", "ask"] };
  const card = { version: "1", capabilities: { extensions: [{ uri: "https://entente.dev/a2a/ext/sla/v1", params }] } };
  assert.deepEqual(serviceFacts(card), [
    ["Version", "1"],
    ["Region", "eu"],
    ["Price", "2.50 credits a task"],
    ["Data", "takes internal data, keeps nothing, may train on it"],
    ["Idempotent", "search, ask"],
  ]);
  assert.deepEqual(serviceFacts({ capabilities: { extensions: "odd" } }), []);
});

test("windows are named in hours and days", () => {
  assert.deepEqual([3_600_000, 86_400_000, 259_200_000].map(windowName), ["1 h", "24 h", "3 d"]);
});
