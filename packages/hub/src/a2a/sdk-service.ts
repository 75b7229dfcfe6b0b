/** An agent served by the official SDK's request handler, as an AgentService. */
import * as sdk from "@a2a-js/sdk";
import { A2AError } from "@a2a-js/sdk/errors";
import { type A2ARequestHandler, ServerCallContext } from "@a2a-js/sdk/server";
import { EntenteError } from "../base/errors.ts";
import { a2aErrors } from "./errors.ts";
import type { AgentCardJson, SendMessageResponse, StreamResponse, Task } from "./protocol.ts";
import type { AgentService, Call } from "./service.ts";

/** Wraps a handler. */
export function sdkService(handler: A2ARequestHandler): AgentService {
  const json = <T>(value: unknown): T => value as T; // why: toJSON gives ProtoJSON of the message it is called for
  const input = (value: object): sdk.JsonInput => ({ ...value });
  async function* events(stream: AsyncIterable<sdk.StreamResponse>): AsyncGenerator<StreamResponse> {
    try {
      for await (const event of stream) yield json<StreamResponse>(sdk.StreamResponse.toJSON(event));
    } catch (thrown) {
      throw ours(thrown);
    }
  }
  const unary = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (thrown) {
      throw ours(thrown);
    }
  };
  return {
    sendMessage: async (params, call) => {
      const answer = await unary(handler.sendMessage(sdk.SendMessageRequest.fromJSON(input(params)), contextOf(call)));
      return json<SendMessageResponse>(
        "messageId" in answer ? { message: sdk.Message.toJSON(answer) } : { task: sdk.Task.toJSON(answer) },
      );
    },
    sendStreamingMessage: (params, call) =>
      events(handler.sendMessageStream(sdk.SendMessageRequest.fromJSON(input(params)), contextOf(call))),
    getTask: async (params, call) =>
      json<Task>(sdk.Task.toJSON(await unary(handler.getTask(sdk.GetTaskRequest.fromJSON(input(params)), contextOf(call))))),
    listTasks: async (params, call) => {
      const page = await unary(handler.listTasks(sdk.ListTasksRequest.fromJSON(input(params)), contextOf(call)));
      return { ...page, tasks: page.tasks.map((task) => json<Task>(sdk.Task.toJSON(task))) };
    },
    cancelTask: async (params, call) =>
      json<Task>(
        sdk.Task.toJSON(await unary(handler.cancelTask(sdk.CancelTaskRequest.fromJSON(input(params)), contextOf(call)))),
      ),
    subscribeToTask: (params, call) =>
      events(handler.resubscribe(sdk.SubscribeToTaskRequest.fromJSON(input(params)), contextOf(call))),
    createTaskPushNotificationConfig: () => Promise.reject(noPush()),
    getTaskPushNotificationConfig: () => Promise.reject(noPush()),
    listTaskPushNotificationConfigs: () => Promise.reject(noPush()),
    deleteTaskPushNotificationConfig: () => Promise.reject(noPush()),
    getExtendedAgentCard: async () =>
      json<AgentCardJson>(
        sdk.AgentCard.toJSON(await unary(handler.getAuthenticatedExtendedAgentCard({ tenant: "" }, new ServerCallContext({})))),
      ),
  };
}

function noPush(): Error {
  return a2aErrors.PUSH_NOTIFICATION_NOT_SUPPORTED({ agent: "this agent" });
}

function contextOf(call: Call): ServerCallContext {
  return new ServerCallContext({
    user: { isAuthenticated: true, userName: call.principal.id },
    requestedVersion: call.version,
    requestedExtensions: [...call.extensions],
  });
}

const statusOf: Readonly<Record<string, string>> = { INVALID_PARAMS: "REQUEST_MALFORMED" };

function ours(thrown: unknown): unknown {
  if (!(thrown instanceof A2AError)) return thrown;
  return new EntenteError(statusOf[thrown.reason] ?? thrown.reason, 400, thrown.message, {}, { cause: thrown });
}
