/**
 * An agent elsewhere as this hub's principals may use it: each sees, cancels and follows only the tasks it sent, every
 * task is kept as last seen, and what happens is told as sightings like that of the hub's own agents.
 */
import { EntenteError } from "../../base/errors.ts";
import { a2aErrors } from "../errors.ts";
import {
  isTerminal,
  type SendMessageRequest,
  type StreamResponse,
  type Task,
  type TaskPushNotificationConfig,
} from "../protocol.ts";
import type { AgentService, Call } from "../service.ts";
import type { RemotePushes } from "./remote-pushes.ts";
import { type Asked, askedBy, type RemoteSightings } from "./remote-sightings.ts";
import { type RemoteTasks, taskAfter } from "./remote-tasks.ts";

/** What the guard stands on. */
export interface GuardInput {
  readonly remote: AgentService;
  readonly tasks: RemoteTasks;
  readonly pushes: RemotePushes;
  readonly sightings: RemoteSightings;
}

// Errors that say that the agent is not heard of, rather than what it says.
const cutOff = new Set(["AGENT_UNREACHABLE", "AGENT_TOO_SLOW"]);

/** Guards a remote agent. */
export function guarded(input: GuardInput): AgentService {
  const { remote, tasks, pushes, sightings } = input;

  // A configuration that comes with a message stays here: the hub sends the notifications.
  const withoutPush = ({ configuration, ...params }: SendMessageRequest): SendMessageRequest => {
    const { taskPushNotificationConfig: _ours, ...rest } = configuration ?? {};
    return { ...params, configuration: rest };
  };

  const watchOf = async (params: SendMessageRequest, call: Call): Promise<Watch> => {
    const { taskId } = params.message;
    return new Watch(call, params, taskId ? await tasks.demand(taskId, call.principal) : undefined);
  };

  async function* watched(stream: AsyncIterable<StreamResponse>, watch: Watch): AsyncGenerator<StreamResponse> {
    try {
      for await (const event of stream) {
        await watch.saw(event);
        yield event;
      }
    } catch (thrown) {
      await watch.lost(thrown);
      throw thrown;
    } finally {
      await watch.left();
    }
  }

  /** Follows one task through its events. */
  class Watch {
    readonly #version: string;
    readonly #push: TaskPushNotificationConfig | undefined;
    readonly #asked: Asked;
    #task: Task | undefined;
    #heard = false;
    #kept = true;

    constructor(call: Call, params?: SendMessageRequest, task?: Task) {
      this.#version = call.version;
      this.#push = params?.configuration?.taskPushNotificationConfig;
      this.#asked = askedBy(call.principal.id, params?.message);
      this.#task = task;
    }

    async saw(event: StreamResponse): Promise<void> {
      this.#task = taskAfter(this.#task, event);
      const task = this.#task;
      if (!task) return;
      const first = !this.#heard;
      this.#heard = true;
      if (!first) sightings.tell("first-event", task, this.#asked);
      // Kept before anybody hears of it, so that whoever heard of a task can ask for it.
      this.#kept = first || isTerminal(task.status.state);
      if (this.#kept) await sightings.keep(task, this.#asked);
      else sightings.stands(task, this.#asked);
      if (first && this.#push) await pushes.create(task.id, this.#push, this.#version);
    }

    async lost(thrown: unknown): Promise<void> {
      if (this.#task && thrown instanceof EntenteError && cutOff.has(thrown.code)) await sightings.lose(this.#task, this.#asked);
    }

    // A reader that leaves does not end the task; how it stood is kept for whoever asks next.
    async left(): Promise<void> {
      if (this.#task && !this.#kept) await sightings.keep(this.#task, this.#asked);
    }
  }

  return {
    sendMessage: async (params, call) => {
      const watch = await watchOf(params, call);
      const answer = await remote.sendMessage(withoutPush(params), call);
      if ("task" in answer) await watch.saw(answer);
      return answer;
    },
    async *sendStreamingMessage(params, call) {
      const watch = await watchOf(params, call);
      yield* watched(remote.sendStreamingMessage(withoutPush(params), call), watch);
    },
    getTask: async (params, call) => {
      const before = await tasks.demand(params.id, call.principal);
      const task = await remote.getTask(params, call);
      // A history that was cut for this caller must not replace the whole one.
      await sightings.keep(
        params.historyLength === undefined ? task : { ...task, ...(before.history ? { history: before.history } : {}) },
        { owner: call.principal.id },
      );
      return task;
    },
    listTasks: (params, call) => tasks.list(params, call.principal),
    cancelTask: async (params, call) => {
      await tasks.demand(params.id, call.principal);
      const task = await remote.cancelTask(params, call);
      await sightings.keep(task, { owner: call.principal.id });
      return task;
    },
    async *subscribeToTask(params, call) {
      const task = await tasks.demand(params.id, call.principal);
      if (isTerminal(task.status.state))
        throw a2aErrors.UNSUPPORTED_OPERATION({ problem: `task "${task.id}" has ended; get it with GetTask` });
      yield* watched(remote.subscribeToTask(params, call), new Watch(call, undefined, task));
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
