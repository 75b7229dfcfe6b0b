/** The tasks of one principal, wherever they are kept. */
import { ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import { EntenteError } from "../../base/errors.ts";
import type { Task, TaskSource } from "../../base/task.ts";
import type { Principal } from "../../base/tool.ts";
import type { Catalogue } from "../catalogue.ts";

const pageSize = 50;
// A look now and then: another hub on the store may do the work.
const lookMs = 500;

/** Reads, follows and cancels tasks. What is asked about a task that is not there, or not the principal's, throws -32602. */
export class TaskDesk {
  readonly #catalogue: Catalogue;
  readonly #principal: Principal;

  constructor(catalogue: Catalogue, principal: Principal) {
    this.#catalogue = catalogue;
    this.#principal = principal;
  }

  /** The task of that id. */
  async read(id: string): Promise<Task> {
    return this.#ask(id, (source) => source.read(id, this.#principal));
  }

  /** Asks that a task end. One that has ended stays as it is. */
  async cancel(id: string): Promise<void> {
    await this.#ask(id, (source) => source.cancel(id, this.#principal));
  }

  /** Gives a task answers to what it asks; what it does not ask is ignored. */
  async answer(id: string, answers: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#ask(id, async (source) => {
      const task = await source.read(id, this.#principal);
      if (task.status === "asking") await source.answer?.(id, answers, this.#principal);
    });
  }

  /** Tells how a task stands now and whenever that has changed, until it has ended; the last state is told and given. Throws the signal's reason. */
  async follow(id: string, signal: AbortSignal, tell: (task: Task) => void = () => {}): Promise<Task> {
    let told = "";
    for (;;) {
      const task = await this.read(id);
      signal.throwIfAborted();
      const now = `${task.status} ${task.message} ${"questions" in task ? Object.keys(task.questions) : ""}`;
      if (now !== told) tell(task);
      told = now;
      if (hasEnded(task)) return task;
      await this.#sourceOf(id).changed(id, lookMs, signal);
    }
  }

  /** Tasks newest first, a page at a time; `next` is the cursor of the page after. Throws -32602 for a cursor that is none. */
  async list(cursor: string | undefined): Promise<{ readonly tasks: readonly Task[]; readonly next: string | undefined }> {
    const sources = [...this.#catalogue.taskSources.values()];
    const first = cursor === undefined ? 0 : sources.indexOf(this.#sourceOf(cursor));
    const tasks: Task[] = [];
    for (const [i, source] of sources.slice(first).entries()) {
      const before = i === 0 ? cursor : undefined;
      tasks.push(...(await source.list(this.#principal, before, pageSize + 1 - tasks.length)));
      if (tasks.length > pageSize) break;
    }
    const page = tasks.slice(0, pageSize);
    return { tasks: page, next: tasks.length > pageSize ? page.at(-1)?.id : undefined };
  }

  /** Those of `ids` that can be followed, each once. */
  async known(ids: readonly string[]): Promise<readonly string[]> {
    const there = await Promise.all([...new Set(ids)].map((id) => this.read(id).then(() => [id], asNone)));
    return there.flat();
  }

  #sourceOf(id: string): TaskSource {
    const source = this.#catalogue.taskSources.get(id.slice(0, id.indexOf("_")));
    if (!source) throw unknown(id);
    return source;
  }

  async #ask<T>(id: string, work: (source: TaskSource) => Promise<T>): Promise<T> {
    try {
      return await work(this.#sourceOf(id));
    } catch (thrown) {
      if (thrown instanceof EntenteError && thrown.code === "NOT_FOUND") throw unknown(id);
      throw thrown;
    }
  }
}

/** Whether nothing more will happen to a task. */
export function hasEnded({ status }: Pick<Task, "status">): boolean {
  return status !== "working" && status !== "asking";
}

// The same for what is not there and for what is somebody else's.
function unknown(id: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `there is no task ${id}`);
}

function asNone(thrown: unknown): readonly string[] {
  if (thrown instanceof ProtocolError) return [];
  throw thrown;
}
