/** Reads tasks back from the store. A task's row may be behind its last events; they are folded in. */
import type { CompiledQuery, Selectable } from "kysely";
import type { Principal } from "../../base/tool.ts";
import type { TasksTable } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";
import { numberEvent, remember } from "../encoded.ts";
import { a2aErrors } from "../errors.ts";
import {
  isTerminal,
  type ListTasksRequest,
  type ListTasksResponse,
  type Task,
  type TaskEvent,
  type TaskState,
} from "../protocol.ts";
import { fold } from "./task-machine.ts";

const defaultPage = 50;
const lookMs = 250;
/** The states of tasks that did not end. */
export const unfinished: readonly TaskState[] = [
  "TASK_STATE_SUBMITTED",
  "TASK_STATE_WORKING",
  "TASK_STATE_INPUT_REQUIRED",
  "TASK_STATE_AUTH_REQUIRED",
];

/** Whose tasks are asked for. */
export interface Asker {
  readonly principal: Principal;
  readonly tenant: string;
}

/** A task as it is kept. */
export interface KeptTask {
  readonly task: Task;
  readonly seq: number;
  readonly tenant: string;
  readonly owner: string;
  readonly createdAt: number;
}

/** The kept tasks of one agent. */
export class TaskReader {
  readonly #store: Store;
  readonly #agent: string;
  readonly #live: (id: string) => Task | undefined;
  // Compiled once: it is what clients that poll ask.
  readonly #byId: CompiledQuery<Selectable<TasksTable>>;

  /** `live` gives the durable state of a task that is in memory. */
  constructor(store: Store, agent: string, live: (id: string) => Task | undefined) {
    this.#store = store;
    this.#agent = agent;
    this.#live = live;
    this.#byId = store.db.selectFrom("tasks").selectAll().where("id", "=", "").compile();
  }

  /** A task that the asker may see. */
  async find(id: string, asker: Asker): Promise<KeptTask | undefined> {
    const { rows } = await this.#store.db.executeQuery<Selectable<TasksTable>>({ ...this.#byId, parameters: [id] });
    const [row] = rows;
    if (!row || row.agent !== this.#agent || row.tenant !== asker.tenant) return undefined;
    if (asker.principal.kind !== "operator" && row.owner !== asker.principal.id) return undefined;
    return (await this.#whole([row]))[0];
  }

  /** A task, whoever's it is. */
  async any(id: string): Promise<Task | undefined> {
    const row = await this.#store.db.selectFrom("tasks").selectAll().where("id", "=", id).executeTakeFirst();
    return row && (await this.#whole([row]))[0]?.task;
  }

  /** Every task that did not end and is in the hands of a hub. */
  async unfinished(hub: string): Promise<readonly KeptTask[]> {
    const { db } = this.#store;
    const rows = await db
      .selectFrom("tasks")
      .selectAll()
      .where("agent", "=", this.#agent)
      .where("state", "in", unfinished)
      .where("hub", "=", hub)
      .orderBy("id")
      .execute();
    return this.#whole(rows);
  }

  /** The events of a task after a number, in order, numbered. */
  async events(task: string, after: number): Promise<readonly TaskEvent[]> {
    const { db } = this.#store;
    const rows = await db
      .selectFrom("task_events")
      .selectAll()
      .where("task_id", "=", task)
      .where("seq", ">", after)
      .orderBy("seq")
      .execute();
    return rows.map((row) => {
      const event: TaskEvent = JSON.parse(row.event_json);
      numberEvent(event, row.seq);
      return event;
    });
  }

  /** The events of a task that another hub works on, as they come to the store, until it ends or the signal is aborted. */
  async *follow(task: string, after: number, signal: AbortSignal): AsyncGenerator<TaskEvent> {
    for (let last = after; !signal.aborted; ) {
      for (const event of await this.events(task, last)) {
        last += 1;
        yield event;
        if ("statusUpdate" in event && isTerminal(event.statusUpdate.status.state)) return;
      }
      await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
  }

  /**
   * A page of tasks, the last changed first. The token holds the place of the last task given, so tasks that stay as they
   * are come once each however many others change meanwhile; one that changes moves to the front, before every page given.
   */
  async list(request: ListTasksRequest, asker: Asker): Promise<ListTasksResponse> {
    const { pageToken, pageSize = defaultPage, contextId, status, statusTimestampAfter } = request;
    let query = this.#visible(asker);
    if (contextId) query = query.where("context_id", "=", contextId);
    if (status) query = query.where("state", "=", status);
    if (statusTimestampAfter) query = query.where("updated_at", ">=", Date.parse(statusTimestampAfter));
    const { total } = await query.select((eb) => eb.fn.countAll<number>().as("total")).executeTakeFirstOrThrow();
    if (pageToken) {
      const [, at, id] = /^(\d+)~(.+)$/.exec(pageToken) ?? [];
      if (!at || !id)
        throw a2aErrors.REQUEST_MALFORMED({ problem: `pageToken: wanted one that a ListTasks answer gave, got "${pageToken}"` });
      query = query.where((eb) =>
        eb.or([eb("updated_at", "<", Number(at)), eb.and([eb("updated_at", "=", Number(at)), eb("id", "<", id)])]),
      );
    }
    const rows = await query
      .selectAll()
      .orderBy("updated_at", "desc")
      .orderBy("id", "desc")
      .limit(pageSize + 1)
      .execute();
    const page = rows.slice(0, pageSize);
    const last = page.at(-1);
    const kept = await this.#whole(page);
    return {
      tasks: kept.map(({ task }) => {
        const { artifacts, ...rest } = trimmed(task, request.historyLength);
        return request.includeArtifacts ? { ...rest, artifacts: artifacts ?? [] } : rest;
      }),
      nextPageToken: rows.length > pageSize && last ? `${last.updated_at}~${last.id}` : "",
      pageSize,
      totalSize: Number(total),
    };
  }

  #visible({ principal, tenant }: Asker) {
    const query = this.#store.db.selectFrom("tasks").where("agent", "=", this.#agent).where("tenant", "=", tenant);
    return principal.kind === "operator" ? query : query.where("owner", "=", principal.id);
  }

  async #whole(rows: readonly Selectable<TasksTable>[]): Promise<readonly KeptTask[]> {
    const kept: KeptTask[] = [];
    for (const row of rows) {
      const live = this.#live(row.id);
      let task: Task = live ?? JSON.parse(row.task_json);
      if (!live) remember(task, row.task_json);
      let { seq } = row;
      // The row of a task that ended has everything in it.
      if (!live && !isTerminal(task.status.state))
        for (const event of await this.events(row.id, seq)) {
          task = fold(task, event);
          seq += 1;
        }
      kept.push({ task, seq, tenant: row.tenant, owner: row.owner, createdAt: row.created_at });
    }
    return kept;
  }
}

/** The task with at most `length` messages of history; all where it is undefined. */
export function trimmed(task: Task, length: number | undefined): Task {
  const { history } = task;
  if (length === undefined || !history || history.length <= length) return task;
  const { history: _, ...rest } = task;
  return length === 0 ? rest : { ...rest, history: history.slice(-length) };
}
