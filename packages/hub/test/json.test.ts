import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { canonicalJson } from "../src/base/json.ts";

// RFC 8785 by its own words: members sorted by UTF-16 code units, ECMAScript numbers, no spaces.
function slowly(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(slowly).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${slowly(Reflect.get(value, key))}`).join(",")}}`;
}

test("canonical JSON is RFC 8785 whatever order members were written in, flat or nested", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean()))),
      (value) => {
        assert.equal(canonicalJson(value), slowly(value));
      },
    ),
    { seed: 20261124, numRuns: 2000 },
  );
  assert.equal(canonicalJson({ b: 1, a: undefined, 10: "x", 9: "y" }), '{"10":"x","9":"y","b":1}');
  for (const wrong of [Number.NaN, { a: Number.POSITIVE_INFINITY }, { a: () => {} }, { toJSON: () => 1 }])
    assert.throws(() => canonicalJson(wrong), TypeError);
});
