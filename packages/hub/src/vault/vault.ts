/**
 * The vault: secrets of the outside (tokens, keys of services) sealed in the store. A secret is read where it is used and nowhere else: no
 * tool gives one back, and the log knows of names and versions alone. Several hubs on one store share its secrets when they share its key.
 */

import type { Clock } from "../base/clock.ts";
import { Listeners } from "../base/listeners.ts";
import type { Logger } from "../base/logger.ts";
import { type Principal, toolsOf } from "../base/tool.ts";
import type { Store } from "../store/store.ts";
import { vaultErrors } from "./errors.ts";
import type { KeyRing } from "./key-ring.ts";
import { openSecretWith, type SealedSecret, sealAgain, sealSecret } from "./sealing.ts";

/** What is told of a secret. */
export interface SecretNote {
  readonly name: string;
  /** Rises with each put. */
  readonly version: number;
  readonly keyId: string;
  /** ms since the epoch */
  readonly putAt: number;
  readonly putBy: string;
}

/** What a vault stands on. */
export interface VaultInput {
  readonly store: Store;
  readonly ring: KeyRing;
  readonly clock: Clock;
  readonly log: Logger;
}

/** See the head of this file. */
export class Vault {
  readonly #input: VaultInput;
  readonly #changes: Listeners<string>;

  constructor(input: VaultInput) {
    this.#input = input;
    this.#changes = new Listeners((error) => input.log.error({ err: error }, "a listener to the vault failed"));
  }

  /** Keeps a secret, in place of an earlier one of its name. Throws VAULT_KEY_INVALID. */
  async put(name: string, secret: string, by: string): Promise<SecretNote> {
    const { store, ring, clock } = this.#input;
    const [key] = await ring.keys();
    const note = await store.transaction(async (trx) => {
      const before = await trx.selectFrom("secrets").select("version").where("name", "=", name).executeTakeFirst();
      const version = (before?.version ?? 0) + 1;
      const { keyId, sealedKey, sealed } = sealSecret(key, secret, { name, version });
      const row = { version, key_id: keyId, sealed_key: sealedKey, sealed, put_at: clock.now(), put_by: by };
      await trx
        .insertInto("secrets")
        .values({ name, ...row })
        .onConflict((c) => c.column("name").doUpdateSet(row))
        .execute();
      await store.events.append(trx, [{ kind: "secret.put", actor: by, subject: name, data: { version, keyId } }]);
      return { name, version, keyId, putAt: row.put_at, putBy: by };
    });
    this.#changes.tell(name);
    return note;
  }

  /** A secret; undefined when there is none of that name. Throws VAULT_KEY_UNKNOWN, VAULT_KEY_INVALID, VAULT_DAMAGED. */
  async find(name: string): Promise<string | undefined> {
    const { store, ring } = this.#input;
    let unknown: string | undefined;
    for (;;) {
      const row = await store.db.selectFrom("secrets").selectAll().where("name", "=", name).executeTakeFirst();
      if (!row) return undefined;
      const keys = await ring.keys();
      const key = keys.find(({ id }) => id === row.key_id);
      if (key) {
        const secret = openSecretWith(key, sealedIn(row), row);
        if (secret === undefined) throw vaultErrors.VAULT_DAMAGED({ name });
        return secret;
      }
      // Between the two looks the key may have been changed.
      if (unknown === row.key_id)
        throw vaultErrors.VAULT_KEY_UNKNOWN({ name, keyId: row.key_id, known: keys.map(({ id }) => id) });
      unknown = row.key_id;
    }
  }

  /** Whether a secret of that name is kept. */
  async has(name: string): Promise<boolean> {
    const row = await this.#input.store.db.selectFrom("secrets").select("name").where("name", "=", name).executeTakeFirst();
    return row !== undefined;
  }

  /** What is kept, by name. */
  async list(): Promise<readonly SecretNote[]> {
    const rows = await this.#input.store.db
      .selectFrom("secrets")
      .select(["name", "version", "key_id", "put_at", "put_by"])
      .orderBy("name")
      .execute();
    return rows.map(({ key_id: keyId, put_at: putAt, put_by: putBy, ...row }) => ({ ...row, keyId, putAt, putBy }));
  }

  /** Forgets a secret; whether there was one. */
  async forget(name: string, by: string): Promise<boolean> {
    const { store } = this.#input;
    const gone = await store.transaction(async (trx) => {
      const { numDeletedRows } = await trx.deleteFrom("secrets").where("name", "=", name).executeTakeFirst();
      if (numDeletedRows === 0n) return false;
      await store.events.append(trx, [{ kind: "secret.forgotten", actor: by, subject: name, data: {} }]);
      return true;
    });
    if (gone) this.#changes.tell(name);
    return gone;
  }

  /**
   * Seals the keys of all secrets with the first key of the ring, which a ring in a file makes anew; there, keys that open nothing any more
   * are forgotten, but for the one before, with which somebody may be sealing just now. Secrets are read meanwhile as ever, and a
   * hub that is killed half way leaves a ring that opens all. Throws as `find`.
   */
  async rotate(by: string): Promise<{ readonly keyId: string; readonly secrets: number }> {
    const { store, ring } = this.#input;
    return store.transaction(async (trx) => {
      // Whoever else wants to rotate waits here, also for the file.
      await trx
        .updateTable("secrets")
        .set((e) => ({ put_by: e.ref("put_by") }))
        .execute();
      const rows = await trx.selectFrom("secrets").selectAll().execute();
      if (ring.makesKeys) await ring.add();
      const [to, ...others] = await ring.keys();
      const stale = rows.filter(({ key_id }) => key_id !== to.id);
      for (const row of stale) {
        const { name, version, key_id: keyId } = row;
        const from = others.find(({ id }) => id === keyId);
        if (!from) throw vaultErrors.VAULT_KEY_UNKNOWN({ name, keyId, known: [to, ...others].map(({ id }) => id) });
        const again = sealAgain(from, to, sealedIn(row), { name, version });
        if (!again) throw vaultErrors.VAULT_DAMAGED({ name });
        const columns = { key_id: again.keyId, sealed_key: again.sealedKey };
        await trx.updateTable("secrets").set(columns).where("name", "=", name).where("version", "=", version).execute();
      }
      // Before the commit: until then a kill leaves the rows as they were, so what opened them stays.
      if (ring.makesKeys)
        await ring.keepOnly(new Set([...rows.map(({ key_id }) => key_id), ...others.slice(0, 1).map(({ id }) => id)]));
      const data = { secrets: stale.length };
      await store.events.append(trx, [{ kind: "vault.rotated", actor: by, subject: to.id, data }]);
      return { keyId: to.id, secrets: stale.length };
    });
  }

  /** Calls `listener` with the name of each secret that is put or forgotten in this process; returns how to stop. */
  onChange(listener: (name: string) => void): () => void {
    return this.#changes.add(listener);
  }
}

function sealedIn(row: { key_id: string; sealed_key: Uint8Array; sealed: Uint8Array }): SealedSecret {
  return { keyId: row.key_id, sealedKey: row.sealed_key, sealed: row.sealed };
}

/** Throws VAULT_OPERATOR_ONLY. */
export function asOperator({ id, kind }: Principal): void {
  if (kind !== "operator") throw vaultErrors.VAULT_OPERATOR_ONLY({ principal: id });
}

/** Declares a tool of the vault. */
export const defineVaultTool = toolsOf<Vault>();
