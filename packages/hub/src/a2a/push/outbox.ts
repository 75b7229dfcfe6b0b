/**
 * The outbox of push notifications: those of one configuration of one task are a queue, its lane, of which the first alone
 * may be on its way. A lane stands in the store while anything waits in it, with the time from which its first may go, by
 * owner: asking what is due costs a look at each owner and at the lanes that will be sent, however much else waits.
 *
 * Whoever changes a lane locks its row first and its notifications after, so that nothing is added to a lane that is being
 * removed. Rejected: asking which notification is the first of its configuration, which reads every one that waits.
 */
import { sql, type Transaction } from "kysely";
import type { Connection, Engine } from "../../store/backend.ts";
import { BulkInsert, type Value } from "../../store/bulk.ts";
import type { Database, PushLanesTable, PushOutboxTable } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";

/** A notification to be sent, with whose task it is about. */
export interface Notification extends PushOutboxTable {
  readonly owner: string;
}

/** The first notification of a lane; `config_json` is null where its configuration is gone. */
export type First = Pick<PushOutboxTable, "id" | "agent" | "body_json" | "created_at"> & {
  readonly config_json: string | null;
};

/** What names a lane. */
export type LaneName = Pick<PushLanesTable, "task_id" | "config_id">;

/** An owner for whom something waits: the earliest time of a lane, and the earliest that is still to come, ms. */
export interface OwnerWaiting {
  readonly owner: string;
  readonly firstDueAt: number;
  readonly nextDueAt: number | null;
}

/** Puts notifications into the outbox, with whatever else is in the transaction. */
export class OutboxInsert {
  readonly #rows: BulkInsert;
  readonly #lanes: BulkInsert;

  constructor(engine: Engine) {
    this.#rows = new BulkInsert(
      engine,
      "push_outbox",
      ["id", "agent", "task_id", "config_id", "seq", "body_json", "created_at"],
      "on conflict (id) do nothing",
    );
    this.#lanes = new BulkInsert(
      engine,
      "push_lanes",
      ["task_id", "config_id", "owner", "attempts", "due_at"],
      // Changes nothing, and locks: the sender may be about to remove the lane.
      "on conflict (task_id, config_id) do update set owner = excluded.owner",
    );
  }

  /** Adds notifications, in order. */
  async run(connection: Connection, notifications: readonly Notification[]): Promise<void> {
    const lanes = new Map<string, Value[]>();
    const rows: Value[][] = [];
    for (const { id, agent, task_id, config_id, seq, body_json, created_at, owner } of notifications) {
      lanes.set(laneKey({ task_id, config_id }), [task_id, config_id, owner, 0, created_at]);
      rows.push([id, agent, task_id, config_id, seq, body_json, created_at]);
    }
    await this.#lanes.run(connection, [...lanes.values()]);
    await this.#rows.run(connection, rows);
  }
}

/** The outbox of one store. */
export class Outbox {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Every owner for whom something waits. */
  async owners(now: number): Promise<readonly OwnerWaiting[]> {
    // From one owner to the next by the index, whatever lies between.
    const { rows } = await sql<OwnerWaiting>`
      with recursive owners (owner) as (
        select min(owner) from push_lanes
        union all
        select (select min(l.owner) from push_lanes l where l.owner > o.owner) from owners o where o.owner is not null
      )
      select owner,
        (select min(l.due_at) from push_lanes l where l.owner = owners.owner) as "firstDueAt",
        (select min(l.due_at) from push_lanes l where l.owner = owners.owner and l.due_at > ${now}) as "nextDueAt"
      from owners where owner is not null`.execute(this.#store.db);
    return rows;
  }

  /** The lanes of an owner whose first may go, the longest due first. */
  due(owner: string, now: number, limit: number): Promise<readonly PushLanesTable[]> {
    return this.#store.db
      .selectFrom("push_lanes")
      .selectAll()
      .where("owner", "=", owner)
      .where("due_at", "<=", now)
      .orderBy("due_at")
      .limit(limit)
      .execute();
  }

  /** The first notification of a lane. */
  first({ task_id, config_id }: LaneName): Promise<First | undefined> {
    return this.#store.db
      .selectFrom("push_outbox as o")
      .leftJoin("push_configs as c", (join) => join.onRef("c.task_id", "=", "o.task_id").onRef("c.id", "=", "o.config_id"))
      .select(["o.id", "o.agent", "o.body_json", "o.created_at", "c.config_json"])
      .where("o.task_id", "=", task_id)
      .where("o.config_id", "=", config_id)
      .orderBy("o.seq")
      .limit(1)
      .executeTakeFirst();
  }

  /** A notification arrived (none where the lane was found empty): the next of its lane may go, behind what is due already. */
  async arrived({ task_id, config_id }: LaneName, id: string | undefined, now: number): Promise<void> {
    // Not through Store.transaction: no reader of the log wants to hear of it.
    await this.#store.db.transaction().execute(async (trx) => {
      await trx
        .updateTable("push_lanes")
        .set({ attempts: 0, due_at: now })
        .where("task_id", "=", task_id)
        .where("config_id", "=", config_id)
        .execute();
      if (id !== undefined) await trx.deleteFrom("push_outbox").where("id", "=", id).execute();
      await trx
        .deleteFrom("push_lanes")
        .where("task_id", "=", task_id)
        .where("config_id", "=", config_id)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom("push_outbox")
                .select("push_outbox.id")
                .where("push_outbox.task_id", "=", task_id)
                .where("push_outbox.config_id", "=", config_id),
            ),
          ),
        )
        .execute();
    });
  }

  /** The first of a lane failed once more; it may go again at `dueAt`. */
  async failed({ task_id, config_id }: LaneName, attempts: number, dueAt: number): Promise<void> {
    await this.#store.db
      .updateTable("push_lanes")
      .set({ attempts, due_at: dueAt })
      .where("task_id", "=", task_id)
      .where("config_id", "=", config_id)
      .execute();
  }
}

/** Removes a configuration with everything that waits for it. */
export async function removeConfig(trx: Transaction<Database>, { task_id, config_id }: LaneName): Promise<void> {
  await trx.deleteFrom("push_lanes").where("task_id", "=", task_id).where("config_id", "=", config_id).execute();
  await trx.deleteFrom("push_outbox").where("task_id", "=", task_id).where("config_id", "=", config_id).execute();
  await trx.deleteFrom("push_configs").where("task_id", "=", task_id).where("id", "=", config_id).execute();
}

/** A lane as a key. */
export function laneKey({ task_id, config_id }: LaneName): string {
  return `${task_id}/${config_id}`;
}
