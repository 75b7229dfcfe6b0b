/** Blackboards: writes over what was read, however many write at once and wherever; who sees a board; what is kept of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { systemClock } from "../../src/base/clock.ts";
import { EntenteError } from "../../src/base/errors.ts";
import type { Json } from "../../src/base/json.ts";
import { operator } from "../../src/base/principals.ts";
import type { Principal } from "../../src/base/tool.ts";
import { Blackboards, type BlackboardsInput } from "../../src/negotiation/boards/blackboards.ts";
import { boardGenesis, boardLink } from "../../src/negotiation/boards/board.ts";
import { Watch } from "../../src/negotiation/watch.ts";
import type { Store } from "../../src/store/store.ts";
import { openLog } from "../../src/telemetry/log.ts";
import { engines, withStore } from "../stores.ts";

const names = ["ada", "bob", "cy"];
const [ada, bob, cy]: readonly Principal[] = names.map((id) => ({ id, kind: "agent" }));
const limits = { open: 3, entries: 5, entryBytes: 200, keptValues: 4 };

interface House extends AsyncDisposable {
  readonly boards: Blackboards;
  readonly watch: Watch;
}

function houseOn(store: Store, more: Partial<BlackboardsInput["limits"]> = {}, watchers = 10): House {
  const watch = new Watch({ store, log: openLog("silent"), limit: watchers, pollMs: 20, idleMs: 50 });
  const registry = { has: (name: string) => names.includes(name) };
  const boards = new Blackboards({ store, registry, clock: systemClock, watch, limits: { ...limits, ...more } });
  return { boards, watch, [Symbol.asyncDispose]: () => watch[Symbol.asyncDispose]() };
}

const code =
  (wanted: string, details: Readonly<Record<string, unknown>> = {}) =>
  (error: unknown) => {
    assert.ok(error instanceof EntenteError, String(error));
    assert.equal(error.code, wanted);
    assert.deepEqual({ ...error.details, ...details }, error.details);
    return true;
  };

/** Adds one to a counter `times` times as whoever, by reading and writing over what was read. */
async function count({ boards }: House, board: string, who: Principal | undefined, times: number): Promise<number> {
  let conflicts = 0;
  for (let done = 0; done < times; ) {
    const entry = await boards.records.entry(board, "n");
    try {
      const write = { board, key: "n", expected: entry?.version ?? 0, value: Number(entry?.value ?? 0) + 1 };
      await boards.write(write, who ?? operator, undefined);
      done += 1;
    } catch (thrown) {
      if (!(thrown instanceof EntenteError) || thrown.code !== "VERSION_CONFLICT") throw thrown;
      conflicts += 1;
    }
  }
  return conflicts;
}

for (const engine of engines) {
  test(`${engine}: twelve writers on two hubs that add one to a counter lose nothing, and every revision is linked to all before it`, (t) =>
    withStore(t, engine, async (store, reopen) => {
      await using first = houseOn(store, { keptValues: 1000 });
      // Two connections to one SQLite file would wait for each other inside one process; PostgreSQL has one for each hub.
      await using second = houseOn(engine === "postgres" ? await reopen() : store, { keptValues: 1000 });
      const board = await first.boards.open("ada", "a count", ["bob", "cy"]);
      const writers = Array.from({ length: 12 }, (_, i) => count(i % 2 === 0 ? first : second, board, [ada, bob, cy][i % 3], 10));
      const conflicts = (await Promise.all(writers)).reduce((sum, one) => sum + one, 0);
      const entry = await second.boards.records.entry(board, "n");
      assert.deepEqual([entry?.value, entry?.version], [120, 120]);
      assert.ok(conflicts > 0, "they did get into each other's way");
      const kept = await first.boards.read(board, operator);
      let hash = boardGenesis(kept);
      for (const revision of await first.boards.records.revisions(board, 0, 1000)) {
        assert.equal(revision.value, revision.seq);
        assert.equal(revision.hash, boardLink(hash, revision));
        hash = revision.hash;
      }
      const row = await store.db.selectFrom("boards").select("hash").where("id", "=", board).executeTakeFirstOrThrow();
      assert.equal(row.hash, hash);
      assert.equal((await store.events.verify()).problem, undefined);
    }));

  test(`${engine}: a board holds what a plain map with versions holds after any writes and deletes (seeded)`, (t) =>
    withStore(t, engine, async (store) => {
      await using house = houseOn(store, { open: 1000 });
      const act = fc.record({
        key: fc.constantFrom("a", "b", "c"),
        stale: fc.boolean(),
        value: fc.option(fc.oneof(fc.integer(), fc.string({ maxLength: 8 }), fc.constant(null)), { nil: undefined }),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(act, { maxLength: 12 }), async (acts) => {
          const board = await house.boards.open("ada", "any", []);
          const model = new Map<string, { version: number; value: Json }>();
          let revision = 0;
          for (const { key, stale, value } of acts) {
            const known = model.get(key);
            const expected = stale ? (known?.version ?? 0) + 1 : (known?.version ?? 0);
            const fits = !stale && !(known === undefined && value === undefined);
            const written = house.boards.write({ board, key, expected, value }, operator, "ada");
            if (!fits) {
              const now = { version: known?.version ?? 0, value: known?.value ?? null };
              await assert.rejects(written, code("VERSION_CONFLICT", now));
              continue;
            }
            revision += 1;
            assert.equal(await written, revision);
            if (value === undefined) model.delete(key);
            else model.set(key, { version: revision, value });
          }
          const kept = await house.boards.read(board, operator);
          assert.deepEqual([kept.revision, kept.entries], [revision, model.size]);
          for (const key of ["a", "b", "c"]) {
            const entry = await house.boards.records.entry(board, key);
            assert.deepEqual(entry && { version: entry.version, value: entry.value }, model.get(key));
          }
          const listed = await house.boards.records.entriesSince(board, 0, 10);
          const order = [...model].map(([key, { version }]) => [version, key]).sort(([a], [b]) => Number(a) - Number(b));
          assert.deepEqual(
            listed.map(({ version, key }) => [version, key]),
            order,
          );
        }),
        { seed: 11, numRuns: engine === "sqlite" ? 60 : 20 },
      );
    }));

  test(`${engine}: limits on boards, keys, bytes and kept values hold, and who is no member sees nothing`, (t) =>
    withStore(t, engine, async (store) => {
      await using house = houseOn(store);
      const { boards } = house;
      const board = await boards.open("ada", "small", ["bob"]);
      await assert.rejects(boards.open("ada", "x", ["eve"]), code("PARTIES_INVALID", { got: "eve" }));
      await assert.rejects(boards.open("ada", "x", ["bob", "bob"]), code("PARTIES_INVALID", { wanted: "each name once" }));
      await assert.rejects(boards.open("ada", "x", ["client:../../etc"]), code("PARTIES_INVALID"));
      assert.ok(cy);
      for (const refused of [
        () => boards.read(board, cy),
        () => boards.write({ board, key: "k", expected: 0, value: 1 }, cy, undefined),
        () => boards.write({ board, key: "k", expected: 0, value: 1 }, cy, "ada"),
        () => boards.write({ board, key: "k", expected: 0, value: 1 }, operator, "cy"),
        () => boards.close(board, bob ?? cy),
      ])
        await assert.rejects(refused, code("NOT_FOUND"));
      const opened = await Promise.allSettled([1, 2, 3].map(() => boards.open("ada", "more", [])));
      assert.equal(opened.filter(({ status }) => status === "rejected").length, 1, "three at most");
      await assert.rejects(
        boards.write({ board, key: "k", expected: 0, value: "x".repeat(199) }, operator, "bob"),
        code("BOARD_ENTRY_TOO_LARGE", { bytes: 201, limit: 200 }),
      );
      for (let k = 0; k < 5; k++) await boards.write({ board, key: `k${k}`, expected: 0, value: k }, operator, "bob");
      await assert.rejects(boards.write({ board, key: "k5", expected: 0, value: 5 }, operator, "bob"), code("BOARD_FULL"));
      await boards.write({ board, key: "k0", expected: 1 }, operator, "ada");
      await boards.write({ board, key: "k5", expected: 0, value: 5 }, operator, "bob");
      const revisions = await boards.records.revisions(board, 0, 10);
      assert.deepEqual(
        revisions.map(({ value }) => value),
        [undefined, undefined, undefined, 3, 4, undefined, 5],
        "four revisions keep their values",
      );
      assert.ok(revisions.every(({ act, valueHash }) => (act === "put") === (valueHash !== null)));
      await boards.close(board, operator);
      await assert.rejects(boards.write({ board, key: "k1", expected: 2, value: 1 }, operator, "ada"), code("BOARD_CLOSED"));
      await boards.open("ada", "again", []);
      const events = await store.events.read({ subject: board, limit: 50 });
      assert.ok(!JSON.stringify(events).includes('"value"'), "the log tells of keys, not of values");
    }));

  test(`${engine}: whoever waits for a board hears of a write on another hub, and only so many may wait`, (t) =>
    withStore(t, engine, async (store, reopen) => {
      await using first = houseOn(store, {}, 1);
      await using second = houseOn(engine === "postgres" ? await reopen() : store);
      const board = await first.boards.open("ada", "news", []);
      const { signal } = new AbortController();
      const heard = first.boards.watch(board, 0, 10, { waitMs: 10_000, signal });
      await assert.rejects(first.boards.watch(board, 0, 10, { waitMs: 1000, signal }), code("WATCHERS_TOO_MANY"));
      await second.boards.write({ board, key: "k", expected: 0, value: "new" }, operator, "ada");
      assert.deepEqual(
        (await heard).map(({ key, value }) => [key, value]),
        [["k", "new"]],
      );
      assert.deepEqual(await first.boards.watch(board, 1, 10, { waitMs: 40, signal }), [], "nothing new in time");
      const left = new AbortController();
      const waiting = first.boards.watch(board, 1, 10, { waitMs: 10_000, signal: left.signal });
      left.abort(new Error("gone"));
      await assert.rejects(waiting, /gone/);
      assert.equal((await first.boards.watch(board, 0, 10, { waitMs: 1000, signal })).length, 1, "its place is free again");
    }));
}
