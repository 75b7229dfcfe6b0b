/**
 * Puts tasks on disk in groups. All that happened to all tasks until the writer comes to it - new rows, events, records for
 * the log, notifications to send - becomes one transaction, and who caused it hears of it when that is committed. A task of
 * which several states wait is encoded and written once, in its last.
 */
import { sql, type Transaction } from "kysely";
import { BulkInsert, type Value } from "../../store/bulk.ts";
import type { NewEvent } from "../../store/event-log.ts";
import type { Database, PushConfigsTable } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";
import { encodeOnce } from "../encoded.ts";
import { isTerminal, type Task, type TaskEvent } from "../protocol.ts";
import { type Notification, OutboxInsert } from "../push/outbox.ts";
import { elsewhere } from "./lease.ts";

const gatherMs = 1;
const memoryMs = 10;
const retryMs: readonly number[] = [50, 500, 2000];

/** What a task's row says beside the task. */
export interface TaskOwnership {
  readonly agent: string;
  readonly tenant: string;
  readonly owner: string;
  /** The hub that works on it. */
  readonly hub: string;
  readonly createdAt: number;
}

/** One thing to keep. */
export interface TaskWrite {
  /** The task with everything in it up to event `seq`; 0 for one that was just made. `at` is the time of its status, ms. */
  readonly task: Task;
  readonly seq: number;
  readonly at: number;
  readonly of: TaskOwnership;
  /** Whether the whole task is kept, or only its event. */
  readonly snapshot: boolean;
  readonly event: TaskEvent | undefined;
  /** Whether anybody saw the task on its way or may be sent its events. */
  readonly watched: () => boolean;
  readonly records: readonly NewEvent[];
  readonly pushConfigs: readonly PushConfigsTable[];
  readonly notifications: readonly Notification[];
  /** Called in the order of the writes when they are on disk. */
  readonly kept: () => void;
  readonly failed: (error: unknown) => void;
}

interface Holder {
  readonly id: string;
  readonly hub: string;
}

/** The writer of one store. */
export class TaskWriter {
  readonly #store: Store;
  readonly #notified: () => void;
  readonly #tasks: BulkInsert;
  readonly #events: BulkInsert;
  readonly #configs: BulkInsert;
  readonly #outbox: OutboxInsert;
  #waiting: TaskWrite[] = [];
  #flushing: Promise<void> | undefined;
  #last = { size: 0, endedMs: 0 };

  /** `notified` is called when notifications were put into the outbox. */
  constructor(store: Store, notified: () => void) {
    this.#store = store;
    this.#notified = notified;
    const replaced = ["state", "seq", "task_json", "updated_at"].map((column) => `${column} = excluded.${column}`).join(", ");
    this.#tasks = new BulkInsert(
      store.engine,
      "tasks",
      ["id", "agent", "tenant", "context_id", "owner", "hub", "created_at", "state", "seq", "task_json", "updated_at"],
      `on conflict (id) do update set ${replaced} where tasks.hub = excluded.hub`,
    );
    this.#events = new BulkInsert(
      store.engine,
      "task_events",
      ["task_id", "seq", "event_json"],
      "on conflict (task_id, seq) do nothing",
    );
    this.#configs = new BulkInsert(
      store.engine,
      "push_configs",
      ["task_id", "id", "config_json", "created_at"],
      "on conflict (task_id, id) do update set config_json = excluded.config_json",
    );
    this.#outbox = new OutboxInsert(store.engine);
  }

  /** Takes a write; it is on disk when its `kept` is called. */
  add(write: TaskWrite): void {
    this.#waiting.push(write);
    this.#flushing ??= this.#flush();
  }

  /** Resolves when everything added so far is on disk. */
  async settled(): Promise<void> {
    while (this.#flushing) await this.#flushing;
  }

  async #flush(): Promise<void> {
    // After the poll phase: the requests that came together share a commit.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      // Those who were answered together ask again at nearly the same time. A commit waits for the disk much longer than this.
      if (this.#waiting.length < this.#last.size && performance.now() - this.#last.endedMs < memoryMs)
        await new Promise((resolve) => setTimeout(resolve, gatherMs));
      const batch = this.#waiting;
      this.#waiting = [];
      await this.#keep(batch);
    }
    this.#flushing = undefined;
  }

  // Commits a batch and tells who waits for it. One task that the store refuses must not cost the others theirs.
  async #keep(batch: readonly TaskWrite[]): Promise<void> {
    let written: readonly TaskWrite[];
    try {
      written = await this.#commit(batch);
    } catch (error) {
      const tasks = Map.groupBy(batch, ({ task }) => task.id);
      if (tasks.size > 1 && isRefusal(error)) for (const writes of tasks.values()) await this.#keep(writes);
      else for (const write of batch) write.failed(error);
      return;
    }
    this.#last = { size: batch.length, endedMs: performance.now() };
    const kept = new Set(written);
    for (const write of batch)
      if (kept.has(write)) write.kept();
      else write.failed(elsewhere(write.task.id));
    if (written.some((write) => write.notifications.length > 0)) this.#notified();
  }

  // A store that is away for a moment (a restart, a lock) must not cost the tasks. Written twice, where the answer to a commit
  // was lost, a batch is the same tasks and events; its records may then stand in the log twice. Returns what was written.
  async #commit(batch: readonly TaskWrite[]): Promise<readonly TaskWrite[]> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#store.transaction(async (trx) => {
          const taken = await this.#takenByOthers(trx, batch);
          const ours = taken.size > 0 ? batch.filter(({ task }) => !taken.has(task.id)) : batch;
          await this.#write(trx, ours);
          return ours;
        });
      } catch (error) {
        const delayMs = retryMs[attempt];
        if (delayMs === undefined || isRefusal(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, delayMs));
      }
    }
  }

  // The tasks of a batch that other hubs have taken up; the rest is locked, so that none can until the batch is on disk. One
  // that is made in the batch is on no disk yet.
  async #takenByOthers(trx: Transaction<Database>, batch: readonly TaskWrite[]): Promise<ReadonlySet<string>> {
    const hubs = new Map(batch.map(({ task, of }) => [task.id, of.hub]));
    for (const { task, seq } of batch) if (seq === 0) hubs.delete(task.id);
    if (hubs.size === 0) return new Set();
    const ids = [...hubs.keys()];
    const found =
      this.#store.engine === "postgres"
        ? sql<Holder>`select id, hub from tasks where id = any(${ids}) order by id for no key update`
        : sql<Holder>`select id, hub from tasks where id in (select value from json_each(${JSON.stringify(ids)}))`;
    const { rows } = await found.execute(trx);
    return new Set(rows.filter(({ id, hub }) => hub !== hubs.get(id)).map(({ id }) => id));
  }

  async #write(trx: Transaction<Database>, batch: readonly TaskWrite[]): Promise<void> {
    const last = new Map<string, TaskWrite>();
    const made = new Set<string>();
    const records: NewEvent[] = [];
    const configs: Value[][] = [];
    const notifications: Notification[] = [];
    for (const write of batch) {
      if (write.snapshot) last.set(write.task.id, write);
      if (write.seq === 0) made.add(write.task.id);
      for (const record of write.records) records.push(record);
      for (const row of write.pushConfigs) configs.push([row.task_id, row.id, row.config_json, row.created_at]);
      for (const row of write.notifications) notifications.push(row);
    }
    const tasks: Value[][] = [];
    for (const { task, seq, at, of } of last.values())
      tasks.push([
        task.id,
        of.agent,
        of.tenant,
        task.contextId,
        of.owner,
        of.hub,
        of.createdAt,
        task.status.state,
        seq,
        encodeOnce(task),
        at,
      ]);
    const events: Value[][] = [];
    for (const { task, seq, event, watched } of batch) {
      if (!event) continue;
      // A task that was made and ended here without anybody watching was never seen on its way: its row says everything.
      const whole = made.has(task.id) && isTerminal(last.get(task.id)?.task.status.state ?? task.status.state);
      if (!whole || watched()) events.push([task.id, seq, encodeOnce(event)]);
    }
    await this.#tasks.run(trx, tasks);
    await this.#events.run(trx, events);
    await this.#configs.run(trx, configs);
    await this.#outbox.run(trx, notifications);
    await this.#store.events.append(trx, records);
  }
}

// What PostgreSQL says of values that it will never take: its classes "data exception", "integrity constraint violation" and
// "program limit exceeded".
function isRefusal(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^(22|23|54)[0-9A-Z]{3}$/.test(String(error.code));
}
