/** `kill -9` around the award: never two agreements, and none lost. `npm run bench -- negotiation --only crash` does it a hundred times. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { crashes } from "../bench/negotiation/crashes.ts";
import { engines, withDatabase } from "../packages/hub/test/stores.ts";

for (const engine of engines)
  test(`${engine}: a hub killed around an acceptance, ten times over, has one agreement for every session and loses none`, (t) =>
    withDatabase(t, engine, async (folder, url) => {
      const { sessions, agreements, double, lost, brokenAt } = await crashes(folder, url, 10, 3);
      assert.deepEqual({ double, lost, brokenAt }, { double: 0, lost: 0, brokenAt: undefined });
      assert.ok(sessions >= 10 && agreements === sessions, `${sessions} sessions, ${agreements} agreements`);
    }));
