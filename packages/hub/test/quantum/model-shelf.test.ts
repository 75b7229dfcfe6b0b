import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../src/base/clock.ts";
import { packModel } from "../../src/quantum/model-packing.ts";
import { ModelShelf } from "../../src/quantum/model-shelf.ts";
import { readProblem } from "../../src/quantum/reading.ts";
import { code } from "../code.ts";
import { engines, withStore } from "../stores.ts";

const chain = (n: number) => ({
  terms: {
    vartype: "SPIN" as const,
    linear: [],
    quadratic: Array.from({ length: n }, (_, i) => [`s${i}`, `s${i + 1}`, 1] as const),
    offset: 0,
  },
});

for (const engine of engines) {
  test(`${engine}: a kept model has the id of what it is, and each principal has a shelf of its own`, (t) =>
    withStore(t, engine, async (store, reopen) => {
      const shelf = new ModelShelf({ store, clock: systemClock, most: 2, mostBytes: 4000 });
      const packed = await packModel(chain(3));
      const kept = await shelf.keep("ann", packed, "chain");
      assert.deepEqual(
        { ...kept, createdAt: 0 },
        {
          id: kept.id,
          name: "chain",
          kind: "bqm",
          maximise: false,
          variables: 4,
          couplings: 3,
          constraints: 0,
          bytes: packed.bytes.length,
          createdAt: 0,
        },
      );
      assert.match(kept.id, /^bqm_[0-9a-f]{24}$/);
      assert.equal((await shelf.keep("ann", await packModel(chain(3)), null)).id, kept.id);
      assert.notEqual(
        (await shelf.keep("ann", { ...packed, maximise: true }, null)).id,
        kept.id,
        "a maximised model is another one",
      );
      await assert.rejects(shelf.keep("ann", await packModel(chain(4)), null), code("QUANTUM_MODELS_FULL", /quantum\.models/));
      await assert.rejects(shelf.keep("ann", await packModel(chain(400)), null), code("QUANTUM_MODEL_TOO_LARGE", /4000/));
      await assert.rejects(shelf.source("bob", kept.id), code("NOT_FOUND"));
      await assert.rejects(shelf.forget("bob", kept.id), code("NOT_FOUND"));
      await shelf.keep("bob", packed, null);
      assert.equal((await shelf.list("bob", 10)).length, 1);

      const again = new ModelShelf({ store: await reopen(), clock: systemClock, most: 2, mostBytes: 4000 });
      const read = await readProblem(await again.source("ann", kept.id));
      assert.equal(read.kind, "bqm");
      assert.deepEqual((await packModel(chain(3))).bytes, (await packModel(await again.source("ann", kept.id))).bytes);
      await again.forget("ann", kept.id);
      await assert.rejects(again.get("ann", kept.id), code("NOT_FOUND"));
      assert.equal((await again.list("bob", 10)).length, 1, "what one forgets, another still has");
    }));

  test(`${engine}: of models kept at once, no more than the limit stay`, (t) =>
    withStore(t, engine, async (store) => {
      const shelf = new ModelShelf({ store, clock: systemClock, most: 3, mostBytes: 4000 });
      const all = await Promise.allSettled(
        [1, 2, 3, 4, 5, 6].map(async (n) => shelf.keep("ann", await packModel(chain(n)), null)),
      );
      assert.equal(all.filter((one) => one.status === "fulfilled").length, 3);
      assert.equal((await shelf.list("ann", 10)).length, 3);
    }));
}
