/** One run of an agent on a task: gives it its context, tells the task what it reports, and stops it when it is cancelled. */
import { type Agent, type AgentContext, type AgentTask, type Answer, type ArtifactPiece, agentErrors } from "../../base/agent.ts";
import { asEntenteError } from "../../base/errors.ts";
import type { Json } from "../../base/json.ts";
import type { Logger } from "../../base/logger.ts";
import { slaExtension } from "../../base/sla-extension.ts";
import type { ToolContext } from "../../base/tool.ts";
import { a2aErrors } from "../errors.ts";
import { dataOf, dataPart, textOf, textPart } from "../parts.ts";
import type { Message, Part, TaskState } from "../protocol.ts";
import type { LiveTask } from "./live-task.ts";

/** What a run stands on. */
export interface RunInput {
  readonly agent: Agent;
  readonly live: LiveTask;
  readonly task: AgentTask;
  /** A tool context that acts as the agent. */
  readonly context: (signal: AbortSignal) => ToolContext;
  readonly log: Logger;
  readonly newMessageId: () => string;
  /** What the client answered in an earlier run of the same task, in order. */
  readonly answers: readonly Message[];
  /** How long the task may take from when it was made, ms. */
  readonly limitMs: number | undefined;
  readonly now: () => number;
}

const longestTimerMs = 2 ** 31 - 1;

/** A running agent. */
export class Run {
  readonly #input: RunInput;
  readonly #controller = new AbortController();
  readonly #answers: Message[];
  readonly #begun = new Set<string>();
  #question: PromiseWithResolvers<Message> | undefined;
  #asking: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(input: RunInput) {
    this.#input = input;
    this.#answers = [...input.answers];
  }

  /** Starts the agent; the task hears how it ends. */
  async start(greeting?: string): Promise<void> {
    const { agent, live, task, limitMs } = this.#input;
    const deadlineAt = limitMs === undefined ? undefined : live.of.createdAt + limitMs;
    const context: AgentContext = {
      ...this.#input.context(this.#controller.signal),
      deadlineAt,
      status: (sentence) => this.#status("TASK_STATE_WORKING", [textPart(sentence)]),
      artifact: (piece) => this.#artifact(piece),
      ask: (question, data) => this.#ask(question, data),
    };
    this.#status("TASK_STATE_WORKING", greeting ? [textPart(greeting)] : []);
    if (deadlineAt !== undefined) this.#await(deadlineAt);
    try {
      const { text, data, cost } = await agent.execute(task, context);
      const parts = [textPart(text), ...(data === undefined ? [] : [dataPart(data)])];
      live.happen({
        kind: "artifact",
        artifact: {
          artifactId: "result",
          name: "result",
          parts,
          ...(cost === undefined ? {} : { metadata: { [slaExtension]: { cost } } }),
        },
        append: false,
        lastChunk: true,
      });
      live.happen({ kind: "status", state: "TASK_STATE_COMPLETED" }, cost);
    } catch (thrown) {
      this.#failed(thrown);
    } finally {
      clearTimeout(this.#timer);
    }
  }

  /** Whether the agent waits for an answer. */
  get asks(): boolean {
    return this.#question !== undefined;
  }

  /** Hands the client's answer to the agent that asks. */
  answer(message: Message): void {
    this.#input.live.happen({ kind: "answer", message });
    this.#question?.resolve(message);
    this.#question = undefined;
  }

  /** Ends the task in this state, and stops the agent. Nothing happens when it ended before. */
  end(state: TaskState, reason: string): void {
    this.#status(state, [textPart(reason)]);
    this.stop(reason);
  }

  /** Stops the agent. */
  stop(reason: string | Error): void {
    clearTimeout(this.#timer);
    this.#controller.abort(reason instanceof Error ? reason : new Error(reason));
    this.#question?.reject(this.#controller.signal.reason);
    this.#question = undefined;
  }

  // A timer of Node's holds at most some 24 days.
  #await(deadlineAt: number): void {
    const leftMs = Math.max(0, deadlineAt - this.#input.now());
    this.#timer = setTimeout(
      () => (leftMs > longestTimerMs ? this.#await(deadlineAt) : this.#overdue()),
      Math.min(leftMs, longestTimerMs),
    );
    this.#timer.unref();
  }

  #overdue(): void {
    const error = agentErrors.TASK_OVERDUE({ limitMs: this.#input.limitMs ?? 0 });
    this.#status("TASK_STATE_FAILED", [textPart(error.message), dataPart({ code: error.code })]);
    this.stop(error);
  }

  #failed(thrown: unknown): void {
    const error = asEntenteError(thrown);
    const { agent, log } = this.#input;
    const { aborted, reason } = this.#controller.signal;
    if (aborted) this.#status("TASK_STATE_CANCELED", [textPart(String(reason.message))]);
    if (error.code === "TASK_REJECTED") this.#status("TASK_STATE_REJECTED", [textPart(error.message)]);
    if (error.code === "INTERNAL" && !aborted) log.error({ err: error.cause, agent: agent.profile.name }, "an agent failed");
    this.#status("TASK_STATE_FAILED", [textPart(error.message), dataPart({ code: error.code })]);
  }

  #status(state: TaskState, parts: readonly Part[]): void {
    this.#input.live.happen({ kind: "status", state, message: parts.length > 0 ? this.#message(parts) : undefined });
  }

  #message(parts: readonly Part[]): Message {
    const { live, newMessageId } = this.#input;
    return { messageId: newMessageId(), role: "ROLE_AGENT", parts, contextId: live.task.contextId, taskId: live.id };
  }

  #artifact({ id, name, description, content, last = false }: ArtifactPiece): void {
    const { agent, live } = this.#input;
    if (content.length === 0)
      throw a2aErrors.INVALID_AGENT_RESPONSE({
        agent: agent.profile.name,
        problem: `a piece of artifact "${id}" has no content`,
      });
    // The first piece of a run replaces what an earlier run of the task left.
    const append = this.#begun.has(id);
    this.#begun.add(id);
    const artifact = { artifactId: id, ...(name ? { name } : {}), ...(description ? { description } : {}), parts: content };
    live.happen({ kind: "artifact", artifact, append, lastChunk: last });
  }

  // One question at a time: a second one waits for the answer to the first.
  #ask(question: string, data?: Json): Promise<Answer> {
    const asked = this.#asking.then(async () => {
      const known = this.#answers.shift();
      return answerOf(known ?? (await this.#answerTo(question, data)));
    });
    this.#asking = asked.catch(() => {}); // Who asked hears of it.
    return asked;
  }

  #answerTo(question: string, data?: Json): Promise<Message> {
    this.#controller.signal.throwIfAborted();
    this.#question = Promise.withResolvers<Message>();
    this.#status("TASK_STATE_INPUT_REQUIRED", [textPart(question), ...(data === undefined ? [] : [dataPart(data)])]);
    return this.#question.promise;
  }
}

function answerOf({ parts }: Message): Answer {
  return { text: textOf(parts), data: dataOf(parts), content: parts };
}
