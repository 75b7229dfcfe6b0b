/**
 * The seam of A2A: an agent as the eleven operations of A2A 1.0 on ProtoJSON objects. Bindings (JSON-RPC, HTTP+JSON, gRPC,
 * pipes) speak to it and to nothing below it; the engine implements it for agents of this hub, and a proxy may for others.
 *
 * Implementations trust their parameters: a binding parses what came with `readRequest` (request.ts) first.
 */
import type { Principal } from "../base/tool.ts";
import type {
  AgentCardJson,
  CancelTaskRequest,
  GetExtendedAgentCardRequest,
  GetTaskRequest,
  ListPushConfigsRequest,
  ListPushConfigsResponse,
  ListTasksRequest,
  ListTasksResponse,
  PushConfigRequest,
  SendMessageRequest,
  SendMessageResponse,
  StreamResponse,
  SubscribeToTaskRequest,
  Task,
  TaskPushNotificationConfig,
} from "./protocol.ts";

/** Who calls, and how: what travels beside the parameters. */
export interface Call {
  readonly principal: Principal;
  /** URIs of the extensions that the caller understands (`A2A-Extensions`). */
  readonly extensions: readonly string[];
  /** Tenant of the agent; empty where there is none. */
  readonly tenant: string;
  /** Protocol version of the caller, `1.0` or `0.3`. */
  readonly version: string;
  /** Aborted when the caller is gone. That ends a wait or a stream, never a task. */
  readonly signal: AbortSignal;
  /** Until when the caller waits, ms of the hub's clock. */
  readonly deadlineAt?: number | undefined;
  /** SubscribeToTask: number of the last event the caller has; it gets what came after in place of the task. */
  readonly after?: number | undefined;
}

/**
 * An agent, reachable. Every method throws the errors of errors.ts; a stream throws at its first item what the operation
 * would throw. An unknown task and a task of somebody else are told apart by nothing.
 */
export interface AgentService {
  sendMessage(params: SendMessageRequest, call: Call): Promise<SendMessageResponse>;
  sendStreamingMessage(params: SendMessageRequest, call: Call): AsyncIterable<StreamResponse>;
  getTask(params: GetTaskRequest, call: Call): Promise<Task>;
  listTasks(params: ListTasksRequest, call: Call): Promise<ListTasksResponse>;
  cancelTask(params: CancelTaskRequest, call: Call): Promise<Task>;
  subscribeToTask(params: SubscribeToTaskRequest, call: Call): AsyncIterable<StreamResponse>;
  createTaskPushNotificationConfig(params: TaskPushNotificationConfig, call: Call): Promise<TaskPushNotificationConfig>;
  getTaskPushNotificationConfig(params: PushConfigRequest, call: Call): Promise<TaskPushNotificationConfig>;
  listTaskPushNotificationConfigs(params: ListPushConfigsRequest, call: Call): Promise<ListPushConfigsResponse>;
  deleteTaskPushNotificationConfig(params: PushConfigRequest, call: Call): Promise<void>;
  getExtendedAgentCard(params: GetExtendedAgentCardRequest, call: Call): Promise<AgentCardJson>;
}

/** The operations by their name in the protocol, with the method of AgentService that does each. */
export const operations = {
  SendMessage: { method: "sendMessage", streams: false },
  SendStreamingMessage: { method: "sendStreamingMessage", streams: true },
  GetTask: { method: "getTask", streams: false },
  ListTasks: { method: "listTasks", streams: false },
  CancelTask: { method: "cancelTask", streams: false },
  SubscribeToTask: { method: "subscribeToTask", streams: true },
  CreateTaskPushNotificationConfig: { method: "createTaskPushNotificationConfig", streams: false },
  GetTaskPushNotificationConfig: { method: "getTaskPushNotificationConfig", streams: false },
  ListTaskPushNotificationConfigs: { method: "listTaskPushNotificationConfigs", streams: false },
  DeleteTaskPushNotificationConfig: { method: "deleteTaskPushNotificationConfig", streams: false },
  GetExtendedAgentCard: { method: "getExtendedAgentCard", streams: false },
} as const satisfies Record<string, { method: keyof AgentService; streams: boolean }>;

/** The name of an operation. */
export type OperationName = keyof typeof operations;

/** The operations that answer with a stream. */
export type StreamingName = "SendStreamingMessage" | "SubscribeToTask";

/** Whether a text names an operation. */
export function isOperation(name: string): name is OperationName {
  return Object.hasOwn(operations, name);
}

/** Whether an operation answers with a stream. */
export function isStreaming(name: OperationName): name is StreamingName {
  return operations[name].streams;
}
