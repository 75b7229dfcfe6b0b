/**
 * An agent elsewhere as this hub's principals may use it: each sees, cancels and follows only the tasks it sent, every
 * task is kept as last seen, and what happens is told as sightings like that of the hub's own agents.
 */
import type { Clock } from "../../base/clock.ts";
import { EntenteError } from "../../base/errors.ts";
import type { TaskOutcome, TaskSighting } from "../../base/sighting.ts";
import { carriedText, costOf } from "../../base/sla-extension.ts";
import { a2aErrors } from "../errors.ts";
import {
  isTerminal,
  type Message,
  type SendMessageRequest,
  type StreamResponse,
  type Task,
  type TaskPushNotificationConfig,
} from "../protocol.ts";
import type { AgentService, Call } from "../service.ts";
import type { RemotePushes } from "./remote-pushes.ts";
import { type RemoteTasks, taskAfter } from "./remote-tasks.ts";

/** What the guard stands on. */
export interface GuardInput {
  readonly name: string;
  readonly remote: AgentService;
  readonly tasks: RemoteTasks;
  readonly pushes: RemotePushes;
  readonly clock: Clock;
  readonly sighted: (sighting: TaskSighting) => void;
  /** Leaves the record of a task's beginning or end in the event log. */
  readonly record: (kind: "task.started" | "task.ended", task: Task, call: Call) => Promise<void>;
}

const outcomes: Readonly<Record<string, TaskOutcome>> = {
  TASK_STATE_COMPLETED: "completed",
  TASK_STATE_FAILED: "failed",
  TASK_STATE_REJECTED: "rejected",
  TASK_STATE_CANCELED: "canceled",
};

/** Guards a remote agent. */
export function guarded(input: GuardInput): AgentService {
  const { name, remote, tasks, pushes, clock } = input;

  // A configuration that comes with a message stays here: the hub sends the notifications.
  const withoutPush = ({ configuration, ...params }: SendMessageRequest): SendMessageRequest => {
    const { taskPushNotificationConfig: _ours, ...rest } = configuration ?? {};
    return { ...params, configuration: rest };
  };

  const own = async (message: Message, call: Call): Promise<void> => {
    if (message.taskId) await tasks.demand(message.taskId, call.principal);
  };

  async function* watched(stream: AsyncIterable<StreamResponse>, call: Call, watch: Watch): AsyncGenerator<StreamResponse> {
    try {
      for await (const event of stream) {
        await watch.saw(event);
        yield event;
      }
    } catch (thrown) {
      watch.lost(thrown);
      throw thrown;
    } finally {
      await watch.left(call);
    }
  }

  /** Follows one task through its events. */
  class Watch {
    #task: Task | undefined;
    readonly #call: Call;
    readonly #skill: string | undefined;
    readonly #agreement: string | undefined;
    readonly #push: TaskPushNotificationConfig | undefined;
    readonly #seen = new Set<TaskSighting["moment"]>();

    constructor(call: Call, params?: SendMessageRequest, task?: Task) {
      this.#call = call;
      this.#task = task;
      this.#push = params?.configuration?.taskPushNotificationConfig;
      this.#skill = carriedText(params?.message.metadata, "skill");
      this.#agreement = carriedText(params?.message.metadata, "agreement");
    }

    async saw(event: StreamResponse): Promise<void> {
      const before = this.#task;
      this.#task = taskAfter(before, event);
      const task = this.#task;
      if (!task) return;
      if (!before) {
        // Kept before anybody hears of it, so that whoever heard of a task can ask for it.
        await tasks.keep(task, this.#call.principal);
        await input.record("task.started", task, this.#call);
        this.#tell("accepted", task);
        if (this.#push) await pushes.create(task.id, this.#push, this.#call.version);
      } else this.#tell("first-event", task);
      if ("artifactUpdate" in event || (task.artifacts?.length ?? 0) > 0) this.#tell("first-artifact", task);
      const { state } = task.status;
      if (state === "TASK_STATE_INPUT_REQUIRED") this.#tell("input-required", task);
      if (isTerminal(state)) await this.#ended(task);
    }

    lost(thrown: unknown): void {
      if (this.#task && thrown instanceof EntenteError && thrown.code === "AGENT_UNREACHABLE")
        this.#tell("ended", this.#task, "lost");
    }

    // A reader that leaves does not end the task; how it stood is kept for whoever asks next.
    async left(call: Call): Promise<void> {
      if (this.#task && !this.#seen.has("ended")) await tasks.keep(this.#task, call.principal);
    }

    async #ended(task: Task): Promise<void> {
      if (this.#seen.has("ended")) return;
      await tasks.keep(task, this.#call.principal);
      await input.record("task.ended", task, this.#call);
      this.#tell("ended", task, outcomes[task.status.state]);
    }

    #tell(moment: TaskSighting["moment"], task: Task, outcome?: TaskOutcome): void {
      if (this.#seen.has(moment)) return;
      this.#seen.add(moment);
      input.sighted({
        moment,
        agent: name,
        task: task.id,
        context: task.contextId,
        owner: this.#call.principal.id,
        skill: this.#skill,
        agreement: this.#agreement,
        at: clock.now(),
        outcome,
        cost: moment === "ended" ? costOf(task) : undefined,
      });
    }
  }

  return {
    sendMessage: async (params, call) => {
      await own(params.message, call);
      const watch = new Watch(call, params);
      const answer = await remote.sendMessage(withoutPush(params), call);
      if ("task" in answer) await watch.saw(answer);
      await watch.left(call);
      return answer;
    },
    async *sendStreamingMessage(params, call) {
      await own(params.message, call);
      yield* watched(remote.sendStreamingMessage(withoutPush(params), call), call, new Watch(call, params));
    },
    getTask: async (params, call) => {
      const before = await tasks.demand(params.id, call.principal);
      const task = await remote.getTask(params, call);
      // A history that was cut for this caller must not replace the whole one.
      await tasks.keep(
        params.historyLength === undefined ? task : { ...task, ...(before.history ? { history: before.history } : {}) },
        call.principal,
      );
      return task;
    },
    listTasks: (params, call) => tasks.list(params, call.principal),
    cancelTask: async (params, call) => {
      await tasks.demand(params.id, call.principal);
      const task = await remote.cancelTask(params, call);
      await tasks.keep(task, call.principal);
      return task;
    },
    async *subscribeToTask(params, call) {
      const task = await tasks.demand(params.id, call.principal);
      if (isTerminal(task.status.state))
        throw a2aErrors.UNSUPPORTED_OPERATION({ problem: `task "${task.id}" has ended; get it with GetTask` });
      yield* watched(remote.subscribeToTask(params, call), call, new Watch(call, undefined, task));
    },
    createTaskPushNotificationConfig: async (config, call) => {
      const { taskId = "" } = config;
      const { status } = await tasks.demand(taskId, call.principal);
      if (isTerminal(status.state))
        throw a2aErrors.UNSUPPORTED_OPERATION({ problem: `task "${taskId}" has ended: there is nothing more to tell` });
      return pushes.create(taskId, config, call.version);
    },
    getTaskPushNotificationConfig: async ({ taskId, id }, call) => {
      await tasks.demand(taskId, call.principal);
      return pushes.get(taskId, id);
    },
    listTaskPushNotificationConfigs: async ({ taskId }, call) => {
      await tasks.demand(taskId, call.principal);
      return { configs: await pushes.list(taskId), nextPageToken: "" };
    },
    deleteTaskPushNotificationConfig: async ({ taskId, id }, call) => {
      await tasks.demand(taskId, call.principal);
      await pushes.delete(taskId, id);
    },
    getExtendedAgentCard: (params, call) => remote.getExtendedAgentCard(params, call),
  };
}
