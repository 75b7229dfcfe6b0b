/**
 * A task that has not ended, in memory: carries out what the machine (task-machine.ts) says. Nobody is shown what is not on
 * disk yet: readers, waiters and GetTask follow the durable state, which trails the decided one by at most a commit.
 */
import type { TaskMoment, TaskOutcome, TaskSighting } from "../../base/sighting.ts";
import { httpErrors } from "../../http/body.ts";
import type { NewEvent } from "../../store/event-log.ts";
import type { PushConfigsTable } from "../../store/schema.ts";
import { numberEvent } from "../encoded.ts";
import { textOf } from "../parts.ts";
import { isTerminal, type StreamResponse, type Task } from "../protocol.ts";
import type { Notification } from "../push/outbox.ts";
import type { Call } from "../service.ts";
import { Subscription } from "./subscription.ts";
import { type Effects, type Happening, type Life, step } from "./task-machine.ts";
import type { TaskOwnership, TaskWriter } from "./task-writer.ts";

/** What a live task stands on. */
export interface LiveInput {
  readonly writer: TaskWriter;
  readonly now: () => number;
  readonly of: TaskOwnership;
  /** Most items that wait for a slow reader. */
  readonly buffer: number;
  /** Skill and agreement that its message named. */
  readonly skill: string | undefined;
  readonly agreement: string | undefined;
  readonly sighted: (sighting: TaskSighting) => void;
  /** Called when it ended and that is on disk, or with an error when it could not be kept. */
  readonly done: (error?: unknown) => void;
  /** Notifications that an event brings about. */
  readonly notify: (item: StreamResponse, seq: number) => readonly Notification[];
}

const none: readonly never[] = [];

/** A running or waiting task. */
export class LiveTask {
  readonly id: string;
  readonly #input: LiveInput;
  readonly #readers = new Set<Subscription>();
  readonly #waiters = new Set<() => void>();
  #life: Life;
  #durable: Life | undefined;
  #broken: { readonly error: unknown } | undefined;
  #cost: number | undefined;
  #watched = false;

  constructor(input: LiveInput, life: Life, durable: boolean) {
    this.id = life.task.id;
    this.#input = input;
    this.#life = life;
    if (durable) this.#durable = life;
  }

  get of(): TaskOwnership {
    return this.#input.of;
  }

  /** As decided, which may not be on disk yet. */
  get task(): Task {
    return this.#life.task;
  }

  /** Number of the last event decided. */
  get seq(): number {
    return this.#life.seq;
  }

  /** As on disk; undefined until it is. */
  get durable(): Task | undefined {
    return this.#durable?.task;
  }

  /** Whether nothing can happen to it any more. */
  get over(): boolean {
    return this.#broken !== undefined || isTerminal(this.#life.task.status.state);
  }

  /** Keeps a task that was just made, with what goes with it. */
  created(effects: Effects, records: readonly NewEvent[], pushConfigs: readonly PushConfigsTable[]): void {
    this.#keep(this.#life, effects, { task: this.#life.task }, records, pushConfigs);
  }

  /** Lets something happen; nothing does once it is over. `cost` goes with its end. */
  happen(happening: Happening, cost?: number): void {
    if (this.over) return;
    const [life, effects] = step(this.#life, happening, this.#input.now());
    if (!effects.event) return;
    this.#cost = cost;
    this.#life = life;
    this.#keep(life, effects, effects.event, isTerminal(life.task.status.state) ? [this.#endRecord()] : none, none);
  }

  /** Leaves it as it is, to be run again after a restart. */
  suspend(): void {
    const error = httpErrors.DRAINING({});
    this.#broken ??= { error };
    this.#end(error);
  }

  /** A reader from now on: the task as it is on disk, then every event after. */
  subscribe(signal: AbortSignal, last: (item: StreamResponse) => boolean): Subscription {
    const closed = (): void => {
      this.#readers.delete(reader);
      signal.removeEventListener("abort", gone);
    };
    const reader = new Subscription({ limit: this.#input.buffer, last, closed });
    const gone = (): void => void reader.return();
    if (this.#durable) reader.push({ task: this.#durable.task });
    this.#readers.add(reader);
    this.#watched = true;
    if (signal.aborted) gone();
    else signal.addEventListener("abort", gone, { once: true });
    return reader;
  }

  /**
   * Waits until the durable task is at least at event `seq` and `enough`; throws when it could not be kept or `call` ends.
   * Who cannot wait longer gets the task as it is.
   */
  async reached(seq: number, enough: (task: Task) => boolean, call: Call): Promise<Task> {
    const there = (): Task | undefined => {
      const durable = this.#durable;
      return durable && durable.seq >= seq && enough(durable.task) ? durable.task : undefined;
    };
    // Most tasks are there with the next commit, which no caller gives up before.
    if (!there()) await this.#next();
    const { deadlineAt } = call;
    for (;;) {
      const task = there();
      if (task) return task;
      if (this.#broken) throw this.#broken.error;
      call.signal.throwIfAborted();
      if (this.#durable && deadlineAt !== undefined && deadlineAt <= this.#input.now()) return this.#durable.task;
      await this.#next(call.signal, deadlineAt);
    }
  }

  // Resolves when something was kept, when it is over, when the signal is aborted or when the time is up.
  #next(signal?: AbortSignal, deadlineAt?: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = deadlineAt === undefined ? undefined : setTimeout(() => wake(), Math.max(0, deadlineAt - this.#input.now()));
    const wake = (): void => {
      this.#waiters.delete(wake);
      signal?.removeEventListener("abort", wake);
      clearTimeout(timer);
      resolve();
    };
    this.#waiters.add(wake);
    signal?.addEventListener("abort", wake);
    return promise;
  }

  #keep(
    life: Life,
    { event, snapshot, moments }: Effects,
    item: StreamResponse,
    records: readonly NewEvent[],
    pushConfigs: readonly PushConfigsTable[],
  ): void {
    const { task, seq, at } = life;
    this.#input.writer.add({
      task,
      seq,
      at,
      of: this.#input.of,
      snapshot,
      event,
      watched: this.#isWatched,
      records,
      pushConfigs,
      notifications: this.#input.notify(item, seq),
      kept: () => {
        this.#durable = life;
        for (const { moment, outcome } of moments) this.#sighted(moment, outcome);
        this.#publish(item, seq, isTerminal(task.status.state));
      },
      failed: this.#failed,
    });
  }

  readonly #isWatched = (): boolean => this.#watched;

  readonly #failed = (error: unknown): void => {
    this.#broken ??= { error };
    this.#end(error);
    this.#input.done(error);
  };

  #publish(item: StreamResponse, seq: number, last: boolean): void {
    if (seq > 0 && this.#readers.size > 0) numberEvent(item, seq);
    for (const reader of this.#readers) reader.push(item);
    if (last) {
      this.#end(undefined);
      this.#input.done();
    } else this.#wake();
  }

  #end(error: unknown): void {
    for (const reader of [...this.#readers]) reader.end(error);
    this.#wake();
  }

  #wake(): void {
    for (const wake of [...this.#waiters]) wake();
  }

  #endRecord(): NewEvent {
    const { status } = this.#life.task;
    const said = status.message ? textOf(status.message.parts).slice(0, 500) : "";
    return this.record("task.ended", { state: status.state, ...(said ? { problem: said } : {}) });
  }

  /** A record of this task for the event log. */
  record(kind: string, data: Readonly<Record<string, string>>): NewEvent {
    const { agent, owner } = this.#input.of;
    return { kind, actor: agent, subject: this.id, data: { agent, context: this.#life.task.contextId, owner, ...data } };
  }

  #sighted(moment: TaskMoment, outcome: TaskOutcome | undefined): void {
    const { of, skill, agreement } = this.#input;
    this.#input.sighted({
      moment,
      agent: of.agent,
      task: this.id,
      context: this.#life.task.contextId,
      owner: of.owner,
      skill,
      agreement,
      at: this.#input.now(),
      outcome,
      cost: moment === "ended" ? this.#cost : undefined,
    });
  }
}
