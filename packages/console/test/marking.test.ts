import assert from "node:assert/strict";
import { test } from "node:test";
import { markWords } from "../src/marking.ts";

test("the telling words of a question are marked where words begin with them, and nothing is lost", () => {
  const marked = markWords("The gate checks; investigate.", "what does the gate check?");
  assert.deepEqual(
    marked.filter((stretch) => stretch.marked).map((stretch) => stretch.text),
    ["gate", "checks"],
  );
  assert.equal(marked.map((stretch) => stretch.text).join(""), "The gate checks; investigate.");
});

test("a question of signs and small words marks nothing", () => {
  assert.deepEqual(markWords("a (b)", "why is a ( ?"), [{ text: "a (b)", marked: false }]);
});
