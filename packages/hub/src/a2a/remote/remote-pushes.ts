/**
 * Push notifications about tasks at one agent elsewhere. The hub sends them itself, signed, retried and guarded like those
 * of its own agents, so the agent needs neither to send any nor to reach the receiver: while a task has configurations,
 * the hub follows it and puts what happens into the outbox.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Transaction } from "kysely";
import type { Clock } from "../../base/clock.ts";
import { EntenteError } from "../../base/errors.ts";
import { newId } from "../../base/ids.ts";
import { canonicalJson } from "../../base/json.ts";
import type { Logger } from "../../base/logger.ts";
import { operator } from "../../base/principals.ts";
import type { TaskOutcome } from "../../base/sighting.ts";
import type { Database } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";
import { textPart } from "../parts.ts";
import { isTerminal, type StreamResponse, type Task, type TaskPushNotificationConfig } from "../protocol.ts";
import type { PushDesk } from "../push/desk.ts";
import { OutboxInsert } from "../push/outbox.ts";
import type { AgentService, Call } from "../service.ts";
import type { RemoteSightings } from "./remote-sightings.ts";
import { type RemoteTasks, remoteTaskKey, taskAfter } from "./remote-tasks.ts";

/** What following takes. */
export interface RemotePushesInput {
  readonly agent: string;
  readonly remote: AgentService;
  readonly desk: PushDesk;
  readonly tasks: RemoteTasks;
  readonly sightings: RemoteSightings;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called when something waits in the outbox. */
  readonly wake: () => void;
  /** How long a stream may rest before its task is looked at, ms: nobody tells of a connection that died. */
  readonly quietMs: number;
}

/** A task that is followed. `known` is what its receivers were last told. */
interface Followed {
  readonly id: string;
  readonly owner: string;
  task: Task;
  known: string | undefined;
}

const firstPauseMs = 250;
// Between looks at a task that rests, and at an agent that does not answer.
const restingPauseMs = 2_000;
const longestPauseMs = 30_000;

/** The followers of one agent's tasks. */
export class RemotePushes implements AsyncDisposable {
  readonly #input: RemotePushesInput;
  readonly #following = new Map<string, AbortController>();
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #seq = 0;

  constructor(input: RemotePushesInput) {
    this.#input = input;
  }

  /**
   * Goes on with the tasks whose receivers were not told of an end: also one that was seen to end, by whoever sent it or asked
   * for it, before its notifications were queued.
   */
  async open(): Promise<void> {
    for (const task of await this.#input.tasks.untold()) {
      await this.#input.desk.resume(this.#key(task));
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

  /** Removes a configuration; a task without any is followed no longer. */
  async delete(task: string, id: string): Promise<void> {
    await this.#input.desk.delete(this.#key(task), id);
    if (this.#input.desk.has(this.#key(task))) return;
    this.#following.get(task)?.abort();
    // At once, so that a configuration made from now on starts a follower of its own.
    this.#following.delete(task);
    this.#input.desk.forget(this.#key(task));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error("the hub is shutting down"));
    await Promise.allSettled(this.#running);
  }

  #follow(task: string): void {
    if (this.#following.has(task) || this.#stop.signal.aborted) return;
    const own = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, own.signal]);
    const running = this.#followToItsEnd(task, signal)
      .catch((error) => {
        if (!signal.aborted) this.#input.log.error({ err: error, task }, "a task elsewhere could not be followed");
      })
      .finally(() => {
        this.#running.delete(running);
        if (this.#following.get(task) !== own) return;
        this.#following.delete(task);
        this.#input.desk.forget(this.#key(task));
      });
    this.#following.set(task, own);
    this.#running.add(running);
  }

  async #followToItsEnd(id: string, signal: AbortSignal): Promise<void> {
    const { tasks, log } = this.#input;
    const kept = await tasks.find(id);
    if (!kept) return;
    const followed: Followed = { id, ...kept, known: undefined };
    // What is over is told as it was seen, whatever has become of the agent.
    if (isTerminal(kept.task.status.state)) return void (await this.#take(followed, { task: kept.task }));
    for (let pauseMs = firstPauseMs; ; pauseMs *= 2) {
      try {
        for await (const event of this.#events(id, signal)) {
          if (await this.#take(followed, event)) pauseMs = firstPauseMs;
          if (isTerminal(followed.task.status.state)) return;
        }
      } catch (error) {
        signal.throwIfAborted();
        log.debug({ err: error, task: id }, "following a task elsewhere was interrupted");
      }
      // The stream ended or rests, or there was none: the task may have ended.
      const now = await this.#look(id, signal);
      if (now === "unknown") return this.#lose(followed);
      if (now !== undefined && (await this.#take(followed, { task: now }))) pauseMs = firstPauseMs;
      if (isTerminal(followed.task.status.state)) return;
      pauseMs = Math.min(now ? restingPauseMs : longestPauseMs, pauseMs);
      await sleep(pauseMs, undefined, { signal });
    }
  }

  // The events of a task, until nothing was heard for a while.
  async *#events(id: string, signal: AbortSignal): AsyncGenerator<StreamResponse> {
    const quiet = new AbortController();
    const timer = setTimeout(() => quiet.abort(), this.#input.quietMs);
    try {
      const stream = this.#input.remote.subscribeToTask({ id }, callWith(AbortSignal.any([signal, quiet.signal])));
      for await (const event of stream) {
        timer.refresh();
        yield event;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  // A task as its agent says that it stands, or as it ended here; undefined where the agent cannot be reached.
  async #look(id: string, signal: AbortSignal): Promise<Task | "unknown" | undefined> {
    try {
      return await this.#input.remote.getTask({ id }, callWith(signal));
    } catch (error) {
      signal.throwIfAborted();
      const kept = await this.#input.tasks.find(id);
      if (kept && isTerminal(kept.task.status.state)) return kept.task;
      return error instanceof EntenteError && error.code === "TASK_NOT_FOUND" ? "unknown" : undefined;
    }
  }

  // The agent forgot the task: nothing will ever be heard of it again.
  async #lose({ task, ...followed }: Followed): Promise<void> {
    const { agent, clock } = this.#input;
    const at = clock.now();
    const { id: taskId, contextId } = task;
    const parts = [textPart(`"${agent}" no longer knows this task`)];
    const message = { messageId: newId("msg", at), role: "ROLE_AGENT" as const, parts, contextId, taskId };
    const status = { state: "TASK_STATE_FAILED" as const, timestamp: new Date(at).toISOString(), message };
    await this.#take({ ...followed, task }, { statusUpdate: { taskId, contextId, status } }, "lost");
  }

  // Keeps what an event made of its task, with the notifications of it; says whether it told anything new.
  async #take(followed: Followed, event: StreamResponse, outcome?: TaskOutcome): Promise<boolean> {
    const { desk, tasks, sightings, store, clock, wake } = this.#input;
    const task = taskAfter(followed.task, event) ?? followed.task;
    const shown = canonicalJson([task.status, task.artifacts ?? []]);
    // Each subscription begins with the task as it stands.
    if ("task" in event && shown === followed.known) return false;
    const first = followed.known === undefined && "task" in event;
    // Rising also over a restart, so that the outbox keeps the order.
    this.#seq = Math.max(this.#seq + 1, clock.now());
    const asked = { owner: followed.owner };
    if (!first) sightings.tell("first-event", task, asked);
    const rows = desk.notifications(this.#key(followed.id), followed.owner, event, this.#seq);
    const told = async (trx: Transaction<Database>): Promise<void> => {
      await new OutboxInsert(store.engine).run(trx, rows);
      if (isTerminal(task.status.state)) await tasks.keepTold(trx, task.id);
    };
    await sightings.keep(task, asked, rows.length > 0 ? told : undefined, outcome);
    followed.task = task;
    followed.known = shown;
    if (rows.length > 0) wake();
    return true;
  }

  #key(task: string): string {
    return remoteTaskKey(this.#input.agent, task);
  }
}

// Whose task it is was checked when the configuration was made.
function callWith(signal: AbortSignal): Call {
  return { principal: operator, extensions: [], tenant: "", version: "1.0", signal };
}
