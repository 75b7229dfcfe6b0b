/**
 * The push configurations of an agent's tasks. They are durable before they are acknowledged; those of tasks that have not
 * ended are also kept here, so that an event and the notifications it brings about go to disk together.
 */
import type { Clock } from "../../base/clock.ts";
import { newId } from "../../base/ids.ts";
import type { PushConfigsTable } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";
import { encoded } from "../encoded.ts";
import { a2aErrors } from "../errors.ts";
import type { SendMessageConfiguration, StreamResponse, TaskPushNotificationConfig } from "../protocol.ts";
import { type Notification, removeConfig } from "./outbox.ts";

const mostPerTask = 16;

/** What the desk stands on; `check` throws when the hub may not post to a URL. */
export interface PushDeskInput {
  readonly store: Store;
  readonly clock: Clock;
  readonly agent: string;
  readonly checkUrl: (url: string) => void;
}

/** A configuration as it is kept: with the protocol of the client that made it, where that is not 1.0. */
export interface KeptConfig extends TaskPushNotificationConfig {
  readonly version?: string;
}

/** The configurations of one agent's tasks. */
export class PushDesk {
  readonly #input: PushDeskInput;
  readonly #live = new Map<string, readonly KeptConfig[]>();
  readonly #changing = new Map<string, Promise<unknown>>();

  constructor(input: PushDeskInput) {
    this.#input = input;
  }

  /** The row of a configuration that came with the message of a new task. Throws what `checkUrl` throws. */
  first(task: string, configuration: SendMessageConfiguration | undefined, version: string): readonly PushConfigsTable[] {
    if (!configuration?.taskPushNotificationConfig) return [];
    const config = this.#named(task, configuration.taskPushNotificationConfig, version);
    this.#live.set(task, [config]);
    return [this.#row(task, config)];
  }

  /**
   * Adds a configuration to a task, or replaces the one of that id. `checkLive` throws when nothing more will happen to the
   * task here; then nothing is changed.
   */
  async create(
    task: string,
    asked: TaskPushNotificationConfig,
    version: string,
    checkLive: () => void = () => {},
  ): Promise<TaskPushNotificationConfig> {
    const config = this.#named(task, asked, version);
    return this.#inTurn(task, async () => {
      const known = await this.#kept(task);
      const before = known.find(({ id }) => id === config.id);
      if (known.length >= mostPerTask && !before)
        throw a2aErrors.REQUEST_MALFORMED({ problem: `a task takes at most ${mostPerTask} push configurations` });
      checkLive();
      await this.#put(task, config);
      try {
        checkLive();
      } catch (ended) {
        // It ended meanwhile, without a notification by this one. What it replaced may still be at work.
        await (before ? this.#put(task, before) : this.#remove(task, config.id));
        throw ended;
      }
      this.#live.set(task, [...known.filter(({ id }) => id !== config.id), config]);
      return shown(config);
    });
  }

  /** One configuration. Throws PUSH_CONFIG_NOT_FOUND. */
  async get(task: string, id: string): Promise<TaskPushNotificationConfig> {
    const found = (await this.list(task)).find((config) => config.id === id);
    if (!found) throw a2aErrors.PUSH_CONFIG_NOT_FOUND({ task, config: id });
    return found;
  }

  /** Every configuration of a task, the oldest first. */
  async list(task: string): Promise<readonly TaskPushNotificationConfig[]> {
    return (await this.#kept(task)).map(shown);
  }

  async #kept(task: string): Promise<readonly KeptConfig[]> {
    const { db } = this.#input.store;
    const rows = await db
      .selectFrom("push_configs")
      .select("config_json")
      .where("task_id", "=", task)
      .orderBy("created_at")
      .orderBy("id")
      .execute();
    return rows.map((row): KeptConfig => JSON.parse(row.config_json));
  }

  /** Removes a configuration and what waits to be sent by it; nothing happens where there is none. */
  delete(task: string, id: string): Promise<void> {
    return this.#inTurn(task, async () => {
      await this.#remove(task, id);
      const live = this.#live.get(task);
      if (live)
        this.#live.set(
          task,
          live.filter((config) => config.id !== id),
        );
    });
  }

  async #put(task: string, config: KeptConfig): Promise<void> {
    const row = this.#row(task, config);
    await this.#input.store.transaction((trx) =>
      trx
        .insertInto("push_configs")
        .values(row)
        .onConflict((conflict) => conflict.columns(["task_id", "id"]).doUpdateSet({ config_json: row.config_json }))
        .execute(),
    );
  }

  async #remove(task: string, id = ""): Promise<void> {
    await this.#input.store.transaction((trx) => removeConfig(trx, { task_id: task, config_id: id }));
  }

  // The changes of one task, one after the other: each counts on what the one before left.
  async #inTurn<T>(task: string, change: () => Promise<T>): Promise<T> {
    const before = this.#changing.get(task);
    const changed = before ? before.then(change, change) : change();
    this.#changing.set(task, changed);
    try {
      return await changed;
    } finally {
      if (this.#changing.get(task) === changed) this.#changing.delete(task);
    }
  }

  /** Takes up the configurations of a task that goes on after a restart. */
  async resume(task: string): Promise<void> {
    const known = await this.#kept(task);
    if (known.length > 0) this.#live.set(task, known);
  }

  /** Whether anybody is to be notified of a task that goes on. */
  has(task: string): boolean {
    return (this.#live.get(task)?.length ?? 0) > 0;
  }

  /** The notifications that an event of an owner's task brings about. */
  notifications(task: string, owner: string, item: StreamResponse, seq: number): readonly Notification[] {
    const configs = this.#live.get(task);
    if (!configs) return [];
    const now = this.#input.clock.now();
    return configs.map(({ id = "" }) => ({
      id: newId("push", now),
      agent: this.#input.agent,
      task_id: task,
      config_id: id,
      seq,
      body_json: encoded(item),
      created_at: now,
      owner,
    }));
  }

  /** Forgets a task that ended. */
  forget(task: string): void {
    this.#live.delete(task);
  }

  #named(task: string, { tenant: _, ...config }: TaskPushNotificationConfig, version: string): KeptConfig {
    this.#input.checkUrl(config.url);
    const id = config.id ?? newId("cfg", this.#input.clock.now());
    return { ...config, taskId: task, id, ...(version === "1.0" ? {} : { version }) };
  }

  #row(task: string, config: KeptConfig): PushConfigsTable {
    return { task_id: task, id: config.id ?? "", config_json: JSON.stringify(config), created_at: this.#input.clock.now() };
  }
}

function shown({ version: _, ...config }: KeptConfig): TaskPushNotificationConfig {
  return config;
}
