/** Messages from inside the hub to its agents: the same way as from outside, below the wire. */
import { baseErrors } from "../base/errors.ts";
import { operator } from "../base/principals.ts";
import type { Principal } from "../base/tool.ts";
import type { JsonObject, Message, Part, Task } from "./protocol.ts";
import type { AgentService, Call } from "./service.ts";

/** What came of a message: an answer, or a task that ended or asks something. */
export type Reply =
  | { readonly kind: "message"; readonly parts: readonly Part[] }
  | { readonly kind: "task"; readonly task: Task };

/** What may go with a message. */
export interface SendOptions {
  readonly contextId?: string;
  /** The task whose question the message answers. */
  readonly taskId?: string;
  readonly extensions?: readonly string[];
  readonly metadata?: JsonObject;
  readonly signal?: AbortSignal;
  readonly onTask?: (id: string) => void;
}

const never = new AbortController().signal;

/**
 * Sends a message to an agent as `from` and waits for its answer, the end of its task or a question of it; an abort cancels
 * the task.
 */
export async function sendInside(
  service: AgentService,
  messageId: string,
  parts: readonly Part[],
  from: string,
  { contextId, taskId: answered, extensions = [], metadata, signal, onTask }: SendOptions,
): Promise<Reply> {
  const principal: Principal = from === operator.id ? operator : { id: from, kind: "agent" };
  const call: Call = { principal, extensions, tenant: "", version: "1.0", signal: never };
  const message: Message = {
    messageId,
    role: "ROLE_USER",
    parts,
    ...(contextId ? { contextId } : {}),
    ...(answered ? { taskId: answered } : {}),
    ...(extensions.length > 0 ? { extensions } : {}),
    ...(metadata ? { metadata } : {}),
  };
  let taskId: string | undefined;
  const cancel = (): void => {
    if (taskId) void service.cancelTask({ id: taskId }, call).catch(() => {}); // It may have ended meanwhile.
  };
  signal?.addEventListener("abort", cancel);
  try {
    for await (const event of service.sendStreamingMessage({ message }, call)) {
      if ("message" in event) return { kind: "message", parts: event.message.parts };
      if ("task" in event && taskId === undefined) {
        taskId = event.task.id;
        onTask?.(taskId);
        if (signal?.aborted) cancel();
      }
    }
  } finally {
    signal?.removeEventListener("abort", cancel);
  }
  if (taskId === undefined) throw baseErrors.INTERNAL({ message: "an agent answered neither with a message nor with a task" });
  return { kind: "task", task: await service.getTask({ id: taskId }, call) };
}
