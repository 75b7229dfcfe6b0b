import assert from "node:assert/strict";
import { test } from "node:test";
import { simulate } from "./byte-simulator.ts";

test("in 1,000 seeded worlds that delay, cut and spoil, every call ends once, in order, within its bounds", async () => {
  const sum = { calls: 0, replied: 0, gone: 0, resumed: 0, sentOn: 0, spoilt: 0 };
  for (let seed = 1; seed <= 1000; seed++)
    try {
      const { calls, replied, gone, resumed, sentOn, spoilt } = await simulate(seed);
      sum.calls += calls;
      sum.replied += replied;
      sum.gone += gone;
      sum.resumed += resumed;
      sum.sentOn += sentOn;
      sum.spoilt += spoilt ? 1 : 0;
    } catch (cause) {
      throw new Error(`seed ${seed}`, { cause });
    }
  const { replied, gone, resumed, sentOn, spoilt } = sum;
  assert.ok(replied > 4000 && gone > 1000 && resumed > 200 && sentOn > 500 && spoilt > 50, JSON.stringify(sum));
});
