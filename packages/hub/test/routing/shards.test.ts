import assert from "node:assert/strict";
import { test } from "node:test";
import { entriesOf, mappedShards, noShards, type Shards, valueIn, withValueIn } from "../../src/routing/shards.ts";

test("a map of shards holds what was set, and the older map stays as it was", () => {
  let shards: Shards<number> = noShards();
  const older: Shards<number>[] = [];
  for (let i = 0; i < 500; i++) {
    older.push(shards);
    shards = withValueIn(shards, `agent-${i % 300}`, i);
  }
  assert.equal(valueIn(shards, "agent-7"), 307);
  assert.equal(valueIn(shards, "nobody"), undefined);
  assert.equal(valueIn(older[100] ?? noShards(), "agent-100"), undefined);
  assert.equal([...entriesOf(shards)].length, 300);
  const doubled = mappedShards(shards, (value, key) => (key === "agent-7" ? value * 2 : value));
  assert.deepEqual([valueIn(doubled, "agent-7"), valueIn(doubled, "agent-8"), valueIn(shards, "agent-7")], [614, 308, 307]);
  assert.equal(valueIn(withValueIn(shards, "__proto__", 1), "__proto__"), 1);
});
