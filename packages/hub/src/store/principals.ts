import type { Clock } from "../base/clock.ts";
import { defineErrors } from "../base/errors.ts";
import { Listeners } from "../base/listeners.ts";
import type { Logger } from "../base/logger.ts";
import type { Principal } from "../base/tool.ts";
import type { Store } from "./store.ts";

export const principalErrors = defineErrors({
  PRINCIPAL_TAKEN: {
    status: 409,
    text: (d: { name: string }) => `there is a principal "${d.name}" already; revoke it first, or choose another name`,
  },
  PRINCIPAL_UNKNOWN: {
    status: 404,
    text: (d: { name: string; known: readonly string[] }) =>
      `there is no principal "${d.name}" with a token; there are ${d.known.join(", ") || "none"}`,
  },
});

/** A principal as it is listed; `revokedAt` is set once its token is good no more. */
export interface KnownPrincipal {
  readonly name: string;
  readonly createdAt: number;
  readonly revokedAt: number | undefined;
}

/** The clients that have tokens of their own. Only a token's SHA-256 is kept; a name that was revoked may be given anew. */
export class Principals {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #revoked: Listeners<string>;
  #seen = new Map<string, string>();

  constructor(store: Store, clock: Clock, log: Logger) {
    this.#store = store;
    this.#clock = clock;
    this.#revoked = new Listeners((error) => log.error({ err: error }, "a listener to revocations failed"));
  }

  /** Calls `listener` with the id of each principal whose token ends; returns how to stop. */
  onRevoked(listener: (id: string) => void): () => void {
    return this.#revoked.add(listener);
  }

  /** The principal of a token hash; undefined when there is none or it was revoked. */
  async find(tokenHash: string): Promise<Principal | undefined> {
    const row = await this.#store.db
      .selectFrom("principals")
      .select("name")
      .where("token_hash", "=", tokenHash)
      .where("revoked_at", "is", null)
      .executeTakeFirst();
    return row && { id: idOf(row.name), kind: "client" };
  }

  /** Adds a principal with the hash of its token. Throws PRINCIPAL_TAKEN. */
  async add(name: string, tokenHash: string, actor: string): Promise<void> {
    await this.#store.transaction(async (trx) => {
      const known = await trx.selectFrom("principals").select("revoked_at").where("name", "=", name).executeTakeFirst();
      if (known && known.revoked_at === null) throw principalErrors.PRINCIPAL_TAKEN({ name });
      const row = { token_hash: tokenHash, created_at: this.#clock.now(), revoked_at: null };
      await trx
        .insertInto("principals")
        .values({ name, ...row })
        .onConflict((conflict) => conflict.column("name").doUpdateSet(row))
        .execute();
      await this.#store.events.append(trx, [{ kind: "principal.added", actor, subject: name, data: {} }]);
    });
  }

  /** Ends a principal's token. Throws PRINCIPAL_UNKNOWN. */
  async revoke(name: string, actor: string): Promise<void> {
    await this.#store.transaction(async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable("principals")
        .set({ revoked_at: this.#clock.now() })
        .where("name", "=", name)
        .where("revoked_at", "is", null)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) {
        const rows = await trx.selectFrom("principals").select("name").where("revoked_at", "is", null).orderBy("name").execute();
        throw principalErrors.PRINCIPAL_UNKNOWN({ name, known: rows.map((row) => row.name) });
      }
      await this.#store.events.append(trx, [{ kind: "principal.revoked", actor, subject: name, data: {} }]);
    });
    // A token that it is given anew is no other one than was seen.
    this.#seen.delete(idOf(name));
    this.#revoked.tell(idOf(name));
  }

  /**
   * Looks whether the tokens of these principals are still what they were when this was last asked, and tells of those that
   * are not: another hub on the store may have revoked them, or somebody deleted them there.
   */
  async lookAgain(ids: readonly string[]): Promise<void> {
    const before = this.#seen;
    this.#seen = new Map();
    if (ids.length === 0) return;
    const rows = await this.#store.db
      .selectFrom("principals")
      .select(["name", "token_hash"])
      .where("revoked_at", "is", null)
      .where(
        "name",
        "in",
        ids.map((id) => id.slice(prefix.length)),
      )
      .execute();
    const now = new Map(rows.map(({ name, token_hash }) => [idOf(name), token_hash]));
    this.#seen = now;
    for (const id of ids) if (!now.has(id) || now.get(id) !== (before.get(id) ?? now.get(id))) this.#revoked.tell(id);
  }

  /** Every principal, by name. */
  async list(): Promise<readonly KnownPrincipal[]> {
    const rows = await this.#store.db.selectFrom("principals").selectAll().orderBy("name").execute();
    return rows.map((row) => ({ name: row.name, createdAt: row.created_at, revokedAt: row.revoked_at ?? undefined }));
  }
}

const prefix = "client:";

// The prefix keeps a client apart from an agent of the same name: tasks are kept under their owner's id.
function idOf(name: string): string {
  return `${prefix}${name}`;
}
