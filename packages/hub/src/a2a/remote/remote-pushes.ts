/**
 * Push notifications about tasks at one agent elsewhere. The hub sends them itself, signed, retried and guarded like those
 * of its own agents, so the agent needs neither to send any nor to reach the receiver: while a task has configurations,
 * the hub follows it and puts what happens into the outbox.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/logger.ts";
import { operator } from "../../base/principals.ts";
import type { Store } from "../../store/store.ts";
import { isTerminal, type StreamResponse, type TaskPushNotificationConfig } from "../protocol.ts";
import type { PushDesk } from "../push/desk.ts";
import type { AgentService, Call } from "../service.ts";
import { remoteTaskKey } from "./remote-tasks.ts";

/** What following takes. */
export interface RemotePushesInput {
  readonly agent: string;
  readonly remote: AgentService;
  readonly desk: PushDesk;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called when something waits in the outbox. */
  readonly wake: () => void;
}

const firstPauseMs = 250;
const longestPauseMs = 30_000;

/** The followers of one agent's tasks. */
export class RemotePushes implements AsyncDisposable {
  readonly #input: RemotePushesInput;
  readonly #following = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();
  #seq = 0;

  constructor(input: RemotePushesInput) {
    this.#input = input;
  }

  /** Goes on with the tasks that have configurations and had not ended. */
  async open(): Promise<void> {
    const { agent, store } = this.#input;
    const rows = await store.db
      .selectFrom("push_configs")
      .select("task_id")
      .distinct()
      .where("task_id", "like", `${agent.replaceAll("_", "\\_")}/%`)
      .execute();
    for (const { task_id } of rows) {
      const task = task_id.slice(agent.length + 1);
      const kept = await store.db
        .selectFrom("remote_tasks")
        .select("state")
        .where("agent", "=", agent)
        .where("task_id", "=", task)
        .executeTakeFirst();
      if (!kept || isTerminal(kept.state as never)) continue; // why: the column holds a task state
      await this.#input.desk.resume(task_id);
      this.#follow(task);
    }
  }

  /** Adds a configuration for a caller of this protocol version, and follows the task for it. */
  async create(task: string, config: TaskPushNotificationConfig, version: string): Promise<TaskPushNotificationConfig> {
    const kept = await this.#input.desk.create(this.#key(task), config, version);
    this.#follow(task);
    return { ...kept, taskId: task };
  }

  async get(task: string, id: string): Promise<TaskPushNotificationConfig> {
    return { ...(await this.#input.desk.get(this.#key(task), id)), taskId: task };
  }

  async list(task: string): Promise<readonly TaskPushNotificationConfig[]> {
    return (await this.#input.desk.list(this.#key(task))).map((config) => ({ ...config, taskId: task }));
  }

  delete(task: string, id: string): Promise<void> {
    return this.#input.desk.delete(this.#key(task), id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error("the hub is shutting down"));
    await Promise.allSettled(this.#following.values());
  }

  #follow(task: string): void {
    if (this.#following.has(task) || this.#stop.signal.aborted) return;
    const following = this.#followToItsEnd(task)
      .catch((error) => {
        if (!this.#stop.signal.aborted) this.#input.log.error({ err: error, task }, "a task elsewhere could not be followed");
      })
      .finally(() => {
        this.#following.delete(task);
        this.#input.desk.forget(this.#key(task));
      });
    this.#following.set(task, following);
  }

  async #followToItsEnd(task: string): Promise<void> {
    const { remote, log } = this.#input;
    const { signal } = this.#stop;
    // Whose task it is was checked when the configuration was made.
    const call: Call = { principal: operator, extensions: [], tenant: "", version: "1.0", signal };
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
      try {
        for await (const event of remote.subscribeToTask({ id: task }, call)) {
          pauseMs = firstPauseMs;
          await this.#put(task, event);
          if (endsWith(event)) return;
        }
      } catch (error) {
        signal.throwIfAborted();
        log.debug({ err: error, task }, "following a task elsewhere was interrupted");
      }
      // The stream ended, or there was none: the task may have.
      const now = await remote.getTask({ id: task }, call).catch(() => undefined); // Not reachable now: tried again below.
      signal.throwIfAborted();
      if (now && isTerminal(now.status.state)) return this.#put(task, { task: now });
      await sleep(pauseMs, undefined, { signal });
    }
  }

  async #put(task: string, event: StreamResponse): Promise<void> {
    const { desk, store, clock, wake } = this.#input;
    // Rising also over a restart, so that the outbox keeps the order.
    this.#seq = Math.max(this.#seq + 1, clock.now());
    const rows = desk.notifications(this.#key(task), event, this.#seq);
    if (rows.length === 0) return;
    await store.transaction((trx) =>
      trx
        .insertInto("push_outbox")
        .values([...rows])
        .execute(),
    );
    wake();
  }

  #key(task: string): string {
    return remoteTaskKey(this.#input.agent, task);
  }
}

function endsWith(event: StreamResponse): boolean {
  if ("task" in event) return isTerminal(event.task.status.state);
  return "statusUpdate" in event && isTerminal(event.statusUpdate.status.state);
}
