import { createServer } from "node:net";
import { AgentCard, Message, Role, type Task } from "@a2a-js/sdk";
import {
  type CallInterceptor,
  type Client,
  ClientFactory,
  DefaultAgentCardResolver,
  JsonRpcTransportFactory,
  RestTransportFactory,
} from "@a2a-js/sdk/client";
import { GrpcTransportFactory } from "@a2a-js/sdk/client/grpc";
import type { Agent } from "../../src/base/agent.ts";
import { type ServedHub, serveHub } from "../../src/serving.ts";
import { configOn, scratchFolder, tokenOf } from "../scratch.ts";
import { agents } from "./agents.ts";

/** The bindings that an official client of A2A 1.0 can be told to use. */
export const bindings = ["JSONRPC", "HTTP+JSON", "GRPC"] as const;
export type Binding = (typeof bindings)[number];

/** A hub with the test's agents, on every binding. */
export interface House {
  readonly served: ServedHub;
  readonly folder: string;
  readonly token: string;
}

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

/** Serves a hub with agents. */
export async function withAgents(
  work: (house: House) => Promise<void>,
  settings: Readonly<Record<string, string>> = {},
  members: readonly Agent[] = agents,
): Promise<void> {
  using folder = scratchFolder();
  await using served = await serveHub(
    configOn(folder.path, { "a2a.grpcPort": String(await freePort()), "limits.drainMs": "2000", ...settings }),
    undefined,
    members,
  );
  await work({ served, folder: folder.path, token: tokenOf(folder.path) });
}

/** The official client of an agent over one binding, with a token and more headers. */
export async function clientOf(
  { served, token }: House,
  agent: string,
  binding: Binding,
  options: { token?: string; headers?: Readonly<Record<string, string>> } = {},
): Promise<Client> {
  const headers = { authorization: `Bearer ${options.token ?? token}`, ...options.headers };
  const factory = new ClientFactory({
    transports: [new JsonRpcTransportFactory(), new RestTransportFactory(), new GrpcTransportFactory()],
    preferredTransports: [binding],
    cardResolver: new DefaultAgentCardResolver(),
    clientConfig: { interceptors: [presenting(headers)] },
  });
  return factory.createFromUrl(new URL(`/a2a/${agent}/`, served.url).href);
}

/** The official client of protocol 0.3. Over gRPC it is told where to go and whom to ask for, which a card of 0.3 cannot say. */
export async function oldClientOf({ served, token }: House, agent: string, binding: Binding = "JSONRPC"): Promise<Client> {
  const legacyCompat = { enabled: true };
  const headers = { authorization: `Bearer ${token}`, ...(binding === "GRPC" ? { "a2a-agent": agent } : {}) };
  const factory = new ClientFactory({
    transports: [
      new JsonRpcTransportFactory({ legacyCompat }),
      new RestTransportFactory({ legacyCompat }),
      new GrpcTransportFactory({ legacyCompat }),
    ],
    preferredTransports: [binding],
    cardResolver: new DefaultAgentCardResolver({ legacyCompat }),
    clientConfig: { interceptors: [presenting(headers)] },
  });
  if (binding !== "GRPC")
    return factory.createFromUrl(new URL(`/a2a/${agent}/v0.3/`, served.url).href, ".well-known/agent-card.json");
  const supportedInterfaces = [{ url: served.grpc, protocolBinding: "GRPC", protocolVersion: "0.3" }];
  const capabilities = { streaming: true, pushNotifications: true, extendedAgentCard: true };
  return factory.createFromAgentCard(AgentCard.fromJSON({ name: agent, capabilities, supportedInterfaces }));
}

function presenting(headers: Readonly<Record<string, string>>): CallInterceptor {
  return {
    before: async (args) => {
      args.options = { ...args.options, serviceParameters: { ...args.options?.serviceParameters, ...headers } };
    },
    after: async () => {},
  };
}

/** A message of one text, ready to send. */
export function text(
  value: string,
  more: Partial<Message> = {},
): {
  tenant: string;
  message: Message;
  configuration: undefined;
  metadata: undefined;
} {
  const message = Message.fromJSON({ messageId: crypto.randomUUID(), role: "ROLE_USER", parts: [{ text: value }] });
  return { tenant: "", message: { ...message, role: Role.ROLE_USER, ...more }, configuration: undefined, metadata: undefined };
}

/** Settings of a send that does not wait. */
export const atOnce = {
  acceptedOutputModes: [],
  taskPushNotificationConfig: undefined,
  returnImmediately: true,
};

/** The task that a send made. */
export function taskOf(answer: Message | Task): Task {
  if ("artifacts" in answer) return answer;
  throw new Error(`wanted a task, got ${JSON.stringify(answer)}`);
}
