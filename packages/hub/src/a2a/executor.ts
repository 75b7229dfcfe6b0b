/**
 * Runs one of the hub's agents as an A2A executor: publishes the task, its statuses and its result, stops it on
 * cancel, and leaves a record of its beginning and end in the event log.
 */

import { Message as SdkMessage, Part as SdkPart, type TaskState as State, TaskState, taskStateToJSON } from "@a2a-js/sdk";
import { AgentEvent, type AgentExecutor, type ExecutionEventBus, type RequestContext } from "@a2a-js/sdk/server";
import type { Agent, AgentContext, AgentTask } from "../base/agent.ts";
import type { Clock } from "../base/clock.ts";
import { asEntenteError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import type { Logger } from "../base/logger.ts";
import type { ToolContext } from "../base/tool.ts";
import type { EventLog } from "../store/event-log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { dataOf, dataPart, textOf, textPart } from "./parts.ts";
import type { Message, Part } from "./protocol.ts";
import { ownerOf } from "./task-store.ts";

/** What an executor stands on. */
export interface ExecutorInput {
  readonly agent: Agent;
  readonly events: EventLog;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Logger;
  /** A tool context that acts as the agent. */
  readonly context: (signal: AbortSignal) => ToolContext;
  /** Answers a message at once, without a task (a bid for a call), or undefined to make it a task. */
  readonly reply: ((message: Message, ctx: AgentContext) => Promise<readonly Part[] | undefined>) | undefined;
}

/** The executor of one agent. */
export class HubExecutor implements AgentExecutor {
  readonly #input: ExecutorInput;
  readonly #running = new Map<string, AbortController>();

  constructor(input: ExecutorInput) {
    this.#input = input;
  }

  /** Stops everything this agent is doing. */
  stop(reason: string): void {
    for (const controller of this.#running.values()) controller.abort(new Error(reason));
  }

  cancelTask = async (taskId: string): Promise<void> => {
    this.#running.get(taskId)?.abort(new Error("the task was cancelled"));
  };

  execute = async (request: RequestContext, bus: ExecutionEventBus): Promise<void> => {
    const { agent, clock, events, metrics } = this.#input;
    const { taskId, contextId } = request;
    const userMessage = SdkMessage.toJSON(request.userMessage) as Message; // why: toJSON gives the ProtoJSON of a message
    const said = (parts: readonly Part[], more: object) =>
      SdkMessage.fromJSON({ messageId: newId("msg", clock.now()), role: "ROLE_AGENT", parts: [...parts], ...more } as never); // why: ProtoJSON
    const controller = new AbortController();
    const context: AgentContext = {
      ...this.#input.context(controller.signal),
      status: (sentence) => publish(TaskState.TASK_STATE_WORKING, [textPart(sentence)]),
    };
    const publish = (state: State, parts: readonly Part[]): void => {
      const message = parts.length > 0 ? said(parts, { contextId, taskId }) : undefined;
      bus.publish(
        AgentEvent.statusUpdate({
          taskId,
          contextId,
          status: { state, message, timestamp: new Date(clock.now()).toISOString() },
          metadata: undefined,
        }),
      );
    };
    this.#running.set(taskId, controller);
    let answer: readonly Part[] | undefined;
    try {
      answer = request.task ? undefined : await this.#input.reply?.(userMessage, context);
    } catch (thrown) {
      this.#running.delete(taskId);
      throw thrown;
    }
    if (answer) {
      this.#running.delete(taskId);
      bus.publish(AgentEvent.message(said(answer, { contextId })));
      bus.finished();
      return;
    }
    const record = (kind: string, data: Record<string, string>) =>
      events.record({
        kind,
        actor: agent.profile.name,
        subject: taskId,
        data: { agent: agent.profile.name, context: contextId, owner: ownerOf(request.context), ...data },
      });
    let ended: State = TaskState.TASK_STATE_COMPLETED;
    let outcome: readonly Part[] = [];
    try {
      const submitted = {
        state: TaskState.TASK_STATE_SUBMITTED,
        message: undefined,
        timestamp: new Date(clock.now()).toISOString(),
      };
      bus.publish(
        AgentEvent.task(
          request.task ?? {
            id: taskId,
            contextId,
            status: submitted,
            artifacts: [],
            history: [request.userMessage],
            metadata: undefined,
          },
        ),
      );
      await record("task.started", { text: textOf(userMessage.parts).slice(0, 200) });
      publish(TaskState.TASK_STATE_WORKING, []);
      const task: AgentTask = { id: taskId, contextId, text: textOf(userMessage.parts), data: dataOf(userMessage.parts) };
      const result = await agent.execute(task, context);
      const made = [textPart(result.text), ...(result.data === undefined ? [] : [dataPart(result.data)])];
      const parts = made.map((part) => SdkPart.fromJSON(part as never)); // why: ProtoJSON
      const artifact = { artifactId: "result", name: "result", description: "", parts, metadata: undefined, extensions: [] };
      bus.publish(
        AgentEvent.artifactUpdate({ taskId, contextId, artifact, append: false, lastChunk: true, metadata: undefined }),
      );
    } catch (thrown) {
      const error = asEntenteError(thrown);
      ended = controller.signal.aborted ? TaskState.TASK_STATE_CANCELED : TaskState.TASK_STATE_FAILED;
      outcome = [textPart(error.message), dataPart({ code: error.code })];
      if (error.code === "INTERNAL") this.#input.log.error({ err: error.cause, agent: agent.profile.name }, "an agent failed");
    } finally {
      this.#running.delete(taskId);
    }
    // The record first: whoever hears that a task ended can find it in the log.
    const state = taskStateToJSON(ended);
    await record("task.ended", { state, ...(outcome[0] ? { problem: textOf(outcome).slice(0, 500) } : {}) });
    metrics.agentTasks.inc({ agent: agent.profile.name, state });
    publish(ended, outcome);
    bus.finished();
  };
}
