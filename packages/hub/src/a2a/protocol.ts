/**
 * The objects of A2A 1.0 as ProtoJSON spells them (specification/a2a.proto, package lf.a2a.v1): what stands on the wire of
 * the JSON bindings, in the store and between the parts of this hub. Members with their default value may be left out.
 */
import type { Content } from "../base/content.ts";
import type { Json } from "../base/json.ts";

/** A free-form object, as `metadata` is. */
export type JsonObject = { readonly [key: string]: Json | undefined };

/** Where a task stands. */
export const taskStates = [
  "TASK_STATE_SUBMITTED",
  "TASK_STATE_WORKING",
  "TASK_STATE_COMPLETED",
  "TASK_STATE_FAILED",
  "TASK_STATE_CANCELED",
  "TASK_STATE_INPUT_REQUIRED",
  "TASK_STATE_REJECTED",
  "TASK_STATE_AUTH_REQUIRED",
] as const;
export type TaskState = (typeof taskStates)[number];

/** Whether nothing more can happen to a task in this state. */
export function isTerminal(state: TaskState): boolean {
  return (
    state === "TASK_STATE_COMPLETED" ||
    state === "TASK_STATE_FAILED" ||
    state === "TASK_STATE_CANCELED" ||
    state === "TASK_STATE_REJECTED"
  );
}

/** Whether a task in this state waits for its client. */
export function isInterrupted(state: TaskState): boolean {
  return state === "TASK_STATE_INPUT_REQUIRED" || state === "TASK_STATE_AUTH_REQUIRED";
}

/** A piece of content. */
export type Part = Content;

/** Who speaks. */
export const roles = ["ROLE_USER", "ROLE_AGENT"] as const;
export type Role = (typeof roles)[number];

export interface Message {
  readonly messageId: string;
  readonly contextId?: string;
  readonly taskId?: string;
  readonly role: Role;
  readonly parts: readonly Part[];
  readonly metadata?: JsonObject;
  readonly extensions?: readonly string[];
  readonly referenceTaskIds?: readonly string[];
}

export interface Artifact {
  readonly artifactId: string;
  readonly name?: string;
  readonly description?: string;
  readonly parts: readonly Part[];
  readonly metadata?: JsonObject;
  readonly extensions?: readonly string[];
}

/** `timestamp` is ISO 8601 in UTC with milliseconds. */
export interface TaskStatus {
  readonly state: TaskState;
  readonly message?: Message;
  readonly timestamp: string;
}

export interface Task {
  readonly id: string;
  readonly contextId: string;
  readonly status: TaskStatus;
  readonly artifacts?: readonly Artifact[];
  readonly history?: readonly Message[];
  readonly metadata?: JsonObject;
}

export interface TaskStatusUpdateEvent {
  readonly taskId: string;
  readonly contextId: string;
  readonly status: TaskStatus;
  readonly metadata?: JsonObject;
}

/** With `append` the parts go to the end of the artifact of that id; `lastChunk` says that it is whole. */
export interface TaskArtifactUpdateEvent {
  readonly taskId: string;
  readonly contextId: string;
  readonly artifact: Artifact;
  readonly append?: boolean;
  readonly lastChunk?: boolean;
  readonly metadata?: JsonObject;
}

/** What happens to a task after it was made. */
export type TaskEvent = { readonly statusUpdate: TaskStatusUpdateEvent } | { readonly artifactUpdate: TaskArtifactUpdateEvent };

/** One item of a stream, and the body of a push notification: exactly one member. */
export type StreamResponse = { readonly task: Task } | { readonly message: Message } | TaskEvent;

/** The answer to SendMessage. */
export type SendMessageResponse = { readonly task: Task } | { readonly message: Message };

/** Every request may name a tenant. */
interface Tenanted {
  readonly tenant?: string;
}

export interface AuthenticationInfo {
  readonly scheme: string;
  readonly credentials?: string;
}

/** Where a task's events are posted to. */
export interface TaskPushNotificationConfig extends Tenanted {
  readonly id?: string;
  readonly taskId?: string;
  readonly url: string;
  readonly token?: string;
  readonly authentication?: AuthenticationInfo;
}

export interface SendMessageConfiguration {
  readonly acceptedOutputModes?: readonly string[];
  readonly taskPushNotificationConfig?: TaskPushNotificationConfig;
  /** Most messages of history wanted back; 0 for none. */
  readonly historyLength?: number;
  readonly returnImmediately?: boolean;
}

export interface SendMessageRequest extends Tenanted {
  readonly message: Message;
  readonly configuration?: SendMessageConfiguration;
  readonly metadata?: JsonObject;
}

export interface GetTaskRequest extends Tenanted {
  readonly id: string;
  readonly historyLength?: number;
}

/** `statusTimestampAfter` is ISO 8601; tasks whose status is of that time or later are meant. */
export interface ListTasksRequest extends Tenanted {
  readonly contextId?: string;
  readonly status?: TaskState;
  readonly pageSize?: number;
  readonly pageToken?: string;
  readonly historyLength?: number;
  readonly statusTimestampAfter?: string;
  readonly includeArtifacts?: boolean;
}

/** `nextPageToken` is empty on the last page. */
export interface ListTasksResponse {
  readonly tasks: readonly Task[];
  readonly nextPageToken: string;
  readonly pageSize: number;
  readonly totalSize: number;
}

export interface CancelTaskRequest extends Tenanted {
  readonly id: string;
  readonly metadata?: JsonObject;
}

export interface SubscribeToTaskRequest extends Tenanted {
  readonly id: string;
}

/** Names one push configuration of a task. */
export interface PushConfigRequest extends Tenanted {
  readonly taskId: string;
  readonly id: string;
}

export interface ListPushConfigsRequest extends Tenanted {
  readonly taskId: string;
  readonly pageSize?: number;
  readonly pageToken?: string;
}

export interface ListPushConfigsResponse {
  readonly configs: readonly TaskPushNotificationConfig[];
  readonly nextPageToken: string;
}

export interface GetExtendedAgentCardRequest extends Tenanted {}

/** An agent card as JSON; cards.ts makes and signs them. */
export type AgentCardJson = JsonObject;
