/**
 * Puts tasks on disk in groups. All that happened to all tasks until the writer comes to it - new rows, events, records for
 * the log, notifications to send - becomes one transaction, and who caused it hears of it when that is committed. A task of
 * which several states wait is encoded and written once, in its last.
 */
import type { Transaction } from "kysely";
import { BulkInsert } from "../../store/bulk.ts";
import type { NewEvent } from "../../store/event-log.ts";
import type { Database, PushConfigsTable, PushOutboxTable } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";
import { encodeOnce } from "../encoded.ts";
import type { Task, TaskEvent } from "../protocol.ts";

/** What a task's row says beside the task. */
export interface TaskOwnership {
  readonly agent: string;
  readonly tenant: string;
  readonly owner: string;
  readonly createdAt: number;
}

/** One thing to keep. */
export interface TaskWrite {
  /** The whole task with every event up to `seq` in it. */
  readonly snapshot?: { readonly task: Task; readonly seq: number; readonly at: number; readonly of: TaskOwnership };
  readonly event?: { readonly task: string; readonly seq: number; readonly event: TaskEvent };
  readonly records?: readonly NewEvent[];
  readonly pushConfigs?: readonly PushConfigsTable[];
  readonly notifications?: readonly PushOutboxTable[];
  /** Called in the order of the writes when they are on disk. */
  readonly kept: () => void;
  readonly failed: (error: unknown) => void;
}

/** The writer of one store. */
export class TaskWriter {
  readonly #store: Store;
  readonly #tasks: BulkInsert;
  readonly #events: BulkInsert;
  readonly #configs: BulkInsert;
  readonly #outbox: BulkInsert;
  #waiting: TaskWrite[] = [];
  #flushing: Promise<void> | undefined;

  constructor(store: Store) {
    this.#store = store;
    const replaced = ["state", "seq", "task_json", "updated_at"].map((column) => `${column} = excluded.${column}`).join(", ");
    this.#tasks = new BulkInsert(
      store.engine,
      "tasks",
      ["id", "agent", "tenant", "context_id", "owner", "created_at", "state", "seq", "task_json", "updated_at"],
      `on conflict (id) do update set ${replaced}`,
    );
    this.#events = new BulkInsert(store.engine, "task_events", ["task_id", "seq", "event_json"]);
    this.#configs = new BulkInsert(
      store.engine,
      "push_configs",
      ["task_id", "id", "config_json", "created_at"],
      "on conflict (task_id, id) do update set config_json = excluded.config_json",
    );
    this.#outbox = new BulkInsert(store.engine, "push_outbox", [
      "id",
      "agent",
      "task_id",
      "config_id",
      "seq",
      "body_json",
      "attempts",
      "due_at",
      "created_at",
    ]);
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
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#store.transaction((trx) => this.#write(trx, batch));
      } catch (error) {
        for (const write of batch) write.failed(error);
        continue;
      }
      for (const write of batch) write.kept();
    }
    this.#flushing = undefined;
  }

  async #write(trx: Transaction<Database>, batch: readonly TaskWrite[]): Promise<void> {
    const last = new Map<string, NonNullable<TaskWrite["snapshot"]>>();
    const events: (string | number)[][] = [];
    const records: NewEvent[] = [];
    const configs: (string | number)[][] = [];
    const notifications: (string | number)[][] = [];
    for (const { snapshot, event, records: told, pushConfigs, notifications: posts } of batch) {
      if (snapshot) last.set(snapshot.task.id, snapshot);
      if (event) events.push([event.task, event.seq, encodeOnce(event.event)]);
      if (told) records.push(...told);
      for (const row of pushConfigs ?? []) configs.push([row.task_id, row.id, row.config_json, row.created_at]);
      for (const row of posts ?? [])
        notifications.push([
          row.id,
          row.agent,
          row.task_id,
          row.config_id,
          row.seq,
          row.body_json,
          row.attempts,
          row.due_at,
          row.created_at,
        ]);
    }
    const tasks = Array.from(last.values(), ({ task, seq, at, of }) => [
      task.id,
      of.agent,
      of.tenant,
      task.contextId,
      of.owner,
      of.createdAt,
      task.status.state,
      seq,
      encodeOnce(task),
      at,
    ]);
    await this.#tasks.run(trx, tasks);
    await this.#events.run(trx, events);
    await this.#configs.run(trx, configs);
    await this.#outbox.run(trx, notifications);
    await this.#store.events.append(trx, records);
  }
}
