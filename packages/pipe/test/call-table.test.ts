import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CallTable } from "../src/call-table.ts";

test("a table of calls finds what a map would, for any order of opening and closing", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ close: fc.boolean(), pick: fc.nat(5000), skip: fc.nat(40) }), { maxLength: 1500 }),
      (steps) => {
        const [table, map] = [new CallTable<{ readonly id: number }>(), new Map<number, { readonly id: number }>()];
        let id = 0;
        for (const { close, pick, skip } of steps) {
          if (close && map.size > 0) {
            const gone = [...map.keys()][pick % map.size]!;
            assert.equal(table.delete(gone), map.delete(gone));
            assert.equal(table.get(gone), undefined);
          } else {
            id += 1 + skip;
            const call = { id };
            table.add(call);
            map.set(id, call);
          }
          assert.equal(table.size, map.size);
          assert.equal(table.get(pick), map.get(pick));
        }
        for (const [one, call] of map) assert.equal(table.get(one), call);
        assert.deepEqual(table.values(), [...map.values()]);
        assert.equal(table.delete(id + 1), false);
      },
    ),
    { seed: 31, numRuns: 200 },
  );
});
