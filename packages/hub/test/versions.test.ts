import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { systemClock } from "../src/base/clock.ts";
import { EntenteError } from "../src/base/errors.ts";
import { judge } from "../src/learning/gate.ts";
import { Versions } from "../src/learning/versions.ts";
import type { VersionsTable } from "../src/store/schema.ts";
import type { Store } from "../src/store/store.ts";
import { scratchFolder } from "./scratch.ts";
import { engines, withStore } from "./stores.ts";

const model = "house";

interface Shelf {
  readonly store: Store;
  readonly versions: Versions;
  readonly folder: string;
  /** Registers what run `n` trained: weights of its own, in a folder of its own. */
  readonly trained: (n: number, of?: string) => Promise<VersionsTable>;
  /** Registers, has it pass (or not) and, when it passed, promotes it. */
  readonly promoted: (n: number) => Promise<VersionsTable>;
}

async function withShelf(t: TestContext, engine: (typeof engines)[number], work: (shelf: Shelf) => Promise<void>): Promise<void> {
  await withStore(t, engine, async (store) => {
    using scratch = scratchFolder();
    const folder = scratch.path;
    const versions = new Versions(store, systemClock, folder);
    const trained = (n: number, of = model): Promise<VersionsTable> => {
      const directory = join("models", of, `run_${n}`);
      mkdirSync(join(folder, directory), { recursive: true });
      writeFileSync(join(folder, directory, "model.safetensors"), weights(n));
      const training = { steps: n };
      return versions.register(
        { model: of, run: `run_${of}_${n}`, selection: null, directory, parent: null, training },
        "trainer",
      );
    };
    const promoted = async (n: number): Promise<VersionsTable> => {
      const version = await trained(n);
      await versions.decide(version, passed, "examiner");
      return versions.promote(version.id, model, "coordinator");
    };
    await work({ store, versions, folder, trained, promoted });
  });
}

const weights = (n: number): Buffer => createHash("sha512").update(`weights of run ${n}`).digest();
const passed = judge({ bitsPerByte: 3, bytes: 100, slices: [] }, undefined, 0.02);
const refused = judge({ bitsPerByte: 9, bytes: 100, slices: [] }, undefined, 0.02);
const diverged = judge({ bitsPerByte: Number.NaN, bytes: 100, slices: [] }, undefined, 0.02);
const code = (wanted: string) => (error: unknown) => error instanceof EntenteError && error.code === wanted;

async function statuses(versions: Versions): Promise<readonly string[]> {
  return (await versions.list(model)).map((version) => `${version.number} ${version.status}`);
}

async function told(store: Store): Promise<readonly string[]> {
  const events = await store.events.read({ after: 0, limit: 1000 });
  return events.filter((event) => event.kind.startsWith("version.")).map((event) => `${event.kind} ${event.data.number}`);
}

for (const engine of engines) {
  test(`${engine}: a run registers one version however often it says so`, (t) =>
    withShelf(t, engine, async ({ store, versions, trained }) => {
      const first = await trained(1);
      assert.deepEqual({ ...(await trained(1)) }, first);
      assert.deepEqual({ ...(await versions.ofRun("run_house_1")) }, first);
      assert.equal(first.weights_hash, createHash("sha256").update(weights(1)).digest("hex"));
      assert.deepEqual(await statuses(versions), ["1 candidate"]);
      assert.deepEqual(await told(store), ["version.registered 1"]);
    }));

  test(`${engine}: numbers rise by one for each model on its own, and a version is found by number or id`, (t) =>
    withShelf(t, engine, async ({ versions, trained }) => {
      const numbers = [];
      for (const n of [1, 2, 3]) numbers.push((await trained(n)).number);
      assert.deepEqual(numbers, [1, 2, 3]);
      const other = await trained(1, "other");
      assert.equal(other.number, 1);
      assert.equal((await versions.get("v2", model)).run_id, "run_house_2");
      assert.equal((await versions.get("2", model)).run_id, "run_house_2");
      assert.equal((await versions.get(other.id, model)).model, "other");
      await assert.rejects(versions.get("v9", model), code("VERSION_UNKNOWN"));
      assert.deepEqual(
        (await versions.list(model)).map((version) => version.number),
        [3, 2, 1],
      );
    }));

  test(`${engine}: only a version that passed is promoted, and promoting it twice moves nothing`, (t) =>
    withShelf(t, engine, async ({ store, versions, trained }) => {
      const version = await trained(1);
      await assert.rejects(versions.promote(version.id, model, "someone"), code("VERSION_NOT_EXAMINED"));
      assert.equal(await versions.champion(model), undefined);
      await versions.decide(version, passed, "examiner");
      assert.equal((await versions.promote("v1", model, "coordinator")).status, "champion");
      await versions.promote("v1", model, "coordinator");
      assert.deepEqual(await told(store), ["version.registered 1", "version.passed 1", "version.promoted 1"]);
      assert.equal((await store.db.selectFrom("promotions").selectAll().execute()).length, 1);
    }));

  test(`${engine}: a refused version stays refused, whatever is said later`, (t) =>
    withShelf(t, engine, async ({ store, versions, trained, promoted }) => {
      const champion = await promoted(1);
      const version = await trained(2);
      await versions.decide(version, refused, "examiner");
      await versions.decide(version, passed, "examiner");
      await assert.rejects(versions.promote(version.id, model, "someone"), code("VERSION_NOT_EXAMINED"));
      assert.deepEqual(await statuses(versions), ["2 refused", "1 champion"]);
      assert.equal((await versions.champion(model))?.id, champion.id);
      assert.equal((await told(store)).at(-1), "version.refused 2");
      assert.match((await versions.get(version.id, model)).verdict_json ?? "", /no better than guessing/);
    }));

  test(`${engine}: a version whose loss is not a number is refused with a verdict that can be kept`, (t) =>
    withShelf(t, engine, async ({ versions, trained }) => {
      const version = await trained(1);
      await versions.decide(version, diverged, "examiner");
      const kept = await versions.get(version.id, model);
      assert.equal(kept.status, "refused");
      assert.equal(JSON.parse(kept.verdict_json ?? "{}").bitsPerByte, null);
    }));

  test(`${engine}: a rollback goes to the champion before, a second one to the one before that, then there is none`, (t) =>
    withShelf(t, engine, async ({ store, versions, promoted }) => {
      await assert.rejects(versions.rollback(model, "operator"), code("NO_CHAMPION"));
      for (const n of [1, 2, 3]) await promoted(n);
      assert.deepEqual(await statuses(versions), ["3 champion", "2 retired", "1 retired"]);
      const once = await versions.rollback(model, "operator");
      assert.deepEqual([once.from.number, once.to.number], [3, 2]);
      assert.deepEqual(await statuses(versions), ["3 rolled-back", "2 champion", "1 retired"]);
      const twice = await versions.rollback(model, "operator");
      assert.deepEqual([twice.from.number, twice.to.number], [2, 1]);
      assert.deepEqual(await statuses(versions), ["3 rolled-back", "2 rolled-back", "1 champion"]);
      await assert.rejects(versions.rollback(model, "operator"), code("NO_PREVIOUS_CHAMPION"));
      assert.equal((await versions.champion(model))?.number, 1);
      assert.deepEqual((await told(store)).slice(-2), ["version.rolled-back 2", "version.rolled-back 1"]);
    }));

  test(`${engine}: what is promoted after a rollback goes back to where the rollback went`, (t) =>
    withShelf(t, engine, async ({ versions, promoted }) => {
      for (const n of [1, 2]) await promoted(n);
      await versions.rollback(model, "operator");
      await promoted(3);
      const { from, to } = await versions.rollback(model, "operator");
      assert.deepEqual([from.number, to.number], [3, 1]);
    }));

  test(`${engine}: a version that was rolled back is not promoted again, and a retired one may be`, (t) =>
    withShelf(t, engine, async ({ versions, promoted }) => {
      for (const n of [1, 2, 3]) await promoted(n);
      await versions.rollback(model, "operator");
      await assert.rejects(versions.promote("v3", model, "someone"), code("VERSION_NOT_EXAMINED"));
      await versions.promote("v1", model, "operator");
      assert.deepEqual(await statuses(versions), ["3 rolled-back", "2 retired", "1 champion"]);
      assert.equal((await versions.rollback(model, "operator")).to.number, 2);
      assert.equal((await versions.rollback(model, "operator")).to.number, 1);
      await assert.rejects(versions.rollback(model, "operator"), code("NO_PREVIOUS_CHAMPION"), "never in a circle");
    }));

  test(`${engine}: a rollback gives the same weights, bit for bit`, (t) =>
    withShelf(t, engine, async ({ versions, promoted }) => {
      const first = await promoted(1);
      const before = readFileSync(join(versions.folder(first), "model.safetensors"));
      await promoted(2);
      const { to } = await versions.rollback(model, "operator");
      const champion = await versions.champion(model);
      assert.equal(champion?.id, first.id);
      assert.equal(to.weights_hash, first.weights_hash);
      assert.deepEqual(readFileSync(join(versions.folder(to), "model.safetensors")), before);
      assert.equal(createHash("sha256").update(before).digest("hex"), to.weights_hash);
    }));

  test(`${engine}: weights with one flipped bit are neither promoted nor gone back to, and nothing moves`, (t) =>
    withShelf(t, engine, async ({ versions, trained, promoted }) => {
      const first = await promoted(1);
      await promoted(2);
      const file = join(versions.folder(first), "model.safetensors");
      const bytes = readFileSync(file);
      bytes[17] = (bytes[17] ?? 0) ^ 1;
      writeFileSync(file, bytes);
      await assert.rejects(versions.rollback(model, "operator"), code("WEIGHTS_CHANGED"));
      assert.equal((await versions.champion(model))?.number, 2);
      const third = await trained(3);
      await versions.decide(third, passed, "examiner");
      writeFileSync(join(versions.folder(third), "model.safetensors"), weights(4));
      await assert.rejects(versions.promote(third.id, model, "coordinator"), code("WEIGHTS_CHANGED"));
      assert.deepEqual(await statuses(versions), ["3 passed", "2 champion", "1 retired"]);
      bytes[17] = (bytes[17] ?? 0) ^ 1;
      writeFileSync(file, bytes);
      assert.equal((await versions.rollback(model, "operator")).to.number, 1, "mended, it is the same again");
    }));
}
