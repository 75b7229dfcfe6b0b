/**
 * Following tasks by `subscriptions/listen` (2026-07-28). The SDK answers such requests by itself, knows nothing of `taskIds`, and ends a
 * subscription at once that asks for nothing it knows. So a request that names tasks is handed to it without them, and with the
 * name of a resource that never changes, which keeps the subscription open; its acknowledgement gets the tasks back, and their
 * states go out beside whatever the SDK sends.
 */
import {
  type JSONRPCMessage,
  type JSONRPCNotification,
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  type RequestId,
  SUBSCRIPTION_ID_META_KEY,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Task } from "../../base/task.ts";
import { detailed, requireTasks } from "./modern-tasks.ts";
import type { TaskDesk } from "./task-desk.ts";

const keptOpen = "entente:tasks";
// Each is looked at now and then; a client that names more gets the first of them.
const mostTasks = 100;

const listenRequest = z.looseObject({
  jsonrpc: z.literal("2.0"),
  id: z.union([z.string(), z.int()]),
  method: z.literal("subscriptions/listen"),
  params: z.looseObject({
    _meta: z.looseObject({}),
    notifications: z.looseObject({ taskIds: z.unknown(), resourceSubscriptions: z.array(z.string()).optional() }),
  }),
});

/** A request that names tasks. */
export interface TaskListening {
  readonly id: RequestId;
  /** Those that will be followed: known ones, each once. */
  readonly taskIds: readonly string[];
  /** The request as the SDK understands it. */
  readonly forwarded: JSONRPCMessage;
}

/**
 * What `message` asks for, where it asks to follow tasks. Throws ProtocolError: -32021 when its client does not declare the extension, -32602
 * when `taskIds` are not ids.
 */
export async function taskListening(message: unknown, desk: TaskDesk): Promise<TaskListening | undefined> {
  const parsed = listenRequest.safeParse(message);
  if (!parsed.success || parsed.data.params.notifications.taskIds === undefined) return undefined;
  const { params, ...request } = parsed.data;
  requireTasks(params._meta);
  const { taskIds: named, resourceSubscriptions = [], ...others } = params.notifications;
  const ids = z.array(z.string()).safeParse(named);
  if (!ids.success) throw new ProtocolError(ProtocolErrorCode.InvalidParams, "taskIds wants a list of task ids");
  const taskIds = await desk.known(ids.data.slice(0, mostTasks));
  const resources = taskIds.length > 0 ? [...resourceSubscriptions, keptOpen] : resourceSubscriptions;
  const notifications = { ...others, ...(resources.length > 0 ? { resourceSubscriptions: resources } : {}) };
  return { id: request.id, taskIds, forwarded: { ...request, params: { ...params, notifications } } };
}

const acknowledgement = z.looseObject({
  method: z.literal("notifications/subscriptions/acknowledged"),
  params: z.looseObject({
    _meta: z.looseObject({ [SUBSCRIPTION_ID_META_KEY]: z.union([z.string(), z.int()]) }),
    notifications: z.looseObject({ resourceSubscriptions: z.array(z.string()).optional() }),
  }),
});

/** The id of the subscription that a message acknowledges. */
export function acknowledgedBy(message: unknown): RequestId | undefined {
  const parsed = acknowledgement.safeParse(message);
  return parsed.success ? parsed.data.params._meta[SUBSCRIPTION_ID_META_KEY] : undefined;
}

/** The SDK's acknowledgement with the tasks that are followed in it. */
export function acknowledged(message: unknown, taskIds: readonly string[]): JSONRPCNotification {
  const { params, ...notification } = acknowledgement.parse(message);
  const { resourceSubscriptions = [], ...others } = params.notifications;
  const resources = resourceSubscriptions.filter((uri) => uri !== keptOpen);
  const notifications = { ...others, ...(resources.length > 0 ? { resourceSubscriptions: resources } : {}), taskIds };
  return { ...notification, jsonrpc: "2.0", params: { ...params, notifications } };
}

/** Sends how the tasks stand, now and whenever that changes, until the signal ends it. */
export function sendTasks(
  { id, taskIds }: TaskListening,
  desk: TaskDesk,
  signal: AbortSignal,
  send: (notice: JSONRPCNotification) => void,
): void {
  const tell = async (task: Task): Promise<void> => {
    const params = { ...(await detailed(task)), _meta: { [SUBSCRIPTION_ID_META_KEY]: id } };
    if (!signal.aborted) send({ jsonrpc: "2.0", method: "notifications/tasks", params });
  };
  // What cannot be told can be asked for by tasks/get, as it must be anyway.
  for (const taskId of taskIds) void desk.follow(taskId, signal, (task) => void tell(task).catch(() => {})).catch(() => {});
}

/** The answer to a request that was refused. */
export function refusal(id: RequestId, error: ProtocolError): JSONRPCMessage {
  const { code, message, data } = error;
  return { jsonrpc: "2.0", id, error: { code, message, ...(data === undefined ? {} : { data }) } };
}

/** The HTTP status of a refusal. */
export function statusOf(error: ProtocolError): number {
  return error instanceof MissingRequiredClientCapabilityError ? 400 : 200;
}
