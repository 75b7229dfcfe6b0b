/**
 * The objects of A2A 0.3 as its HTTP+JSON binding spells them: ProtoJSON of its own a2a.proto (package a2a.v1). Against 1.0 a
 * message has `content` in place of `parts`, files and data are wrapped, a cancelled task is spelled with two l, a status update
 * says whether it is the last, and configurations are named by path. What comes is only given the members of 1.0 here; it is
 * read, and refused by name, like everything else (request.ts).
 */
import { fieldsOf, flag, member, text, whole } from "../fields.ts";
import {
  type Artifact,
  isInterrupted,
  isTerminal,
  type Message,
  type Part,
  type SendMessageResponse,
  type StreamResponse,
  type Task,
  type TaskPushNotificationConfig,
  type TaskStatus,
} from "../protocol.ts";

type Members = Readonly<Record<string, unknown>>;
const mostHistory = 2 ** 31 - 1;

/** Parameters of SendMessage and SendStreamingMessage. */
export function newerSend(body: unknown): Members {
  const fields = fieldsOf(body ?? {}, "");
  const asked = member(fields, "configuration");
  return {
    message: newerMessage(member(fields, "message") ?? member(fields, "request"), "message"),
    metadata: member(fields, "metadata"),
    ...(asked === undefined ? {} : { configuration: newerConfiguration(asked) }),
  };
}

/** Parameters of CreateTaskPushNotificationConfig; the task stands in the path. */
export function newerPushConfig(body: unknown): Members {
  return newerPush(member(fieldsOf(body ?? {}, ""), "pushNotificationConfig"), "pushNotificationConfig");
}

/** A task. */
export function olderTask({ status, artifacts, history, ...task }: Task): object {
  return {
    ...task,
    status: olderStatus(status),
    ...(artifacts ? { artifacts: artifacts.map(olderArtifact) } : {}),
    ...(history ? { history: history.map(olderMessage) } : {}),
  };
}

/** An answer to SendMessage, or an item of a stream. */
export function olderItem(item: SendMessageResponse | StreamResponse): object {
  if ("task" in item) return { task: olderTask(item.task) };
  if ("message" in item) return { message: olderMessage(item.message) };
  if ("artifactUpdate" in item)
    return { artifactUpdate: { ...item.artifactUpdate, artifact: olderArtifact(item.artifactUpdate.artifact) } };
  const { status } = item.statusUpdate;
  const final = isTerminal(status.state) || isInterrupted(status.state);
  return { statusUpdate: { ...item.statusUpdate, status: olderStatus(status), final } };
}

/** A push configuration, named by its path. */
export function olderPushConfig({
  taskId = "",
  id = "",
  authentication,
  tenant: _,
  ...config
}: TaskPushNotificationConfig): object {
  const { scheme, ...credentials } = authentication ?? { scheme: "" };
  return {
    name: `tasks/${taskId}/pushNotificationConfigs/${id}`,
    pushNotificationConfig: {
      id,
      ...config,
      ...(authentication ? { authentication: { schemes: [scheme], ...credentials } } : {}),
    },
  };
}

function newerMessage(value: unknown, path: string): unknown {
  if (value === undefined) return undefined;
  const { values } = fieldsOf(value, path);
  const { content, ...rest } = values;
  return {
    ...rest,
    parts: Array.isArray(content) ? content.map((part, at) => newerPart(part, `${path}.content[${at}]`)) : content,
  };
}

function newerPart(value: unknown, path: string): unknown {
  const fields = fieldsOf(value, path);
  const { file: _, data: __, ...rest } = fields.values;
  const [file, data] = [member(fields, "file"), member(fields, "data")];
  if (data !== undefined) return { ...rest, data: member(fieldsOf(data, `${path}.data`), "data") };
  if (file === undefined) return rest;
  const of = fieldsOf(file, `${path}.file`);
  return {
    ...rest,
    url: text(of, "fileWithUri"),
    raw: text(of, "fileWithBytes"),
    mediaType: text(of, "mimeType"),
    filename: text(of, "name"),
  };
}

// Who sends a configuration and does not say `blocking` does not wait; who sends none does.
function newerConfiguration(value: unknown): Members {
  const fields = fieldsOf(value, "configuration");
  const push = member(fields, "pushNotification");
  const length = whole(fields, "historyLength", 0, mostHistory);
  return {
    acceptedOutputModes: member(fields, "acceptedOutputModes"),
    returnImmediately: !flag(fields, "blocking"),
    // 0 is what is not there.
    ...(length ? { historyLength: length } : {}),
    ...(push === undefined ? {} : { taskPushNotificationConfig: newerPush(push, "configuration.pushNotification") }),
  };
}

function newerPush(value: unknown, path: string): Members {
  const fields = fieldsOf(value, path);
  const { authentication: _, ...rest } = fields.values;
  const given = member(fields, "authentication");
  if (given === undefined) return rest;
  const authentication = fieldsOf(given, `${path}.authentication`);
  const schemes = member(authentication, "schemes");
  const [scheme] = Array.isArray(schemes) ? schemes : [];
  return { ...rest, authentication: { scheme, credentials: member(authentication, "credentials") } };
}

function olderMessage({ parts, ...message }: Message): object {
  return { ...message, content: parts.map(olderPart) };
}

function olderArtifact({ parts, ...artifact }: Artifact): object {
  return { ...artifact, parts: parts.map(olderPart) };
}

function olderStatus({ state, message, timestamp }: TaskStatus): object {
  return {
    state: state === "TASK_STATE_CANCELED" ? "TASK_STATE_CANCELLED" : state,
    ...(message ? { message: olderMessage(message) } : {}),
    timestamp,
  };
}

// Data is an object there; anything else goes as the `value` of one.
function olderPart({ text: words, raw, url, data, filename, mediaType, metadata }: Part): object {
  const about = metadata ? { metadata } : {};
  if (words !== undefined) return { text: words, ...about };
  if (data !== undefined) {
    const whole = typeof data === "object" && data !== null && !Array.isArray(data);
    return { data: { data: whole ? data : { value: data } }, ...about };
  }
  const file = url === undefined ? { fileWithBytes: raw } : { fileWithUri: url };
  return { file: { ...file, ...(mediaType ? { mimeType: mediaType } : {}), ...(filename ? { name: filename } : {}) }, ...about };
}
