/**
 * The tasks that principals of this hub have with one agent elsewhere, as last seen. They say who may see and cancel
 * what: the agent itself knows only this hub.
 */
import { sql, type Transaction } from "kysely";
import type { Clock } from "../../base/clock.ts";
import { canonicalJson } from "../../base/json.ts";
import type { Principal } from "../../base/tool.ts";
import type { Database } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";
import { a2aErrors } from "../errors.ts";
import {
  isTerminal,
  type ListTasksRequest,
  type ListTasksResponse,
  type StreamResponse,
  type Task,
  taskStates,
} from "../protocol.ts";

const defaultPage = 50;
const largestPage = 100;
const terminalStates = taskStates.filter(isTerminal);

/** What keeping a task changed: whether it was new here, and whether it ended by it. */
export interface Kept {
  readonly owner: string;
  readonly began: boolean;
  readonly ended: boolean;
}

/** Tasks at one agent. */
export class RemoteTasks {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #agent: string;

  constructor(store: Store, clock: Clock, agent: string) {
    this.#store = store;
    this.#clock = clock;
    this.#agent = agent;
  }

  /** Throws TASK_NOT_FOUND unless the task is there and the principal's own (the operator's are all). */
  async demand(taskId: string, principal: Principal): Promise<Task> {
    let query = this.#store.db
      .selectFrom("remote_tasks")
      .select("task_json")
      .where("agent", "=", this.#agent)
      .where("task_id", "=", taskId);
    if (principal.kind !== "operator") query = query.where("owner", "=", principal.id);
    const row = await query.executeTakeFirst();
    if (!row) throw a2aErrors.TASK_NOT_FOUND({ task: taskId });
    return JSON.parse(row.task_json);
  }

  /** A task as last seen, and whose it is. */
  async find(taskId: string): Promise<{ readonly task: Task; readonly owner: string } | undefined> {
    const row = await this.#store.db
      .selectFrom("remote_tasks")
      .select(["task_json", "owner"])
      .where("agent", "=", this.#agent)
      .where("task_id", "=", taskId)
      .executeTakeFirst();
    return row && { task: JSON.parse(row.task_json), owner: row.owner };
  }

  /** Keeps a task as it stands now; the first to see it owns it. What a late reader saw never undoes an end. */
  async keep(trx: Transaction<Database>, task: Task, owner: string): Promise<Kept> {
    const now = this.#clock.now();
    const row = { state: task.status.state, task_json: canonicalJson(task), updated_at: now };
    const began = await trx
      .insertInto("remote_tasks")
      .values({ agent: this.#agent, task_id: task.id, owner, context_id: task.contextId, created_at: now, ...row })
      .onConflict((conflict) => conflict.columns(["agent", "task_id"]).doNothing())
      .returning("owner")
      .executeTakeFirst();
    const changed =
      began ??
      (await trx
        .updateTable("remote_tasks")
        .set(row)
        .where("agent", "=", this.#agent)
        .where("task_id", "=", task.id)
        .where("state", "not in", terminalStates)
        .returning("owner")
        .executeTakeFirst());
    return {
      owner: changed?.owner ?? owner,
      began: began !== undefined,
      ended: changed !== undefined && isTerminal(task.status.state),
    };
  }

  /** The tasks that have push configurations whose receivers were not told of an end yet. */
  async untold(): Promise<readonly string[]> {
    const prefix = remoteTaskKey(this.#agent, "");
    const rows = await this.#store.db
      .selectFrom("push_configs as p")
      .innerJoin("remote_tasks as r", (join) =>
        join.on("r.agent", "=", this.#agent).on("r.task_id", "=", sql<string>`substr(p.task_id, ${sql.lit(prefix.length + 1)})`),
      )
      .select("r.task_id")
      .distinct()
      .where("p.task_id", "like", `${prefix.replaceAll("_", "\\_")}%`)
      .where("r.end_told", "=", 0)
      .execute();
    return rows.map(({ task_id }) => task_id);
  }

  /** Keeps that the notifications of a task's end are queued, in the transaction that queues them. */
  async keepTold(trx: Transaction<Database>, taskId: string): Promise<void> {
    await trx
      .updateTable("remote_tasks")
      .set({ end_told: 1 })
      .where("agent", "=", this.#agent)
      .where("task_id", "=", taskId)
      .execute();
  }

  /** One page of the principal's tasks, newest first, as last seen. */
  async list(params: ListTasksRequest, principal: Principal): Promise<ListTasksResponse> {
    let query = this.#store.db.selectFrom("remote_tasks").where("agent", "=", this.#agent);
    if (principal.kind !== "operator") query = query.where("owner", "=", principal.id);
    if (params.contextId) query = query.where("context_id", "=", params.contextId);
    if (params.status) query = query.where("state", "=", params.status);
    if (params.statusTimestampAfter) query = query.where("updated_at", ">=", Date.parse(params.statusTimestampAfter));
    const { total } = await query.select((eb) => eb.fn.countAll<number>().as("total")).executeTakeFirstOrThrow();
    const size = Math.min(params.pageSize || defaultPage, largestPage);
    const [, at, id] = /^(\d+)~(.+)$/.exec(params.pageToken ?? "") ?? [];
    if (at && id)
      query = query.where((eb) =>
        eb.or([eb("updated_at", "<", Number(at)), eb.and([eb("updated_at", "=", Number(at)), eb("task_id", "<", id)])]),
      );
    const rows = await query
      .select(["task_id", "task_json", "updated_at"])
      .orderBy("updated_at", "desc")
      .orderBy("task_id", "desc")
      .limit(size + 1)
      .execute();
    const page = rows.slice(0, size);
    const last = page.at(-1);
    return {
      tasks: page.map((row) => trimmed(JSON.parse(row.task_json), params)),
      nextPageToken: rows.length > size && last ? `${last.updated_at}~${last.task_id}` : "",
      pageSize: size,
      totalSize: Number(total),
    };
  }
}

/** Name of a task elsewhere among all tasks. Their ids are other agents' to choose: the agent in front keeps them apart from ours. */
export function remoteTaskKey(agent: string, task: string): string {
  return `${agent}/${task}`;
}

/** The task of such a name, as last seen. */
export async function remoteTaskOf(store: Store, key: string): Promise<Task | undefined> {
  const [, agent, task] = /^([^/]+)\/(.+)$/.exec(key) ?? [];
  if (agent === undefined || task === undefined) return undefined;
  const row = await store.db
    .selectFrom("remote_tasks")
    .select("task_json")
    .where("agent", "=", agent)
    .where("task_id", "=", task)
    .executeTakeFirst();
  return row && JSON.parse(row.task_json);
}

/** The task after an event of its stream; a task event is the task itself. */
export function taskAfter(task: Task | undefined, event: StreamResponse): Task | undefined {
  if ("task" in event) return event.task;
  if (!task) return undefined;
  if ("statusUpdate" in event) {
    const { status } = event.statusUpdate;
    const history = task.status.message ? [...(task.history ?? []), task.status.message] : task.history;
    return { ...task, status, ...(history ? { history } : {}) };
  }
  if (!("artifactUpdate" in event)) return task;
  const { artifact, append } = event.artifactUpdate;
  const artifacts = task.artifacts ?? [];
  const at = artifacts.findIndex(({ artifactId }) => artifactId === artifact.artifactId);
  const before = artifacts[at];
  if (!before) return { ...task, artifacts: [...artifacts, artifact] };
  const after = append ? { ...before, parts: [...before.parts, ...artifact.parts] } : artifact;
  return { ...task, artifacts: artifacts.with(at, after) };
}

function trimmed(task: Task, { historyLength, includeArtifacts }: ListTasksRequest): Task {
  const { history = [], artifacts = [], ...rest } = task;
  const kept = historyLength === undefined ? history : historyLength === 0 ? [] : history.slice(-historyLength);
  return {
    ...rest,
    ...(kept.length > 0 ? { history: kept } : {}),
    ...(includeArtifacts && artifacts.length > 0 ? { artifacts } : {}),
  };
}
