/**
 * An agent of this hub as an AgentService. Every operation is for one principal and one tenant: tasks of others are not
 * there. What decides is elsewhere - the task's machine, the run, the store - and meets here.
 */
import type { Agent, AgentContext, AgentTask, TaskReference } from "../../base/agent.ts";
import type { Clock } from "../../base/clock.ts";
import { newId } from "../../base/ids.ts";
import type { Logger } from "../../base/logger.ts";
import type { TaskSighting } from "../../base/sighting.ts";
import type { ToolContext } from "../../base/tool.ts";
import type { Store } from "../../store/store.ts";
import { eventNumber } from "../encoded.ts";
import { a2aErrors } from "../errors.ts";
import { textPart } from "../parts.ts";
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
import { agentTask, checkIncoming, named, referenceTo } from "./incoming.ts";
import { LiveTask } from "./live-task.ts";
import { Run } from "./run.ts";
import { begin, type Life, revive } from "./task-machine.ts";
import { TaskReader, trimmed } from "./task-reader.ts";
import type { TaskOwnership, TaskWriter } from "./task-writer.ts";

/** What an agent stands on. */
export interface LocalAgentInput {
  readonly agent: Agent;
  /** Id of this hub among those on its store. */
  readonly hub: string;
  readonly store: Store;
  readonly writer: TaskWriter;
  readonly clock: Clock;
  readonly log: Logger;
  /** Throws when the hub may not post notifications to a URL. */
  readonly checkUrl: (url: string) => void;
  /** The card for callers with a token, where it says more than the open one. */
  readonly extendedCard: AgentCardJson | undefined;
  /** Most items that wait for a slow reader of a task. */
  readonly buffer: number;
  /** Most tasks that have not ended. */
  readonly liveTasks: number;
  /** A tool context that acts as the agent. */
  readonly context: (signal: AbortSignal) => ToolContext;
  /** Answers a message at once, without a task (a bid for a call), or undefined to make it a task. */
  readonly reply: ((message: Message, ctx: AgentContext) => Promise<readonly Part[] | undefined>) | undefined;
  readonly sighted: (sighting: TaskSighting) => void;
}

interface Working {
  readonly live: LiveTask;
  readonly run: Run;
}

const mostReferences = 32;
const interrupted = "the hub stopped while this ran";

/** One agent of the hub. */
export class LocalAgent implements AgentService {
  readonly #input: LocalAgentInput;
  readonly #name: string;
  readonly #reader: TaskReader;
  readonly #push: PushDesk;
  readonly #working = new Map<string, Working>();

  constructor(input: LocalAgentInput) {
    this.#input = input;
    this.#name = input.agent.profile.name;
    this.#reader = new TaskReader(input.store, this.#name, (id) => this.#working.get(id)?.live.durable);
    this.#push = new PushDesk({ ...input, agent: this.#name });
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
    const working = this.#working.get(id);
    if (working) {
      working.run.end("TASK_STATE_CANCELED", "the task was cancelled");
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
    const reader = this.#working.get(id)?.live.subscribe(call.signal, () => false);
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
    return this.#push.create(taskId, config, call.version);
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

  /** Takes up what is this hub's and nobody works on: runs it again or fails it, as the agent wants. Returns how many. */
  async recover(): Promise<number> {
    const kept = (await this.#reader.unfinished(this.#input.hub)).filter(({ task }) => !this.#working.has(task.id));
    for (const { task, seq, ...of } of kept) {
      await this.#push.resume(task.id);
      const [message, ...answers] = (task.history ?? []).filter((said) => said.role === "ROLE_USER");
      const live = this.#live(revive(task, seq), { ...of, agent: this.#name, hub: this.#input.hub }, message, true);
      if (this.#input.agent.restart === "rerun" && message)
        void this.#run(live, agentTask(task, message, []), answers).start("the hub was restarted; this runs again");
      else live.happen({ kind: "status", state: "TASK_STATE_FAILED", message: this.#said(task, interrupted), lost: true });
    }
    return kept.length;
  }

  /** Lets go of everything, because another hub may have taken it up. */
  abandon(): void {
    for (const { live, run } of this.#working.values()) {
      live.suspend();
      run.stop("another hub has taken this up");
    }
    this.#working.clear();
  }

  /** Stops everything this agent is doing; what it will run again stays as it is, the rest fails. */
  stop(): void {
    for (const { live, run } of this.#working.values()) {
      if (this.#input.agent.restart === "rerun") {
        live.suspend();
        run.stop(interrupted);
      } else run.end("TASK_STATE_FAILED", interrupted);
    }
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
    const { liveTasks: limit } = this.#input;
    if (this.#working.size >= limit) throw a2aErrors.TOO_MANY_TASKS({ agent: this.#name, limit });
    const references = message.referenceTaskIds?.length ? await this.#references(message.referenceTaskIds, call) : [];
    const id = newId("task", now);
    const pushConfigs = this.#push.first(id, configuration, call.version);
    const [life, effects] = begin(id, contextId, { ...message, taskId: id, contextId }, now);
    const of = { agent: this.#name, tenant: call.tenant, owner: call.principal.id, hub: this.#input.hub, createdAt: now };
    const live = this.#live(life, of, message, false);
    const task = agentTask(life.task, message, references);
    const run = this.#run(live, task, []);
    taken(live);
    live.created(effects, [live.record("task.started", { text: task.text.slice(0, 200) })], pushConfigs);
    void run.start();
    return live;
  }

  async #answer(message: Message, id: string, call: Call, taken: (live: LiveTask) => void): Promise<LiveTask> {
    const { task } = await this.#find(id, call);
    const { state } = task.status;
    if (message.contextId && message.contextId !== task.contextId)
      throw a2aErrors.REQUEST_MALFORMED({
        problem: `message.contextId: wanted "${task.contextId}", that of task "${id}"; got "${message.contextId}"`,
      });
    const working = this.#working.get(id);
    if (isTerminal(state)) throw hasEnded(id, state);
    if (!working) throw elsewhere(id);
    if (!working.run.asks)
      throw a2aErrors.UNSUPPORTED_OPERATION({
        problem: `task "${id}" is ${state} and asks nothing now; it takes a message when it is TASK_STATE_INPUT_REQUIRED`,
      });
    taken(working.live);
    working.run.answer({ ...message, contextId: task.contextId });
    return working.live;
  }

  // A task that the caller may see, as it is on disk.
  async #find(id: string, call: Call): Promise<{ readonly task: Task; readonly seq: number }> {
    const working = this.#working.get(id);
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

  #live(life: Life, of: TaskOwnership, message: Message | undefined, durable: boolean): LiveTask {
    const { writer, clock, buffer, sighted } = this.#input;
    const { id } = life.task;
    return new LiveTask(
      {
        writer,
        now: () => clock.now(),
        of,
        buffer,
        skill: named(message, "skill"),
        agreement: named(message, "agreement"),
        sighted,
        notify: (item, seq) => this.#push.notifications(id, item, seq),
        done: (error) => {
          if (error) {
            this.#input.log.error({ err: error, task: id }, "a task could not be kept; its agent is stopped");
            this.#working.get(id)?.run.stop("its task could not be kept");
          }
          this.#working.delete(id);
          this.#push.forget(id);
        },
      },
      life,
      durable,
    );
  }

  #run(live: LiveTask, task: AgentTask, answers: readonly Message[]): Run {
    const { agent, context, log, clock } = this.#input;
    const newMessageId = (): string => newId("msg", clock.now());
    const run = new Run({ agent, live, task, context, log, newMessageId, answers });
    this.#working.set(live.id, { live, run });
    return run;
  }

  // The context of an agent that answers without a task: it has nothing to publish to.
  #passing(call: Call): AgentContext {
    const noTask = a2aErrors.INVALID_AGENT_RESPONSE({ agent: this.#name, problem: "it asks a question without a task" });
    return {
      ...this.#input.context(call.signal),
      status: () => {},
      artifact: () => {},
      ask: () => Promise.reject(noTask),
    };
  }

  #said({ id, contextId }: Task, sentence: string): Message {
    return {
      messageId: newId("msg", this.#input.clock.now()),
      role: "ROLE_AGENT",
      parts: [textPart(sentence)],
      contextId,
      taskId: id,
    };
  }
}

function settled({ status }: Pick<Task, "status">): boolean {
  return isTerminal(status.state) || isInterrupted(status.state);
}

function hasEnded(task: string, state: string): Error {
  return a2aErrors.UNSUPPORTED_OPERATION({ problem: `task "${task}" has ended: it is ${state} and takes nothing more` });
}

function elsewhere(task: string): Error {
  return a2aErrors.UNSUPPORTED_OPERATION({ problem: `task "${task}" is in the hands of another hub of this store` });
}
