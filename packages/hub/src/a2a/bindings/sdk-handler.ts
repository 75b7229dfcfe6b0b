/**
 * An AgentService in the shape of the official SDK's request handler, for the SDK's converters of protocol 0.3: its objects
 * are decoded ts-proto messages where ours are ProtoJSON.
 */
import * as sdk from "@a2a-js/sdk";
import {
  A2AError,
  ContentTypeNotSupportedError,
  ExtensionSupportRequiredError,
  InvalidAgentResponseError,
  PushNotificationNotSupportedError,
  RequestMalformedError,
  TaskNotCancelableError,
  TaskNotFoundError,
  UnsupportedOperationError,
  VersionNotSupportedError,
} from "@a2a-js/sdk/errors";
import type { A2ARequestHandler } from "@a2a-js/sdk/server";
import { wireError } from "../errors.ts";
import type { SendMessageResponse, StreamResponse } from "../protocol.ts";
import { readRequest } from "../request.ts";
import type { AgentService, Call } from "../service.ts";

const classes: Readonly<Record<string, new (message: string) => A2AError>> = {
  TASK_NOT_FOUND: TaskNotFoundError,
  TASK_NOT_CANCELABLE: TaskNotCancelableError,
  PUSH_NOTIFICATION_NOT_SUPPORTED: PushNotificationNotSupportedError,
  UNSUPPORTED_OPERATION: UnsupportedOperationError,
  CONTENT_TYPE_NOT_SUPPORTED: ContentTypeNotSupportedError,
  INVALID_AGENT_RESPONSE: InvalidAgentResponseError,
  EXTENSION_SUPPORT_REQUIRED: ExtensionSupportRequiredError,
  VERSION_NOT_SUPPORTED: VersionNotSupportedError,
  INVALID_PARAMS: RequestMalformedError,
};

/** The SDK's error for anything thrown here. */
export function sdkError(thrown: unknown): A2AError {
  if (thrown instanceof A2AError) return thrown;
  const { reason, status, message } = wireError(thrown);
  const Class = classes[reason ?? (status === "INVALID_ARGUMENT" ? "INVALID_PARAMS" : "")];
  return Class ? new Class(message) : new A2AError(message);
}

/** A handler that makes every call as `call`. */
export function sdkHandler(service: AgentService, card: sdk.AgentCard, call: Call): A2ARequestHandler {
  const unary = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (thrown) {
      throw sdkError(thrown);
    }
  };
  async function* events(stream: () => AsyncIterable<StreamResponse>): AsyncGenerator<sdk.StreamResponse> {
    try {
      for await (const event of stream()) yield sdk.StreamResponse.fromJSON({ ...event });
    } catch (thrown) {
      throw sdkError(thrown);
    }
  }
  const answered = (answer: SendMessageResponse): sdk.Message | sdk.Task =>
    "task" in answer ? sdk.Task.fromJSON({ ...answer.task }) : sdk.Message.fromJSON({ ...answer.message });
  const sent = (params: sdk.SendMessageRequest) => readRequest("SendMessage", sdk.SendMessageRequest.toJSON(params));
  const config = sdk.TaskPushNotificationConfig;
  return {
    getAgentCard: async () => card,
    getAuthenticatedExtendedAgentCard: () =>
      unary(async () => sdk.AgentCard.fromJSON({ ...(await service.getExtendedAgentCard({}, call)) })),
    sendMessage: (params) => unary(async () => answered(await service.sendMessage(sent(params), call))),
    sendMessageStream: (params) => events(() => service.sendStreamingMessage(sent(params), call)),
    getTask: ({ id, historyLength }) =>
      unary(async () => {
        const request = readRequest("GetTask", { id, historyLength });
        return sdk.Task.fromJSON({ ...(await service.getTask(request, call)) });
      }),
    listTasks: (params) =>
      unary(async () => {
        const request = readRequest("ListTasks", sdk.ListTasksRequest.toJSON(params));
        return sdk.ListTasksResponse.fromJSON({ ...(await service.listTasks(request, call)) });
      }),
    cancelTask: ({ id }) =>
      unary(async () => sdk.Task.fromJSON({ ...(await service.cancelTask(readRequest("CancelTask", { id }), call)) })),
    resubscribe: ({ id }) => events(() => service.subscribeToTask(readRequest("SubscribeToTask", { id }), call)),
    createTaskPushNotificationConfig: (params) =>
      unary(async () => {
        const request = readRequest("CreateTaskPushNotificationConfig", config.toJSON(params));
        return config.fromJSON({ ...(await service.createTaskPushNotificationConfig(request, call)) });
      }),
    getTaskPushNotificationConfig: ({ taskId, id }) =>
      unary(async () => {
        // Protocol 0.3 may leave the configuration out and means the only one.
        const asked = id || ((await service.listTaskPushNotificationConfigs({ taskId }, call)).configs[0]?.id ?? taskId);
        const request = readRequest("GetTaskPushNotificationConfig", { taskId, id: asked });
        return config.fromJSON({ ...(await service.getTaskPushNotificationConfig(request, call)) });
      }),
    listTaskPushNotificationConfigs: ({ taskId }) =>
      unary(async () => {
        const request = readRequest("ListTaskPushNotificationConfigs", { taskId });
        const { configs } = await service.listTaskPushNotificationConfigs(request, call);
        return { configs: configs.map((one) => config.fromJSON({ ...one })), nextPageToken: "" };
      }),
    deleteTaskPushNotificationConfig: ({ taskId, id }) =>
      unary(() =>
        service.deleteTaskPushNotificationConfig(readRequest("DeleteTaskPushNotificationConfig", { taskId, id }), call),
      ),
  };
}
