import { type ListTasksRequest, type ListTasksResponse, Task, TaskState, taskStateToJSON } from "@a2a-js/sdk";
import type { ServerCallContext, TaskStore } from "@a2a-js/sdk/server";
import type { Clock } from "../base/clock.ts";
import { canonicalJson } from "../base/json.ts";
import type { Store } from "../store/store.ts";

const operator = "operator";
const defaultPage = 50;
const largestPage = 100;

/** The tasks of one agent, in the hub's store. A caller sees its own tasks; the operator sees all. */
export class StoredTasks implements TaskStore {
  readonly #store: Store;
  readonly #agent: string;
  readonly #clock: Clock;

  constructor(store: Store, agent: string, clock: Clock) {
    this.#store = store;
    this.#agent = agent;
    this.#clock = clock;
  }

  async save(task: Task, context: ServerCallContext): Promise<void> {
    const now = this.#clock.now();
    const state = taskStateToJSON(task.status?.state ?? TaskState.TASK_STATE_UNSPECIFIED);
    const row = { state, task_json: canonicalJson(Task.toJSON(task)), updated_at: now };
    await this.#store.db
      .insertInto("tasks")
      .values({ ...row, id: task.id, agent: this.#agent, context_id: task.contextId, owner: ownerOf(context), created_at: now })
      .onConflict((conflict) => conflict.column("id").doUpdateSet(row))
      .execute();
  }

  async load(taskId: string, context: ServerCallContext): Promise<Task | undefined> {
    let query = this.#store.db.selectFrom("tasks").select("task_json").where("id", "=", taskId).where("agent", "=", this.#agent);
    const owner = ownerOf(context);
    if (owner !== operator) query = query.where("owner", "=", owner);
    const row = await query.executeTakeFirst();
    return row ? Task.fromJSON(JSON.parse(row.task_json)) : undefined;
  }

  async list(params: ListTasksRequest, context: ServerCallContext): Promise<ListTasksResponse> {
    const owner = ownerOf(context);
    let query = this.#store.db.selectFrom("tasks").where("agent", "=", this.#agent);
    if (owner !== operator) query = query.where("owner", "=", owner);
    if (params.contextId) query = query.where("context_id", "=", params.contextId);
    if (params.status) query = query.where("state", "=", taskStateToJSON(params.status));
    if (params.statusTimestampAfter) query = query.where("updated_at", ">", Date.parse(params.statusTimestampAfter));
    const { total } = await query.select((eb) => eb.fn.countAll<number>().as("total")).executeTakeFirstOrThrow();
    const size = Math.min(params.pageSize || defaultPage, largestPage);
    const [beforeAt, beforeId] = params.pageToken ? params.pageToken.split("~") : [];
    if (beforeAt && beforeId) {
      const at = Number(beforeAt);
      query = query.where((eb) =>
        eb.or([eb("updated_at", "<", at), eb.and([eb("updated_at", "=", at), eb("id", "<", beforeId)])]),
      );
    }
    const rows = await query
      .select(["id", "task_json", "updated_at"])
      .orderBy("updated_at", "desc")
      .orderBy("id", "desc")
      .limit(size + 1)
      .execute();
    const page = rows.slice(0, size);
    const last = page.at(-1);
    const tasks = page.map((row) => {
      const task = Task.fromJSON(JSON.parse(row.task_json));
      const history =
        params.historyLength === undefined
          ? task.history
          : params.historyLength === 0
            ? []
            : task.history.slice(-params.historyLength);
      return { ...task, history, artifacts: params.includeArtifacts ? task.artifacts : [] };
    });
    return {
      tasks,
      nextPageToken: rows.length > size && last ? `${last.updated_at}~${last.id}` : "",
      pageSize: size,
      totalSize: Number(total),
    };
  }
}

/** The owner under which a call's tasks are kept. */
export function ownerOf(context: ServerCallContext): string {
  return context.user?.isAuthenticated ? context.user.userName : "nobody";
}
