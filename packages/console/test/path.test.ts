import assert from "node:assert/strict";
import { test } from "node:test";
import { matchPath } from "../src/path.ts";

test("a path fits its pattern part by part and gives its values decoded", () => {
  assert.deepEqual(matchPath("/runs/:id", "/runs/run_1"), { id: "run_1" });
  assert.deepEqual(matchPath("/runs/:id", "/runs/a%20b/"), { id: "a b" });
  assert.deepEqual(matchPath("/", "/"), {});
});

test("a path that is longer, shorter or other than its pattern does not fit", () => {
  for (const path of ["/runs", "/runs/1/2", "/versions/1"]) assert.equal(matchPath("/runs/:id", path), undefined);
});

test("a value that cannot be decoded does not fit instead of throwing", () => {
  assert.equal(matchPath("/runs/:id", "/runs/%E0%A4%A"), undefined);
});
