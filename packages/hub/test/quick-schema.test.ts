import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { jsonSchemaOf, quickly } from "../src/base/quick-schema.ts";

const general = z.array(z.tuple([z.string(), z.number()])).describe("[name, amount]");
let checked = 0;
const quick = quickly(general, (list) => {
  checked += 1;
  return (
    Array.isArray(list) && list.every((item) => Array.isArray(item) && item.length === 2 && item[0] === "a" && item[1] === 1)
  );
});
const [slowly, quicklyIn] = [
  z.object({ deep: z.object({ list: general.default([]) }), other: general.optional() }),
  z.object({ deep: z.object({ list: quick.default([]) }), other: quick.optional() }),
];

test("a quick schema takes, refuses and tells clients what the general one does", () => {
  for (const value of [
    { deep: { list: [["a", 1]] } },
    { deep: {} },
    { deep: { list: [["b", 2]] }, other: [] }, // what the check does not know is not wrong
    { deep: { list: [["a", "b"], ["c"], 7] } },
    { deep: { list: "none" } },
    { deep: { list: null }, other: [["a", 1, 1]] },
    { deep: { list: { 0: ["a", 1] } } },
  ]) {
    const [one, other] = [slowly.safeParse(value), quicklyIn.safeParse(value)];
    assert.deepEqual(other.data, one.data);
    const told = (error: z.ZodError | undefined) => error?.issues.map(({ path, message, code }) => ({ path, message, code }));
    assert.deepEqual(told(other.error), told(one.error));
  }
  assert.ok(checked > 0);
  for (const io of ["input", "output"] as const) assert.deepEqual(jsonSchemaOf(quicklyIn, io), jsonSchemaOf(slowly, io));
});
