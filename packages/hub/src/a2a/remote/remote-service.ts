/** An agent elsewhere, as an AgentService: the official client's transports, chosen by its card, spoken to in ProtoJSON. */
import * as sdk from "@a2a-js/sdk";
import { JsonRpcTransportFactory, RestTransportFactory, type Transport, type TransportFactory } from "@a2a-js/sdk/client";
import { A2AError } from "@a2a-js/sdk/errors";
import { EntenteError } from "../../base/errors.ts";
import type {
  AgentCardJson,
  ListPushConfigsResponse,
  SendMessageResponse,
  StreamResponse,
  Task,
  TaskPushNotificationConfig,
} from "../protocol.ts";
import type { AgentService, Call } from "../service.ts";
import { remoteErrors } from "./card-trust.ts";
import { poll, sendAndPoll } from "./polled-stream.ts";

/** What reaching an agent takes. */
export interface RemoteInput {
  readonly name: string;
  readonly card: sdk.AgentCard;
  /** Reaches the network; guarded, and carrying the agent's own credentials. */
  readonly fetch: typeof fetch;
  /** Opens gRPC, where the agent offers nothing else. */
  readonly grpc?: (() => Promise<TransportFactory>) | undefined;
  /** How long the agent may take to answer anything but a message, ms. */
  readonly answerMs: number;
}

const speakable = ["JSONRPC", "HTTP+JSON", "GRPC"] as const;

/** Opens an agent by its card: the first interface that we speak, in the card's own order. Throws CARD_INVALID. */
export async function openRemote(input: RemoteInput): Promise<AgentService> {
  const { card, name } = input;
  const legacyCompat = { enabled: true };
  for (const { url, protocolBinding, tenant } of card.supportedInterfaces) {
    const factory =
      protocolBinding === "JSONRPC"
        ? new JsonRpcTransportFactory({ fetchImpl: input.fetch, legacyCompat })
        : protocolBinding === "HTTP+JSON"
          ? new RestTransportFactory({ fetchImpl: input.fetch, legacyCompat })
          : protocolBinding === "GRPC"
            ? await input.grpc?.()
            : undefined;
    if (!factory) continue;
    const service = serviceOf(input, await factory.create(url, card), tenant);
    return card.capabilities?.streaming ? service : polling(service);
  }
  throw remoteErrors.CARD_INVALID({
    url: card.supportedInterfaces[0]?.url ?? name,
    problem: `it offers ${card.supportedInterfaces.map((one) => one.protocolBinding).join(", ")}; wanted one of ${speakable.join(", ")}`,
  });
}

function polling(service: AgentService): AgentService {
  return {
    ...service,
    sendStreamingMessage: (params, call) => sendAndPoll(service, params, call),
    async *subscribeToTask({ id }, call) {
      const task = await service.getTask({ id }, call);
      yield { task };
      yield* poll(service, task, call);
    },
  };
}

function serviceOf({ name, answerMs }: RemoteInput, transport: Transport, tenant: string): AgentService {
  const json = <T>(value: unknown): T => value as T; // why: toJSON gives the ProtoJSON of the message it is called for
  const input = (value: object): sdk.JsonInput => ({ ...value, tenant });
  const options = (call: Call) => ({
    signal: call.signal,
    ...(call.extensions.length > 0 ? { serviceParameters: { "A2A-Extensions": call.extensions.join(",") } } : {}),
  });
  // A message takes as long as the work it asks for; everything else is answered out of what the agent knows.
  const brief = (call: Call) => options({ ...call, signal: AbortSignal.any([call.signal, AbortSignal.timeout(answerMs)]) });
  async function* events(stream: AsyncIterable<sdk.StreamResponse>): AsyncGenerator<StreamResponse> {
    try {
      for await (const event of stream) yield json<StreamResponse>(sdk.StreamResponse.toJSON(event));
    } catch (thrown) {
      throw ours(name, thrown);
    }
  }
  const unary = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (thrown) {
      throw ours(name, thrown);
    }
  };
  return {
    sendMessage: async (params, call) => {
      const answer = await unary(transport.sendMessage(sdk.SendMessageRequest.fromJSON(input(params)), options(call)));
      return json<SendMessageResponse>(
        "messageId" in answer ? { message: sdk.Message.toJSON(answer) } : { task: sdk.Task.toJSON(answer) },
      );
    },
    sendStreamingMessage: (params, call) =>
      events(transport.sendMessageStream(sdk.SendMessageRequest.fromJSON(input(params)), options(call))),
    getTask: async (params, call) =>
      json<Task>(sdk.Task.toJSON(await unary(transport.getTask(sdk.GetTaskRequest.fromJSON(input(params)), brief(call))))),
    listTasks: async (params, call) => {
      const page = await unary(transport.listTasks(sdk.ListTasksRequest.fromJSON(input(params)), brief(call)));
      return { ...page, tasks: page.tasks.map((task) => json<Task>(sdk.Task.toJSON(task))) };
    },
    cancelTask: async (params, call) =>
      json<Task>(sdk.Task.toJSON(await unary(transport.cancelTask(sdk.CancelTaskRequest.fromJSON(input(params)), brief(call))))),
    subscribeToTask: (params, call) =>
      events(transport.resubscribeTask(sdk.SubscribeToTaskRequest.fromJSON(input(params)), options(call))),
    createTaskPushNotificationConfig: async (params, call) => {
      const asked = sdk.TaskPushNotificationConfig.fromJSON(input(params));
      return config(await unary(transport.createTaskPushNotificationConfig(asked, brief(call))));
    },
    getTaskPushNotificationConfig: async (params, call) => {
      const asked = sdk.GetTaskPushNotificationConfigRequest.fromJSON(input(params));
      return config(await unary(transport.getTaskPushNotificationConfig(asked, brief(call))));
    },
    listTaskPushNotificationConfigs: async (params, call) => {
      const asked = sdk.ListTaskPushNotificationConfigsRequest.fromJSON(input(params));
      const page = await unary(transport.listTaskPushNotificationConfig(asked, brief(call)));
      return json<ListPushConfigsResponse>(sdk.ListTaskPushNotificationConfigsResponse.toJSON(page));
    },
    deleteTaskPushNotificationConfig: (params, call) =>
      unary(
        transport.deleteTaskPushNotificationConfig(
          sdk.DeleteTaskPushNotificationConfigRequest.fromJSON(input(params)),
          brief(call),
        ),
      ),
    getExtendedAgentCard: async (params, call) =>
      json<AgentCardJson>(
        sdk.AgentCard.toJSON(
          await unary(transport.getExtendedAgentCard(sdk.GetExtendedAgentCardRequest.fromJSON(input(params)), brief(call))),
        ),
      ),
  };

  function config(value: sdk.TaskPushNotificationConfig): TaskPushNotificationConfig {
    return json<TaskPushNotificationConfig>(sdk.TaskPushNotificationConfig.toJSON(value));
  }
}

const codes: Readonly<Record<string, string>> = { INVALID_PARAMS: "REQUEST_MALFORMED" };

// What the agent answered keeps its meaning; everything else means that it could not be reached.
function ours(agent: string, thrown: unknown): unknown {
  if (thrown instanceof A2AError)
    return new EntenteError(codes[thrown.reason] ?? thrown.reason, 400, thrown.message, { agent }, { cause: thrown });
  if (thrown instanceof Error && thrown.name === "AbortError") return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return remoteErrors.AGENT_UNREACHABLE({ agent, problem: message }, { cause: thrown });
}
