import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "../../src/base/clock.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { openLog } from "../../src/telemetry/log.ts";
import { KeyRing } from "../../src/vault/key-ring.ts";
import { Vault } from "../../src/vault/vault.ts";
import { scratchFolder } from "../scratch.ts";
import { engines, withStore } from "../stores.ts";

const secret = "DEV-5fd1c6d2-canary-ü";

function vaultOn(store: Store, dataFolder: string, from = "file", environment: Record<string, string> = {}) {
  const ring = new KeyRing({ from, dataFolder, environment });
  return { ring, vault: new Vault({ store, ring, clock: systemClock, log: openLog("silent") }) };
}

for (const engine of engines) {
  test(`${engine}: a secret comes back until it is forgotten, also in another process's vault, and its next version replaces it`, (t) =>
    withStore(t, engine, async (store, reopen) => {
      using folder = scratchFolder();
      const { vault } = vaultOn(store, folder.path);
      assert.equal(await vault.find("leap-token"), undefined);
      const told: string[] = [];
      vault.onChange((name) => told.push(name));
      const { version, putBy } = await vault.put("leap-token", secret, "operator");
      assert.deepEqual({ version, putBy }, { version: 1, putBy: "operator" });
      assert.equal(await vault.find("leap-token"), secret);
      assert.equal((await vault.put("leap-token", "other", "operator")).version, 2);
      assert.equal(await vaultOn(await reopen(), folder.path).vault.find("leap-token"), "other");
      assert.equal(await vault.forget("leap-token", "operator"), true);
      assert.equal(await vault.forget("leap-token", "operator"), false);
      assert.equal(await vault.find("leap-token"), undefined);
      assert.deepEqual(told, ["leap-token", "leap-token", "leap-token"]);
      const kinds = (await store.events.read({ kind: "secret.*", limit: 10 })).map(({ kind, subject }) => `${kind} ${subject}`);
      assert.deepEqual(kinds, ["secret.put leap-token", "secret.put leap-token", "secret.forgotten leap-token"]);
    }));

  test(`${engine}: a flipped bit, a row under another name and an earlier version set back do not open`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      const { vault } = vaultOn(store, folder.path);
      await vault.put("a", secret, "operator");
      const first = await store.db.selectFrom("secrets").selectAll().where("name", "=", "a").executeTakeFirstOrThrow();
      for (const column of ["sealed", "sealed_key"] as const)
        for (const at of [0, 5, 20, first[column].length - 1]) {
          const bytes = Uint8Array.from(first[column]);
          bytes[at] = bytes[at]! ^ 1;
          await store.db
            .updateTable("secrets")
            .set({ [column]: bytes })
            .where("name", "=", "a")
            .execute();
          await assert.rejects(vault.find("a"), { code: "VAULT_DAMAGED" });
          await store.db
            .updateTable("secrets")
            .set({ [column]: first[column] })
            .where("name", "=", "a")
            .execute();
        }
      assert.equal(await vault.find("a"), secret);
      const { name: _, ...row } = first;
      await store.db
        .insertInto("secrets")
        .values({ ...row, name: "b" })
        .execute();
      await assert.rejects(vault.find("b"), { code: "VAULT_DAMAGED" });
      await vault.put("a", "newer", "operator");
      const old = { sealed: first.sealed, sealed_key: first.sealed_key };
      await store.db.updateTable("secrets").set(old).where("name", "=", "a").execute();
      await assert.rejects(vault.find("a"), { code: "VAULT_DAMAGED" });
    }));

  test(`${engine}: while the key is changed again and again every read and every put succeeds, and earlier keys go`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      const { vault, ring } = vaultOn(store, folder.path);
      for (let n = 0; n < 5; n++) await vault.put(`s${n}`, `${secret}${n}`, "operator");
      const [first] = await ring.keys();
      let isOver = false;
      const readers = Array.from({ length: 3 }, async (_, n) => {
        let reads = 0;
        for (; !isOver || reads < 5; reads++) assert.equal(await vault.find(`s${n}`), `${secret}${n}`);
        return reads;
      });
      const putter = (async () => {
        for (let n = 0; !isOver; n++) await vault.put("s4", `put ${n}`, "operator");
      })();
      for (let round = 0; round < 6; round++) await vault.rotate("operator");
      isOver = true;
      for (const reads of await Promise.all(readers)) assert.ok(reads >= 5);
      await putter;
      await vault.rotate("operator");
      const keys = await ring.keys();
      assert.ok(keys.length <= 3 && keys.every(({ id }) => id !== first.id), `${keys.length} keys`);
      assert.ok((await vault.list()).every(({ keyId }) => keyId === keys[0].id));
      assert.equal(await vault.find("s2"), `${secret}2`);
    }));
}

test("two that change the key of one file at once leave a ring that opens everything", (t) =>
  withStore(t, "sqlite", async (store) => {
    using folder = scratchFolder();
    const [one, other] = [vaultOn(store, folder.path).vault, vaultOn(store, folder.path).vault];
    await one.put("a", secret, "operator");
    await Promise.all([one.rotate("operator"), other.rotate("operator"), one.rotate("operator")]);
    assert.equal(await other.find("a"), secret);
  }));

test("the key comes from a file of the owner's alone, from the environment, or from a command; the first seals and all open", (t) =>
  withStore(t, "sqlite", async (store) => {
    using folder = scratchFolder();
    const { vault } = vaultOn(store, folder.path);
    await vault.put("a", secret, "operator");
    const path = join(folder.path, "keys", "vault.keys");
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const old = readFileSync(path, "utf8").trim();
    const fresh = randomBytes(32).toString("hex");
    const byEnvironment = vaultOn(store, folder.path, "env:KEYS", { KEYS: `${fresh}, ${old}` });
    assert.equal(await byEnvironment.vault.find("a"), secret);
    const { keyId, secrets } = await byEnvironment.vault.rotate("operator");
    assert.equal(secrets, 1);
    assert.deepEqual([(await byEnvironment.ring.keys())[0].id, (await byEnvironment.vault.list())[0]?.keyId], [keyId, keyId]);
    await assert.rejects(vault.find("a"), { code: "VAULT_KEY_UNKNOWN" });
    const keyFile = join(folder.path, "printed");
    writeFileSync(keyFile, fresh);
    assert.equal(await vaultOn(store, folder.path, `command:cat '${keyFile}'`).vault.find("a"), secret);
    for (const [from, environment] of [
      ["env:KEYS", {}],
      ["env:KEYS", { KEYS: "c2hvcnQ=" }],
      ["command:exit 3", {}],
      ["keychain", {}],
    ] as const)
      await assert.rejects(vaultOn(store, folder.path, from, environment).vault.find("a"), { code: "VAULT_KEY_INVALID" });
  }));

test("the secret stands in no file of the data folder, in no form that is easily read", async () => {
  using folder = scratchFolder();
  await using store = await openStore({ url: "", dataFolder: folder.path, clock: systemClock });
  const { vault } = vaultOn(store, folder.path);
  await vault.put("a", secret, "operator");
  await vault.put("a", `${secret}, the second`, "operator");
  await vault.rotate("operator");
  const forms = [secret, Buffer.from(secret).toString("base64").slice(0, 24), Buffer.from(secret).toString("hex")];
  const files = readdirSync(folder.path, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  assert.ok(files.some(({ name }) => name === "hub.sqlite") && files.some(({ name }) => name === "vault.keys"));
  for (const { parentPath, name } of files)
    for (const form of forms) assert.equal(readFileSync(join(parentPath, name)).includes(form), false, `${form} in ${name}`);
});
