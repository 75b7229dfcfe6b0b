/**
 * An agent elsewhere: the official SDK's request handler, task store and signed card on a server of its own. It counts, asks
 * for a number where none is given, and waits when told so.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { AgentCard, generateAgentCardSignature, TaskState } from "@a2a-js/sdk";
import {
  AgentEvent,
  type AgentExecutor,
  DefaultRequestHandler,
  InMemoryTaskStore,
  JsonRpcTransportHandler,
  ServerCallContext,
} from "@a2a-js/sdk/server";
import { exportJWK, generateKeyPair } from "jose";
import { type GrpcSide, serveGrpcSide } from "./grpc-side.ts";

/** A running agent. */
export interface SdkAgent extends AsyncDisposable {
  readonly url: string;
  /** Where its gRPC is, as its card says; empty where it has none. */
  readonly grpcUrl: string;
  /** Headers of the requests to the agent, newest last. */
  readonly heard: Record<string, string | string[] | undefined>[];
  /** Until when each caller over gRPC said that it waits, ms since 1970, newest last. */
  readonly deadlines: number[];
  /** How many requests to the agent are not answered to their end. */
  readonly open: () => number;
  /** Takes requests from now on and answers none, or no subscriptions, or answers again. */
  readonly hush: (silent: boolean | "subscriptions") => void;
  /** Knows none of its tasks any more. */
  readonly forget: () => void;
  /** Says something else on the card from now on; `sign` tells with which key, if any. */
  readonly change: (description: string, sign?: "same key" | "other key" | "not") => Promise<void>;
}

const part = (text: string) => ({
  content: { $case: "text" as const, value: text },
  metadata: undefined,
  filename: "",
  mediaType: "",
});

/** Starts an agent that publishes its key where its card says, or one without a signature. */
export async function startSdkAgent(
  options: {
    readonly signed?: boolean;
    readonly publishKey?: boolean;
    readonly streaming?: boolean;
    /** Offers nothing but gRPC, at this host if it is not 127.0.0.1, and with this TLS. */
    readonly grpc?: GrpcSide;
  } = {},
): Promise<SdkAgent> {
  const { signed = true, publishKey = true, streaming = true, grpc } = options;
  const keys = await generateKeyPair("ES256", { extractable: true });
  const others = await generateKeyPair("ES256", { extractable: true });
  const publicJwk = { ...(await exportJWK(keys.publicKey)), kid: "one", alg: "ES256" };
  const heard: SdkAgent["heard"] = [];
  const deadlines: number[] = [];
  const open = new Set<object>();
  let silent: boolean | "subscriptions" = false;
  let card: AgentCard;
  const server = createServer((request, response) => {
    const send = (status: number, body: unknown): void =>
      void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    const answer = async (): Promise<void> => {
      if (request.url === "/.well-known/agent-card.json") return send(200, AgentCard.toJSON(card));
      if (request.url === "/keys.json") return publishKey ? send(200, { keys: [publicJwk] }) : send(404, {});
      heard.push(request.headers);
      open.add(response);
      response.once("close", () => open.delete(response));
      if (silent === true) return;
      const body = (await json(request)) as Record<string, unknown>; // why: the handler checks the envelope itself
      if (silent === "subscriptions" && body.method === "SubscribeToTask") return;
      const context = new ServerCallContext({ requestedVersion: String(request.headers["a2a-version"] ?? "1.0") });
      const result = await rpc.handle(body, context);
      if (!(Symbol.asyncIterator in result)) return send(200, result);
      response.writeHead(200, { "content-type": "text/event-stream" });
      for await (const event of result) response.write(`data: ${JSON.stringify(event)}\n\n`);
      response.end();
    };
    answer().catch((error) => (response.headersSent ? response.destroy() : send(500, { error: String(error) })));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("wanted a port");
  const url = `http://127.0.0.1:${address.port}`;

  await using stack = new AsyncDisposableStack();
  const side = grpc && stack.use(await serveGrpcSide(grpc, () => handler, { heard, deadlines, open }));
  const one = side
    ? { url: side.url, protocolBinding: "GRPC", protocolVersion: "1.0" }
    : { url: `${url}/rpc`, protocolBinding: "JSONRPC", protocolVersion: "1.0" };

  const change: SdkAgent["change"] = async (description, sign = "same key") => {
    const bare = AgentCard.fromJSON({
      name: "Far Counter",
      description,
      version: "1",
      supportedInterfaces: [one],
      capabilities: { streaming, pushNotifications: false },
      defaultInputModes: ["text/plain"],
      defaultOutputModes: ["text/plain"],
      skills: [{ id: "count", name: "Count", description: "Count up to a number", tags: ["numbers"] }],
    });
    const key = sign === "other key" ? others.privateKey : keys.privateKey;
    card =
      sign === "not"
        ? bare
        : await generateAgentCardSignature(key, { alg: "ES256", kid: "one", typ: "JOSE", jku: `${url}/keys.json` })(bare);
  };
  await change("Counts, far away.", signed ? "same key" : "not");
  card ??= AgentCard.fromJSON({});
  const fresh = () => new DefaultRequestHandler(card, new InMemoryTaskStore(), executor);
  let handler = fresh();
  let rpc = new JsonRpcTransportHandler(handler);
  const opened = stack.move();
  return {
    url,
    grpcUrl: side?.url ?? "",
    heard,
    deadlines,
    change,
    open: () => open.size,
    hush: (yes) => {
      silent = yes;
    },
    forget: () => {
      handler = fresh();
      rpc = new JsonRpcTransportHandler(handler);
    },
    [Symbol.asyncDispose]: async () => {
      await opened.disposeAsync();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const executor: AgentExecutor = {
  execute: async ({ userMessage, task, taskId, contextId }, bus) => {
    const [content] = userMessage.parts.map((one) => one.content);
    const text = content?.$case === "text" ? content.value : "";
    const status = (state: TaskState, said?: string) =>
      bus.publish(
        AgentEvent.statusUpdate({
          taskId,
          contextId,
          status: {
            state,
            timestamp: new Date().toISOString(),
            message: said
              ? {
                  messageId: `${taskId}-${said}`,
                  contextId,
                  taskId,
                  role: 2,
                  parts: [part(said)],
                  metadata: undefined,
                  extensions: [],
                  referenceTaskIds: [],
                }
              : undefined,
          },
          metadata: undefined,
        }),
      );
    if (!task)
      bus.publish(
        AgentEvent.task({
          id: taskId,
          contextId,
          status: { state: TaskState.TASK_STATE_SUBMITTED, message: undefined, timestamp: new Date().toISOString() },
          artifacts: [],
          history: [userMessage],
          metadata: undefined,
        }),
      );
    const to = Number(/\d+/.exec(text)?.[0] ?? Number.NaN);
    if (Number.isNaN(to)) {
      status(TaskState.TASK_STATE_INPUT_REQUIRED, "How far?");
      return bus.finished();
    }
    status(TaskState.TASK_STATE_WORKING, "counting");
    if (text.startsWith("wait")) {
      running.set(taskId, { cancel: () => status(TaskState.TASK_STATE_CANCELED, "stopped"), finished: () => bus.finished() });
      await sleep(to, undefined, { ref: false });
      if (!running.delete(taskId)) return;
    }
    bus.publish(
      AgentEvent.artifactUpdate({
        taskId,
        contextId,
        artifact: {
          artifactId: "numbers",
          name: "numbers",
          description: "",
          parts: [part(Array.from({ length: to }, (_, i) => i + 1).join(" "))],
          metadata: undefined,
          extensions: [],
        },
        append: false,
        lastChunk: true,
        metadata: undefined,
      }),
    );
    status(TaskState.TASK_STATE_COMPLETED);
    bus.finished();
  },
  cancelTask: async (taskId) => {
    const one = running.get(taskId);
    running.delete(taskId);
    one?.cancel();
    one?.finished();
  },
};

const running = new Map<string, { readonly cancel: () => void; readonly finished: () => void }>();
