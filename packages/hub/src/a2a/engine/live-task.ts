/**
 * A task that has not ended, in memory: carries out what the machine (task-machine.ts) says. Nobody is shown what is not on
 * disk yet: readers, waiters and GetTask follow the durable state, which trails the decided one by at most a commit.
 */
import type { TaskMoment, TaskOutcome, TaskSighting } from "../../base/sighting.ts";
import { httpErrors } from "../../http/body.ts";
import type { NewEvent } from "../../store/event-log.ts";
import type { PushConfigsTable, PushOutboxTable } from "../../store/schema.ts";
import { numberEvent } from "../encoded.ts";
import { textOf } from "../parts.ts";
import { isTerminal, type StreamResponse, type Task } from "../protocol.ts";
import type { Call } from "../service.ts";
import { Subscription } from "./subscription.ts";
import { type Effect, type Happening, type Life, step } from "./task-machine.ts";
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
  /** Called when it ended and that is on disk, or when it could not be kept. */
  readonly done: () => void;
  /** Notifications that an event brings about. */
  readonly notify: (item: StreamResponse, seq: number) => readonly PushOutboxTable[];
}

/** A running or waiting task. */
export class LiveTask {
  readonly id: string;
  readonly #input: LiveInput;
  readonly #readers = new Set<Subscription>();
  readonly #waiters = new Set<() => void>();
  #life: Life;
  #durable: { readonly task: Task; readonly seq: number } | undefined;
  #broken: { readonly error: unknown } | undefined;
  #cost: number | undefined;

  constructor(input: LiveInput, life: Life, durable: boolean) {
    this.id = life.task.id;
    this.#input = input;
    this.#life = life;
    if (durable) this.#durable = { task: life.task, seq: life.seq };
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
  created(effects: readonly Effect[], records: readonly NewEvent[], pushConfigs: readonly PushConfigsTable[]): void {
    const item = { task: this.#life.task };
    const extra = { records, pushConfigs, notifications: this.#input.notify(item, 0) };
    this.#keep(this.#life, effects, item, extra);
  }

  /** Lets something happen; nothing does once it is over. `cost` goes with its end. */
  happen(happening: Happening, cost?: number): void {
    if (this.over) return;
    this.#cost = cost;
    const now = this.#input.now();
    const [life, effects] = step(this.#life, happening, now);
    this.#life = life;
    const event = effects.find((effect) => effect.kind === "event");
    if (!event) return;
    numberEvent(event.event, event.seq);
    const ended = isTerminal(life.task.status.state);
    const extra = {
      records: ended ? [this.#endRecord()] : [],
      pushConfigs: [],
      notifications: this.#input.notify(event.event, event.seq),
    };
    this.#keep(life, effects, event.event, extra);
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
    if (signal.aborted) gone();
    else signal.addEventListener("abort", gone, { once: true });
    return reader;
  }

  /** Waits until the durable task is at least at event `seq` and `enough`; throws when it could not be kept or `call` ends. */
  async reached(seq: number, enough: (task: Task) => boolean, call: Call): Promise<Task> {
    for (;;) {
      if (this.#durable && this.#durable.seq >= seq && enough(this.#durable.task)) return this.#durable.task;
      if (this.#broken) throw this.#broken.error;
      call.signal.throwIfAborted();
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer =
        call.deadlineAt === undefined ? undefined : setTimeout(resolve, Math.max(0, call.deadlineAt - this.#input.now()));
      this.#waiters.add(resolve);
      call.signal.addEventListener("abort", () => resolve(), { once: true });
      await promise;
      clearTimeout(timer);
      this.#waiters.delete(resolve);
      if (call.deadlineAt !== undefined && call.deadlineAt <= this.#input.now() && this.#durable) return this.#durable.task;
    }
  }

  #keep(
    life: Life,
    effects: readonly Effect[],
    item: StreamResponse,
    extra: {
      readonly records: readonly NewEvent[];
      readonly pushConfigs: readonly PushConfigsTable[];
      readonly notifications: readonly PushOutboxTable[];
    },
  ): void {
    const { task, seq } = life;
    const at = Date.parse(task.status.timestamp);
    const moments = effects.filter((effect) => effect.kind === "moment");
    this.#input.writer.add({
      ...(effects.some((effect) => effect.kind === "snapshot") ? { snapshot: { task, seq, at, of: this.#input.of } } : {}),
      ...("task" in item || "message" in item ? {} : { event: { task: task.id, seq, event: item } }),
      ...extra,
      kept: () => {
        this.#durable = { task, seq };
        for (const { moment, outcome } of moments) this.#sighted(moment, outcome, at);
        this.#publish(item, isTerminal(task.status.state));
      },
      failed: (error) => {
        this.#broken = { error };
        this.#end(error);
        this.#input.done();
      },
    });
  }

  #publish(item: StreamResponse, last: boolean): void {
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
    for (const wake of this.#waiters) wake();
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

  #sighted(moment: TaskMoment, outcome: TaskOutcome | undefined, at: number): void {
    const { of, skill, agreement } = this.#input;
    this.#input.sighted({
      moment,
      agent: of.agent,
      task: this.id,
      context: this.#life.task.contextId,
      owner: of.owner,
      skill,
      agreement,
      at,
      outcome,
      cost: moment === "ended" ? this.#cost : undefined,
    });
  }
}
