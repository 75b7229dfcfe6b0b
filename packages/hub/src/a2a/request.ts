/** Reading the parameters of each operation at the border: what comes back is trusted by everything behind it. */
import { carriedText } from "../base/sla-extension.ts";
import { a2aErrors } from "./errors.ts";
import {
  at,
  type Fields,
  fieldsOf,
  flag,
  freeJson,
  freeObject,
  listOf,
  member,
  oneOf,
  requiredText,
  text,
  texts,
  wanted,
  whole,
} from "./fields.ts";
import {
  type AuthenticationInfo,
  type CancelTaskRequest,
  type GetExtendedAgentCardRequest,
  type GetTaskRequest,
  type JsonObject,
  type ListPushConfigsRequest,
  type ListTasksRequest,
  type Message,
  type Part,
  type PushConfigRequest,
  roles,
  type SendMessageConfiguration,
  type SendMessageRequest,
  type SubscribeToTaskRequest,
  type TaskPushNotificationConfig,
  taskStates,
} from "./protocol.ts";
import type { OperationName } from "./service.ts";

const largestPage = 100;
const longestId = 256;
const longestInt = 2 ** 31 - 1;

/** The parameters of each operation. */
export interface Requests {
  readonly SendMessage: SendMessageRequest;
  readonly SendStreamingMessage: SendMessageRequest;
  readonly GetTask: GetTaskRequest;
  readonly ListTasks: ListTasksRequest;
  readonly CancelTask: CancelTaskRequest;
  readonly SubscribeToTask: SubscribeToTaskRequest;
  readonly CreateTaskPushNotificationConfig: TaskPushNotificationConfig;
  readonly GetTaskPushNotificationConfig: PushConfigRequest;
  readonly ListTaskPushNotificationConfigs: ListPushConfigsRequest;
  readonly DeleteTaskPushNotificationConfig: PushConfigRequest;
  readonly GetExtendedAgentCard: GetExtendedAgentCardRequest;
}

const readers: { readonly [O in OperationName]: (fields: Fields) => Requests[O] } = {
  SendMessage: sendMessage,
  SendStreamingMessage: sendMessage,
  GetTask: (fields) => ({
    ...tenant(fields),
    id: idOf(fields, "id"),
    ...maybe("historyLength", whole(fields, "historyLength", 0, longestInt)),
  }),
  ListTasks: listTasks,
  CancelTask: (fields) => ({ ...tenant(fields), id: idOf(fields, "id"), ...maybe("metadata", freeObject(fields, "metadata")) }),
  SubscribeToTask: (fields) => ({ ...tenant(fields), id: idOf(fields, "id") }),
  CreateTaskPushNotificationConfig: (fields) => ({ ...pushConfig(fields), taskId: idOf(fields, "taskId") }),
  GetTaskPushNotificationConfig: pushConfigName,
  ListTaskPushNotificationConfigs: (fields) => ({
    ...tenant(fields),
    taskId: idOf(fields, "taskId"),
    ...maybe("pageSize", whole(fields, "pageSize", 0, longestInt)),
    ...maybe("pageToken", text(fields, "pageToken")),
  }),
  DeleteTaskPushNotificationConfig: pushConfigName,
  GetExtendedAgentCard: tenant,
};

/** Reads the parameters of `operation` as they came. Throws REQUEST_MALFORMED, naming the field. */
export function readRequest<O extends OperationName>(operation: O, params: unknown): Requests[O] {
  return readers[operation](fieldsOf(params ?? {}, ""));
}

function sendMessage(fields: Fields): SendMessageRequest {
  const configuration = member(fields, "configuration");
  return {
    ...tenant(fields),
    message: readMessage(member(fields, "message"), at(fields, "message")),
    ...(configuration === undefined
      ? {}
      : { configuration: sendConfiguration(fieldsOf(configuration, at(fields, "configuration"))) }),
    ...maybe("metadata", freeObject(fields, "metadata")),
  };
}

function sendConfiguration(fields: Fields): SendMessageConfiguration {
  const push = member(fields, "taskPushNotificationConfig");
  return {
    ...maybe("acceptedOutputModes", texts(fields, "acceptedOutputModes")),
    ...(push === undefined
      ? {}
      : { taskPushNotificationConfig: pushConfig(fieldsOf(push, at(fields, "taskPushNotificationConfig"))) }),
    ...maybe("historyLength", whole(fields, "historyLength", 0, longestInt)),
    ...maybe("returnImmediately", flag(fields, "returnImmediately")),
  };
}

/** Reads a message. Throws REQUEST_MALFORMED. */
export function readMessage(value: unknown, path: string): Message {
  const fields = fieldsOf(value, path);
  const parts = listOf(fields, "parts", readPart) ?? [];
  if (parts.length === 0) throw wanted(at(fields, "parts"), "at least one part", member(fields, "parts"));
  const metadata = freeObject(fields, "metadata");
  checkCarried(metadata, at(fields, "metadata"));
  return {
    messageId: idOf(fields, "messageId"),
    ...maybe("contextId", idIn(fields, "contextId")),
    ...maybe("taskId", idIn(fields, "taskId")),
    role: oneOf(fields, "role", roles) ?? "ROLE_USER",
    parts,
    ...maybe("metadata", metadata),
    ...maybe("extensions", texts(fields, "extensions")),
    ...maybe("referenceTaskIds", texts(fields, "referenceTaskIds")),
  };
}

function readPart(value: unknown, path: string): Part {
  const fields = fieldsOf(value, path);
  const data = "data" in fields.values ? fields.values.data : undefined;
  const content: Part = {
    ...maybe("text", text(fields, "text")),
    ...maybe("raw", text(fields, "raw")),
    ...maybe("url", text(fields, "url")),
    ...(data === undefined ? {} : { data: freeJson(data, at(fields, "data")) }),
  };
  if (Object.keys(content).length !== 1)
    throw wanted(path, "exactly one of text, raw, url and data", Object.keys(content).join(" and ") || undefined);
  if (content.raw !== undefined && !/^[A-Za-z0-9+/_-]*={0,2}$/.test(content.raw))
    throw wanted(at(fields, "raw"), "base64", content.raw);
  return {
    ...content,
    ...maybe("metadata", freeObject(fields, "metadata")),
    ...maybe("filename", text(fields, "filename")),
    ...maybe("mediaType", text(fields, "mediaType")),
  };
}

function listTasks(fields: Fields): ListTasksRequest {
  const after = text(fields, "statusTimestampAfter");
  if (after !== undefined && Number.isNaN(Date.parse(after)))
    throw wanted(at(fields, "statusTimestampAfter"), "an ISO 8601 time", after);
  return {
    ...tenant(fields),
    ...maybe("contextId", idIn(fields, "contextId")),
    ...maybe("status", oneOf(fields, "status", taskStates)),
    ...maybe("pageSize", whole(fields, "pageSize", 1, largestPage)),
    ...maybe("pageToken", text(fields, "pageToken") || undefined),
    ...maybe("historyLength", whole(fields, "historyLength", 0, longestInt)),
    ...maybe("statusTimestampAfter", after),
    ...maybe("includeArtifacts", flag(fields, "includeArtifacts")),
  };
}

function pushConfig(fields: Fields): TaskPushNotificationConfig {
  const authentication = member(fields, "authentication");
  return {
    ...tenant(fields),
    ...maybe("id", idIn(fields, "id")),
    ...maybe("taskId", idIn(fields, "taskId")),
    url: requiredText(fields, "url"),
    ...maybe("token", text(fields, "token") || undefined),
    ...(authentication === undefined
      ? {}
      : { authentication: readAuthentication(fieldsOf(authentication, at(fields, "authentication"))) }),
  };
}

function readAuthentication(fields: Fields): AuthenticationInfo {
  const scheme = requiredText(fields, "scheme");
  // It becomes the first word of a header.
  if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(scheme)) throw wanted(at(fields, "scheme"), "an HTTP authentication scheme", scheme);
  const credentials = text(fields, "credentials");
  if (credentials !== undefined && !/^[\x20-\x7e]*$/.test(credentials))
    throw a2aErrors.REQUEST_MALFORMED({ problem: `${at(fields, "credentials")}: wanted printable ASCII` });
  return { scheme, ...maybe("credentials", credentials) };
}

function pushConfigName(fields: Fields): PushConfigRequest {
  return { ...tenant(fields), taskId: idOf(fields, "taskId"), id: idOf(fields, "id") };
}

function tenant(fields: Fields): { readonly tenant?: string } {
  return maybe("tenant", idIn(fields, "tenant"));
}

function idOf(fields: Fields, name: string): string {
  const id = requiredText(fields, name);
  if (id.length > longestId) throw wanted(at(fields, name), `at most ${longestId} characters`, id);
  return storable(id, at(fields, name));
}

// PostgreSQL keeps no NUL in a text column, and a task that cannot be kept is found out only when it is written.
function storable(value: string, path: string): string {
  if (value.includes("\0")) throw wanted(path, "a string without NUL", value);
  return value;
}

// Texts of the metadata that get columns of their own.
function checkCarried(metadata: JsonObject | undefined, path: string): void {
  for (const name of ["skill", "agreement"] as const) storable(carriedText(metadata, name) ?? "", `${path}.${name}`);
}

// An id that may be left out; "" means that too.
function idIn(fields: Fields, name: string): string | undefined {
  return text(fields, name) ? idOf(fields, name) : undefined;
}

function maybe<K extends string, V>(name: K, value: V | undefined): { readonly [N in K]?: V } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [N in K]?: V }; // why: TypeScript widens a computed member
}
