/**
 * A2A as routing needs it: sends a message with its chain in the metadata, tells the first sign of life, and reads the
 * end as an outcome.
 */
import { dataOf, dataPart, textOf, textPart } from "../a2a/parts.ts";
import type { Message, Task, TaskState } from "../a2a/protocol.ts";
import type { Registry } from "../a2a/registry.ts";
import type { Call } from "../a2a/service.ts";
import type { Clock } from "../base/clock.ts";
import { EntenteError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import type { Json } from "../base/json.ts";
import { operator } from "../base/principals.ts";
import { costOf, slaExtension } from "../base/sla-extension.ts";
import type { Principal } from "../base/tool.ts";
import { toMetadata } from "../routing/chain.ts";
import type { Outgoing, Send, SendOptions, SendResult } from "../routing/sending.ts";

/** What sending stands on. */
export interface RoutedSendingInput {
  readonly registry: Registry;
  readonly clock: Clock;
  /** How long an agent may take to notice that it was called off, ms. */
  readonly graceMs: number;
}

const outcomes: Readonly<Partial<Record<TaskState, SendResult["outcome"]>>> = {
  TASK_STATE_FAILED: "failed",
  TASK_STATE_REJECTED: "rejected",
  TASK_STATE_CANCELED: "lost",
};

/** The send function of a registry. */
export function routedSending(input: RoutedSendingInput): Send {
  return async (message, options) => {
    const { promise: left, resolve } = Promise.withResolvers<SendResult>();
    const leaving = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    // An agent that does not even hear that it is called off is left behind, and so are the calls that wait for it.
    const giveUp = (): void => {
      timer = setTimeout(() => {
        resolve(ended("lost", undefined, "it did not stop when it was called off"));
        leaving.abort();
      }, input.graceMs);
    };
    options.signal.addEventListener("abort", giveUp, { once: true });
    try {
      return await Promise.race([talk(input, message, options, leaving.signal), left]);
    } finally {
      options.signal.removeEventListener("abort", giveUp);
      clearTimeout(timer);
    }
  };
}

async function talk(
  { registry, clock }: RoutedSendingInput,
  message: Outgoing,
  { signal, deadlineAt, onTask, onFirstEvent }: SendOptions,
  leaving: AbortSignal,
): Promise<SendResult> {
  const call: Call = {
    principal: principalOf(message.from),
    extensions: [slaExtension],
    tenant: "",
    version: "1.0",
    signal: leaving,
    deadlineAt,
  };
  let taskId: string | undefined;
  try {
    const { service } = registry.get(message.agent);
    const cancel = (): void => {
      if (taskId) void service.cancelTask({ id: taskId }, call).catch(() => {}); // It may have ended meanwhile.
    };
    signal.addEventListener("abort", cancel, { once: true });
    try {
      for await (const event of service.sendStreamingMessage({ message: made(message, clock) }, call)) {
        if ("message" in event) {
          const { parts } = event.message;
          return ended("ok", {
            kind: "message",
            taskId: undefined,
            state: undefined,
            text: textOf(parts),
            data: plain(dataOf(parts)),
          });
        }
        if (taskId !== undefined) onFirstEvent();
        else if ("task" in event) {
          taskId = event.task.id;
          onTask(taskId);
          if (signal.aborted) cancel();
        }
      }
    } finally {
      signal.removeEventListener("abort", cancel);
    }
    if (taskId === undefined) return ended("lost", undefined, "it answered neither with a message nor with a task");
    return finished(await service.getTask({ id: taskId }, call));
  } catch (error) {
    const unreached = taskId === undefined && error instanceof EntenteError && notReached.has(error.code);
    return ended(unreached ? "unreached" : "lost", undefined, error instanceof Error ? error.message : String(error));
  }
}

// Of an error with one of these codes the agent never had the message.
const notReached = new Set(["AGENT_UNKNOWN"]);

function principalOf(from: string): Principal {
  if (from === operator.id) return operator;
  return { id: from, kind: from.startsWith("client:") ? "client" : "agent" };
}

function made({ text, data, contextId, travels }: Outgoing, clock: Clock): Message {
  const metadata: Message["metadata"] = JSON.parse(JSON.stringify(toMetadata(travels)));
  return {
    messageId: newId("msg", clock.now()),
    role: "ROLE_USER",
    parts: [...(text === "" ? [] : [textPart(text)]), ...(data === undefined ? [] : [dataPart(data)])],
    extensions: [slaExtension],
    ...(contextId ? { contextId } : {}),
    ...(metadata ? { metadata } : {}),
  };
}

function finished(task: Task): SendResult {
  const { state, message } = task.status;
  const said = textOf(message?.parts ?? []);
  const parts = (task.artifacts ?? []).flatMap((artifact) => artifact.parts);
  // A task that asks for more, or is not over, is an answer too: the caller goes on with it by its id.
  const outcome = outcomes[state] ?? "ok";
  const answer = { kind: "task" as const, taskId: task.id, state, text: textOf(parts) || said, data: plain(dataOf(parts)) };
  return { outcome, problem: outcome === "ok" ? undefined : said || `its task ended as ${state}`, answer, cost: costOf(task) };
}

function ended(outcome: SendResult["outcome"], answer: SendResult["answer"], problem?: string): SendResult {
  return { outcome, answer, problem, cost: undefined };
}

function plain(value: unknown): Json | undefined {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
