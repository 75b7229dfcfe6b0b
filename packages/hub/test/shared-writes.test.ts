import assert from "node:assert/strict";
import { test } from "node:test";
import { SharedWrites } from "../src/store/shared-writes.ts";

test("what is added in one turn, or while a write is under way, goes out together and in order", async () => {
  const batches: (readonly number[])[] = [];
  const first = Promise.withResolvers<void>();
  const writes = new SharedWrites<number>(async (items) => {
    batches.push(items);
    if (batches.length === 1) await first.promise;
  });
  const kept: number[] = [];
  const add = (n: number) => void writes.add(n).then(() => kept.push(n));
  for (const n of [1, 2]) add(n);
  await new Promise((resolve) => setImmediate(resolve));
  for (const n of [3, 4, 5]) add(n);
  assert.deepEqual([batches, kept], [[[1, 2]], []]);
  first.resolve();
  await writes.settled();
  assert.deepEqual(batches, [
    [1, 2],
    [3, 4, 5],
  ]);
  assert.deepEqual(kept, [1, 2, 3, 4, 5]);
});

test("a write that fails fails what was in it, and nothing after", async () => {
  let strikes = 1;
  const writes = new SharedWrites<number>(async () => {
    if (strikes-- > 0) throw new Error("the store is away");
  });
  const together = await Promise.allSettled([writes.add(1), writes.add(2)]);
  assert.deepEqual(
    together.map(({ status }) => status),
    ["rejected", "rejected"],
  );
  await writes.add(3);
  await writes.settled();
});
