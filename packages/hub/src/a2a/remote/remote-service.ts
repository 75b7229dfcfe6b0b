/** An agent elsewhere, as an AgentService: the official client's transports, chosen by its card, spoken to in ProtoJSON. */
import * as sdk from "@a2a-js/sdk";
import { JsonRpcTransportFactory, type RequestOptions, RestTransportFactory, type Transport } from "@a2a-js/sdk/client";
import { A2AError } from "@a2a-js/sdk/errors";
import { EntenteError } from "../../base/errors.ts";
import { grpcStatus } from "../errors.ts";
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
import { type GrpcAddress, grpcAddress, hostPort } from "./grpc-address.ts";
import type { GrpcReach, TimedOptions } from "./grpc-transport.ts";
import { poll, sendAndPoll } from "./polled-stream.ts";

/** What reaching an agent takes. */
export interface RemoteInput {
  readonly name: string;
  readonly card: sdk.AgentCard;
  /** Reaches the network; guarded, and carrying the agent's own credentials. */
  readonly fetch: typeof fetch;
  /** The same for gRPC. */
  readonly grpc: GrpcReach;
  readonly limits: RemoteLimits;
  /** The clock that deadlines of calls go by. */
  readonly now: () => number;
}

/** How long an agent may take, ms. A caller that has less time left waits no longer than that. */
export interface RemoteLimits {
  /** To answer a message whose sender waits for the work. */
  readonly messageMs: number;
  /** To answer anything else, which takes it no work. */
  readonly answerMs: number;
}

/** An agent that can be spoken to. */
export interface Remote extends Disposable {
  readonly service: AgentService;
}

// A timer of Node's holds no more.
const longestTimerMs = 2 ** 31 - 1;

const speakable = ["JSONRPC", "HTTP+JSON", "GRPC"] as const;

/** The interface of a card that this hub speaks to: the first of a kind it knows, in the card's own order. Throws CARD_INVALID. */
export function chosenInterface(card: sdk.AgentCard): sdk.AgentInterface {
  const { supportedInterfaces } = card;
  const chosen = supportedInterfaces.find(({ protocolBinding, protocolVersion }) =>
    // Over gRPC, 0.3 is another service.
    protocolBinding === "GRPC" ? !protocolVersion.startsWith("0.") : speakable.some((one) => one === protocolBinding),
  );
  if (chosen) return chosen;
  const offered = supportedInterfaces.map((one) => `${one.protocolBinding} ${one.protocolVersion}`).join(", ");
  throw remoteErrors.CARD_INVALID({
    url: supportedInterfaces[0]?.url ?? card.name,
    problem: `it offers ${offered}; wanted one of ${speakable.join(", ")}, of A2A 1.0 or, over HTTP, 0.3`,
  });
}

/** Where an interface leads, as a URL of HTTP: what the guard judges. Throws CARD_INVALID. */
export function interfaceUrl({ protocolBinding, url }: sdk.AgentInterface): string {
  if (protocolBinding !== "GRPC") return url;
  const address = demandAddress(url);
  return `${address.secure ? "https" : "http"}://${hostPort(address)}`;
}

/** Opens an agent by its card. Nothing is sent yet. Throws CARD_INVALID. */
export async function openRemote(input: RemoteInput): Promise<Remote> {
  const { card } = input;
  const chosen = chosenInterface(card);
  const transport = await openTransport(input, chosen);
  const service = serviceOf(input, transport, chosen.tenant);
  return {
    service: card.capabilities?.streaming ? service : polling(service),
    [Symbol.dispose]: () => {
      if (Symbol.dispose in transport) transport[Symbol.dispose]();
    },
  };
}

async function openTransport(
  { card, fetch: fetchImpl, grpc }: RemoteInput,
  { url, protocolBinding }: sdk.AgentInterface,
): Promise<Transport | (Transport & Disposable)> {
  if (protocolBinding === "GRPC") {
    // grpc-js is loaded by a hub that has such an agent, and by no other.
    const { GrpcTransport } = await import("./grpc-transport.ts");
    return new GrpcTransport(demandAddress(url), grpc);
  }
  const options = { fetchImpl, legacyCompat: { enabled: true } };
  const factory = protocolBinding === "JSONRPC" ? new JsonRpcTransportFactory(options) : new RestTransportFactory(options);
  return factory.create(url, card);
}

function demandAddress(url: string): GrpcAddress {
  const address = grpcAddress(url);
  if (address) return address;
  throw remoteErrors.CARD_INVALID({
    url,
    problem: "that is no address of a gRPC server: wanted https://HOST:PORT, http://HOST:PORT or HOST:PORT",
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

function serviceOf({ name, limits, now }: RemoteInput, transport: Transport, tenant: string): AgentService {
  const json = <T>(value: unknown): T => value as T; // why: toJSON gives the ProtoJSON of the message it is called for
  const input = (value: object): sdk.JsonInput => ({ ...value, tenant });
  async function* events(
    call: Call,
    open: (options: RequestOptions) => AsyncIterable<sdk.StreamResponse>,
  ): AsyncGenerator<StreamResponse> {
    try {
      for await (const event of open({ ...carried(call, transport), signal: call.signal }))
        yield json<StreamResponse>(sdk.StreamResponse.toJSON(event));
    } catch (thrown) {
      throw ours(name, thrown);
    }
  }
  const within = async <T>(call: Call, limitMs: number, work: (options: TimedOptions) => Promise<T>): Promise<T> => {
    const ms = Math.min(limitMs, (call.deadlineAt ?? Number.POSITIVE_INFINITY) - now());
    const late = (cause?: unknown) =>
      remoteErrors.AGENT_TOO_SLOW({ agent: name, limitMs: Math.max(0, Math.round(ms)) }, { cause });
    if (ms <= 0) throw late();
    // Not AbortSignal.timeout: that of a call that was answered would wait on for the rest of its time.
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), Math.min(ms, longestTimerMs)).unref();
    try {
      const signal = AbortSignal.any([call.signal, limit.signal]);
      return await work({ ...carried(call, transport), signal, deadlineAt: Date.now() + ms });
    } catch (thrown) {
      call.signal.throwIfAborted();
      throw limit.signal.aborted || isDeadline(thrown) ? late(thrown) : ours(name, thrown);
    } finally {
      clearTimeout(timer);
    }
  };
  const brief = <T>(call: Call, work: (options: TimedOptions) => Promise<T>): Promise<T> => within(call, limits.answerMs, work);
  return {
    sendMessage: async (params, call) => {
      const asked = sdk.SendMessageRequest.fromJSON(input(params));
      // A message whose sender does not wait is answered out of what the agent knows, like everything else.
      const limitMs = params.configuration?.returnImmediately ? limits.answerMs : limits.messageMs;
      const answer = await within(call, limitMs, (options) => transport.sendMessage(asked, options));
      return json<SendMessageResponse>(
        "messageId" in answer ? { message: sdk.Message.toJSON(answer) } : { task: sdk.Task.toJSON(answer) },
      );
    },
    sendStreamingMessage: (params, call) =>
      events(call, (options) => transport.sendMessageStream(sdk.SendMessageRequest.fromJSON(input(params)), options)),
    getTask: async (params, call) => {
      const asked = sdk.GetTaskRequest.fromJSON(input(params));
      return json<Task>(sdk.Task.toJSON(await brief(call, (options) => transport.getTask(asked, options))));
    },
    listTasks: async (params, call) => {
      const asked = sdk.ListTasksRequest.fromJSON(input(params));
      const page = await brief(call, (options) => transport.listTasks(asked, options));
      return { ...page, tasks: page.tasks.map((task) => json<Task>(sdk.Task.toJSON(task))) };
    },
    cancelTask: async (params, call) => {
      const asked = sdk.CancelTaskRequest.fromJSON(input(params));
      return json<Task>(sdk.Task.toJSON(await brief(call, (options) => transport.cancelTask(asked, options))));
    },
    subscribeToTask: (params, call) =>
      events(call, (options) => transport.resubscribeTask(sdk.SubscribeToTaskRequest.fromJSON(input(params)), options)),
    createTaskPushNotificationConfig: async (params, call) => {
      const asked = sdk.TaskPushNotificationConfig.fromJSON(input(params));
      return config(await brief(call, (options) => transport.createTaskPushNotificationConfig(asked, options)));
    },
    getTaskPushNotificationConfig: async (params, call) => {
      const asked = sdk.GetTaskPushNotificationConfigRequest.fromJSON(input(params));
      return config(await brief(call, (options) => transport.getTaskPushNotificationConfig(asked, options)));
    },
    listTaskPushNotificationConfigs: async (params, call) => {
      const asked = sdk.ListTaskPushNotificationConfigsRequest.fromJSON(input(params));
      const page = await brief(call, (options) => transport.listTaskPushNotificationConfig(asked, options));
      return json<ListPushConfigsResponse>(sdk.ListTaskPushNotificationConfigsResponse.toJSON(page));
    },
    deleteTaskPushNotificationConfig: (params, call) => {
      const asked = sdk.DeleteTaskPushNotificationConfigRequest.fromJSON(input(params));
      return brief(call, (options) => transport.deleteTaskPushNotificationConfig(asked, options));
    },
    getExtendedAgentCard: async (params, call) => {
      const asked = sdk.GetExtendedAgentCardRequest.fromJSON(input(params));
      return json<AgentCardJson>(
        sdk.AgentCard.toJSON(await brief(call, (options) => transport.getExtendedAgentCard(asked, options))),
      );
    },
  };

  function config(value: sdk.TaskPushNotificationConfig): TaskPushNotificationConfig {
    return json<TaskPushNotificationConfig>(sdk.TaskPushNotificationConfig.toJSON(value));
  }
}

function carried({ extensions }: Call, { protocolVersion }: Transport): RequestOptions {
  // A server that is told no version takes its caller to speak 0.3.
  const version = { "A2A-Version": protocolVersion };
  return { serviceParameters: extensions.length > 0 ? { ...version, "A2A-Extensions": extensions.join(",") } : version };
}

// The agent's own server may say first that the time is up.
function isDeadline(thrown: unknown): boolean {
  return thrown instanceof Error && "metadata" in thrown && "code" in thrown && thrown.code === grpcStatus.DEADLINE_EXCEEDED;
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
