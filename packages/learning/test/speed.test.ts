import assert from "node:assert/strict";
import { test } from "node:test";
import { measureTrainingSpeed } from "../src/index.ts";
import { tinyConfig } from "./tiny-run.ts";

test("training speed is measured for a model and batch, and its figures agree with each other", async () => {
  const speed = await measureTrainingSpeed({ config: tinyConfig, batch: 4, sequence: 32, threads: 1, milliseconds: 50 });
  assert.ok(speed.step > 0 && speed.product > 0);
  assert.ok(Math.abs((speed.tokensPerSecond * speed.millisecondsPerStep) / 1000 - 4 * 32) < 1e-6);
});

test("a measurement of an impossible batch is refused with RUN_SPEC_INVALID", async () => {
  const request = { config: tinyConfig, batch: 0, sequence: 32, threads: 1, milliseconds: 50 };
  await assert.rejects(measureTrainingSpeed(request), { code: "RUN_SPEC_INVALID" });
});
