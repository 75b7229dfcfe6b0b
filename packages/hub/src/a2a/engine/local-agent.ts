/**
 * An agent of this hub as an AgentService. Every operation is for one principal and one tenant: tasks of others are not
 * there. What decides is elsewhere - the task's machine, the run, the store - and meets here.
 */
import type { Agent, AgentContext, TaskReference } from "../../base/agent.ts";
import { newId } from "../../base/ids.ts";
import type { Store } from "../../store/store.ts";
import { eventNumber } from "../encoded.ts";
import { a2aErrors } from "../errors.ts";
import {
  type AgentCardJson,
  type CancelTaskRequest,
  type GetTaskRequest,
  isInterrupted,
  isTerminal,
  type ListPushConfigsRequest,
  type ListPushConfigsResponse,
  type ListTasksRequest,
  type ListTasksResponse,
  type Message,
  type Part,
  type PushConfigRequest,
  type SendMessageRequest,
  type SendMessageResponse,
  type StreamResponse,
  type SubscribeToTaskRequest,
  type Task,
  type TaskPushNotificationConfig,
} from "../protocol.ts";
import { PushDesk } from "../push/desk.ts";
import type { AgentService, Call } from "../service.ts";
import { checkIncoming, named, referenceTo } from "./incoming.ts";
import { elsewhere } from "./lease.ts";
import { LiveTask } from "./live-task.ts";
import { LiveTasks, type LiveTasksInput } from "./live-tasks.ts";
import { TaskReader, trimmed } from "./task-reader.ts";

/** What an agent stands on. */
export interface LocalAgentInput extends LiveTasksInput {
  readonly store: Store;
  /** Throws when the hub may not post notifications to a URL. */
  readonly checkUrl: (url: string) => void;
  /** The card for callers with a token, where it says more than the open one. */
  readonly extendedCard: AgentCardJson | undefined;
  /** Answers a message at once, without a task (a bid for a call), or undefined to make it a task. */
  readonly reply: ((message: Message, ctx: AgentContext) => Promise<readonly Part[] | undefined>) | undefined;
  readonly cover?: CoverTask | undefined;
}

/** Counts a task under an agreement between two, or throws; gives back what takes the count back. An id that is none says nothing. */
export type CoverTask = (agreement: string, contractor: string, initiator: string) => Promise<() => Promise<void>>;

const mostReferences = 32;

/** One agent of the hub. */
export class LocalAgent implements AgentService {
  /** Who does its work. */
  readonly agent: Agent;
  /** Its tasks that have not ended. */
  readonly tasks: LiveTasks;
  readonly #input: LocalAgentInput;
  readonly #name: string;
  readonly #reader: TaskReader;
  readonly #push: PushDesk;

  constructor(input: LocalAgentInput) {
    this.#input = input;
    this.agent = input.agent;
    this.#name = input.agent.profile.name;
    this.#push = new PushDesk({ ...input, agent: this.#name });
    this.tasks = new LiveTasks(input, this.#push);
    this.#reader = new TaskReader(input.store, this.#name, (id) => this.tasks.get(id)?.live.durable);
  }

  async sendMessage(request: SendMessageRequest, call: Call): Promise<SendMessageResponse> {
    const taken = await this.#take(request, call);
    if (!(taken instanceof LiveTask)) return taken;
    const { returnImmediately, historyLength } = request.configuration ?? {};
    const enough = returnImmediately ? () => true : settled;
    return { task: trimmed(await taken.reached(taken.seq, enough, call), historyLength) };
  }

  async *sendStreamingMessage(request: SendMessageRequest, call: Call): AsyncGenerator<StreamResponse> {
    let reader: AsyncIterable<StreamResponse> | undefined;
    const taken = await this.#take(request, call, (live) => {
      reader = live.subscribe(call.signal, (item) => "statusUpdate" in item && settled({ status: item.statusUpdate.status }));
    });
    if (!(taken instanceof LiveTask)) return yield taken;
    const { historyLength } = request.configuration ?? {};
    for await (const item of reader ?? [])
      yield "task" in item && historyLength !== undefined ? { task: trimmed(item.task, historyLength) } : item;
  }

  async getTask({ id, historyLength }: GetTaskRequest, call: Call): Promise<Task> {
    return trimmed((await this.#find(id, call)).task, historyLength);
  }

  listTasks(request: ListTasksRequest, call: Call): Promise<ListTasksResponse> {
    return this.#reader.list(request, call);
  }

  async cancelTask({ id }: CancelTaskRequest, call: Call): Promise<Task> {
    let { task } = await this.#find(id, call);
    const working = this.tasks.get(id);
    if (working) {
      working.run?.end("TASK_STATE_CANCELED", "the task was cancelled");
      task = await working.live.reached(0, ({ status }) => isTerminal(status.state), call);
    }
    const { state } = task.status;
    if (state === "TASK_STATE_CANCELED") return task;
    if (isTerminal(state)) throw a2aErrors.TASK_NOT_CANCELABLE({ task: id, state });
    throw elsewhere(id);
  }

  async *subscribeToTask({ id }: SubscribeToTaskRequest, call: Call): AsyncGenerator<StreamResponse> {
    const found = await this.#find(id, call);
    const { task } = found;
    const { after } = call;
    const ended = isTerminal(task.status.state);
    // Subscribed before the store is read, so that nothing falls between them.
    const reader = this.tasks.get(id)?.live.subscribe(call.signal, () => false);
    if (after === undefined) {
      if (reader) return yield* reader;
      if (ended) throw hasEnded(id, task.status.state);
      yield { task };
      return yield* this.#reader.follow(id, found.seq, call.signal);
    }
    let last = after;
    for (const event of await this.#reader.events(id, after)) {
      last = eventNumber(event) ?? last;
      yield event;
    }
    if (!reader && !ended) return yield* this.#reader.follow(id, last, call.signal);
    for await (const item of reader ?? []) if ((eventNumber(item) ?? 0) > last) yield item;
  }

  async createTaskPushNotificationConfig(config: TaskPushNotificationConfig, call: Call): Promise<TaskPushNotificationConfig> {
    const { taskId = "" } = config;
    const { status } = (await this.#find(taskId, call)).task;
    if (isTerminal(status.state)) throw hasEnded(taskId, status.state);
    const live = this.tasks.get(taskId)?.live;
    // The hub that works on a task would not hear of a configuration made here.
    if (!live) throw elsewhere(taskId);
    return this.#push.create(taskId, config, call.version, () => {
      const { state } = live.task.status;
      if (isTerminal(state)) throw hasEnded(taskId, state);
      if (live.over) throw elsewhere(taskId);
    });
  }

  async getTaskPushNotificationConfig({ taskId, id }: PushConfigRequest, call: Call): Promise<TaskPushNotificationConfig> {
    await this.#find(taskId, call);
    return this.#push.get(taskId, id);
  }

  async listTaskPushNotificationConfigs({ taskId }: ListPushConfigsRequest, call: Call): Promise<ListPushConfigsResponse> {
    await this.#find(taskId, call);
    return { configs: await this.#push.list(taskId), nextPageToken: "" };
  }

  async deleteTaskPushNotificationConfig({ taskId, id }: PushConfigRequest, call: Call): Promise<void> {
    await this.#find(taskId, call);
    await this.#push.delete(taskId, id);
  }

  async getExtendedAgentCard(): Promise<AgentCardJson> {
    const { extendedCard } = this.#input;
    if (extendedCard) return extendedCard;
    throw a2aErrors.UNSUPPORTED_OPERATION({ problem: `"${this.#name}" has no extended card; its open one says everything` });
  }

  /** Takes up what is this hub's and nobody works on. Returns how many tasks there were. */
  async recover(): Promise<number> {
    let count = 0;
    for (const kept of await this.#reader.unfinished(this.#input.hub)) if (await this.tasks.resume(kept)) count += 1;
    return count;
  }

  // A message becomes an answer at once, an answer to a question, or a task. `taken` hears of the task before anything happens to it.
  async #take(
    { message, configuration }: SendMessageRequest,
    call: Call,
    taken: (live: LiveTask) => void = () => {},
  ): Promise<LiveTask | { readonly message: Message }> {
    checkIncoming(this.#input.agent, message, call);
    if (message.taskId) return this.#answer(message, message.taskId, call, taken);
    const answer = await this.#input.reply?.(message, this.#passing(call));
    const now = this.#input.clock.now();
    const contextId = message.contextId ?? newId("ctx", now);
    if (answer) return { message: { messageId: newId("msg", now), contextId, role: "ROLE_AGENT", parts: answer } };
    const references = message.referenceTaskIds?.length ? await this.#references(message.referenceTaskIds, call) : [];
    const agreement = named(message, "agreement");
    const uncount = agreement === undefined ? undefined : await this.#input.cover?.(agreement, this.#name, call.principal.id);
    try {
      return this.tasks.begin({ message, contextId, configuration, references, call, taken });
    } catch (refused) {
      await uncount?.();
      throw refused;
    }
  }

  async #answer(message: Message, id: string, call: Call, taken: (live: LiveTask) => void): Promise<LiveTask> {
    const { task } = await this.#find(id, call);
    const { state } = task.status;
    if (message.contextId && message.contextId !== task.contextId)
      throw a2aErrors.REQUEST_MALFORMED({
        problem: `message.contextId: wanted "${task.contextId}", that of task "${id}"; got "${message.contextId}"`,
      });
    const working = this.tasks.get(id);
    if (isTerminal(state)) throw hasEnded(id, state);
    if (!working) throw elsewhere(id);
    if (!working.run?.asks)
      throw a2aErrors.UNSUPPORTED_OPERATION({
        problem: `task "${id}" is ${state} and asks nothing now; it takes a message when it is TASK_STATE_INPUT_REQUIRED`,
      });
    taken(working.live);
    working.run.answer({ ...message, contextId: task.contextId });
    return working.live;
  }

  // A task that the caller may see, as it is on disk.
  async #find(id: string, call: Call): Promise<{ readonly task: Task; readonly seq: number }> {
    const working = this.tasks.get(id);
    if (!working) {
      const kept = await this.#reader.find(id, call);
      if (kept) return kept;
    } else {
      const { durable, of, seq } = working.live;
      const allowed = call.principal.kind === "operator" || of.owner === call.principal.id;
      if (durable && allowed && of.tenant === call.tenant) return { task: durable, seq };
    }
    throw a2aErrors.TASK_NOT_FOUND({ task: id });
  }

  async #references(ids: readonly string[], call: Call): Promise<readonly TaskReference[]> {
    const found = await Promise.all(ids.slice(0, mostReferences).map((id) => this.#find(id, call).catch(() => undefined))); // What is not there is no reference.
    return found.flatMap((one) => (one ? [referenceTo(one.task)] : []));
  }

  // The context of an agent that answers without a task: it has nothing to publish to.
  #passing(call: Call): AgentContext {
    const noTask = () => a2aErrors.INVALID_AGENT_RESPONSE({ agent: this.#name, problem: "it asks a question without a task" });
    return {
      ...this.#input.context(call.signal),
      status: () => {},
      artifact: () => {},
      ask: () => Promise.reject(noTask()),
    };
  }
}

function settled({ status }: Pick<Task, "status">): boolean {
  return isTerminal(status.state) || isInterrupted(status.state);
}

function hasEnded(task: string, state: string): Error {
  return a2aErrors.UNSUPPORTED_OPERATION({ problem: `task "${task}" has ended: it is ${state} and takes nothing more` });
}
