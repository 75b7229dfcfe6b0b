/** The official client of 2026-07-28 with the official client of its tasks extension, over any transport. */
import {
  Client,
  type JSONRPCMessage,
  type JSONRPCNotification,
  SdkHttpError,
  type Transport,
} from "@modelcontextprotocol/client";
import {
  createTaskSessionFromClient,
  type RawClientDispatch,
  resultFromTaskOutcome,
  type TaskEnabledSession,
  type TaskOutcome,
} from "@modelcontextprotocol/ext-tasks/client";
import { type JsonValue, toJsonValue } from "@modelcontextprotocol/ext-tasks/core";
import { z } from "zod";

const clientInfo = { name: "tasks-test", version: "1" };
const extensions = { "io.modelcontextprotocol/tasks": {} };
const revision = "2026-07-28";

/** A connected pair of clients. */
export interface TaskClient extends AsyncDisposable {
  readonly client: Client;
  readonly session: TaskEnabledSession;
  /** A request as it is, with `_meta` as given. */
  readonly raw: RawClientDispatch;
  /** Every notification as it came. */
  readonly notices: readonly JSONRPCNotification[];
}

/** Connects; `endpointId` names the server in references to tasks. */
export async function taskClient(transport: Transport, endpointId = "hub"): Promise<TaskClient> {
  const client = new Client(clientInfo, { capabilities: { extensions }, versionNegotiation: { mode: { pin: revision } } });
  await client.connect(transport);
  const { raw, notices } = passingBy(transport);
  const session = createTaskSessionFromClient(client, {
    endpointId,
    rawDispatch: raw,
    v2RequestFraming: { protocolVersion: revision, clientInfo, clientCapabilities: { extensions } },
  });
  return {
    client,
    session,
    raw,
    notices,
    [Symbol.asyncDispose]: async () => {
      await session.close();
      await client.close();
    },
  };
}

const toolResult = z.object({
  content: z.tuple([z.object({ type: z.literal("text"), text: z.string() })]),
  structuredContent: z.record(z.string(), z.unknown()),
  isError: z.boolean().default(false),
  _meta: z.object({ "dev.entente/error": z.object({ code: z.string() }).optional() }).optional(),
});

/** The tool's result that a task ended with. */
export function resultOf(outcome: TaskOutcome<unknown>): z.output<typeof toolResult> {
  return toolResult.parse(resultFromTaskOutcome(outcome));
}

/** `_meta` of a request of the era, whose client declares `capabilities`. */
export function envelope(capabilities: { readonly [name: string]: JsonValue } = { extensions }): JsonValue {
  return {
    "io.modelcontextprotocol/protocolVersion": revision,
    "io.modelcontextprotocol/clientInfo": clientInfo,
    "io.modelcontextprotocol/clientCapabilities": capabilities,
  };
}

// The SDK's client refuses to read a task in place of a result, so these requests go past it, with ids of their own.
function passingBy(transport: Transport): Pick<TaskClient, "raw" | "notices"> {
  const notices: JSONRPCNotification[] = [];
  const waiting = new Map<string, (message: JSONRPCMessage) => void>();
  const { onmessage } = transport;
  transport.onmessage = (message, extra) => {
    const waiter = "id" in message && !("method" in message) ? waiting.get(String(message.id)) : undefined;
    if ("method" in message && !("id" in message)) notices.push(message);
    if (waiter) waiter(message);
    else onmessage?.(message, extra);
  };
  let sent = 0;
  const raw: RawClientDispatch = async (request, { signal } = {}) => {
    const id = `raw-${++sent}`;
    const { promise, resolve, reject } = Promise.withResolvers<JSONRPCMessage>();
    waiting.set(id, resolve);
    const abort = (): void => reject(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      const body = { jsonrpc: "2.0", id, ...(request as object) } as JSONRPCMessage; // why: the session hands over requests alone
      await transport.send(body).catch((error: unknown) => {
        // Some errors of the protocol come with an HTTP status that the transport takes for one of its own.
        if (!(error instanceof SdkHttpError)) throw error;
        resolve(JSON.parse(String(error.data.text)));
      });
      const answer = await promise;
      if ("result" in answer) return { kind: "result", result: toJsonValue(answer.result) };
      if (!("error" in answer)) throw new Error(`an answer that is none: ${JSON.stringify(answer)}`);
      const { code, message, data } = answer.error;
      return { kind: "error", error: { code, message, ...(data === undefined ? {} : { data: toJsonValue(data) }) } };
    } finally {
      waiting.delete(id);
      signal?.removeEventListener("abort", abort);
    }
  };
  return { raw, notices };
}
