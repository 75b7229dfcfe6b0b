/** A program's way to a hub: its tools and its agents over one pipe. */

import { RemoteError } from "@entente/pipe";
import type { Json, Part } from "./agent.ts";
import { textOf } from "./agent.ts";
import { connect, type HubAddress, type HubConnection } from "./connection.ts";
import { HubError } from "./errors.ts";
import { callTool, type ToolProgress } from "./host.ts";

/** Options of one call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly deadlineMs?: number | undefined;
}

type JsonObject = { readonly [key: string]: Json | undefined };

/** What came of a message: the task, or an answer without one. */
export interface Reply {
  readonly taskId: string | undefined;
  /** `TASK_STATE_…`; undefined for an answer without a task. */
  readonly state: string | undefined;
  readonly text: string;
  /** A2A's own object, whole. */
  readonly response: JsonObject;
}

/** A hub, from a program's side. */
export interface HubClient extends AsyncDisposable {
  readonly principal: string;
  readonly url: string;
  /** The tools there are. */
  tools(options?: CallOptions): Promise<readonly { readonly name: string; readonly description: string }[]>;
  /** Calls a tool. Throws HubError with the tool's code. */
  call(
    tool: string,
    input: JsonObject,
    options?: CallOptions & { readonly progress?: ((step: ToolProgress) => void) | undefined },
  ): Promise<JsonObject>;
  /** Sends a message to an agent and waits for its answer, or until its task ends or asks. */
  send(
    agent: string,
    content: string | readonly Part[],
    options?: CallOptions & { readonly metadata?: JsonObject; readonly taskId?: string; readonly contextId?: string },
  ): Promise<Reply>;
  /** Sends a message and gives what happens, as A2A's StreamResponse objects. Leaving the stream does not end the task. */
  stream(
    agent: string,
    content: string | readonly Part[],
    options?: CallOptions & { readonly metadata?: JsonObject },
  ): AsyncIterable<JsonObject>;
  /** Any A2A 1.0 operation that answers once, with its ProtoJSON parameters. */
  a2a(operation: Unary, agent: string, params: JsonObject, options?: CallOptions): Promise<Json>;
}

type Unary = Exclude<keyof HubConnection["a2a"], "SendStreamingMessage" | "SubscribeToTask">;

/**
 * Opens a hub.
 *
 *     await using hub = await openHub({ hub: "unix:.entente/run/hub.sock" });
 *     const solved = await hub.call("quantum_solve", { text, format: "mc" });
 *     const { text } = await hub.send("librarian", "What is new?");
 */
export async function openHub(address: HubAddress = {}): Promise<HubClient> {
  const { endpoint, hub, a2a, principal, url } = await connect(address);
  const ask: HubClient["a2a"] = (operation, agent, params, options) =>
    ours(a2a[operation]({ agent, params: clean(params) }, options));
  return {
    principal,
    url,
    tools: (options) => ours(hub.listTools(undefined, options)),
    call: (tool, input, options) => callTool(hub, { tool, input }, options),
    send: async (agent, content, { metadata, taskId, contextId, ...options } = {}) =>
      replyOf(await ask("SendMessage", agent, { message: { ...messageOf(content, metadata), taskId, contextId } }, options)),
    async *stream(agent, content, { metadata, ...options } = {}) {
      const params = clean({ message: messageOf(content, metadata) });
      try {
        for await (const { event } of a2a.SendStreamingMessage({ agent, params }, options)) yield event as JsonObject; // why: the schema is an object of JSON
      } catch (thrown) {
        throw hubError(thrown);
      }
    },
    a2a: ask,
    [Symbol.asyncDispose]: async () => endpoint.close(),
  };
}

function messageOf(content: string | readonly Part[], metadata: JsonObject | undefined): JsonObject {
  const parts = typeof content === "string" ? [{ text: content }] : content.map((part) => ({ ...part }));
  return { messageId: crypto.randomUUID(), role: "ROLE_USER", parts, metadata };
}

// Undefined members are no JSON.
function clean(params: JsonObject): { [key: string]: Json } {
  return JSON.parse(JSON.stringify(params));
}

interface WireTask {
  readonly id: string;
  readonly status: { readonly state: string; readonly message?: { readonly parts: readonly Part[] } };
  readonly artifacts?: readonly { readonly parts: readonly Part[] }[];
}

function replyOf(answer: Json): Reply {
  const response = answer as { readonly task?: WireTask; readonly message?: { readonly parts: readonly Part[] } }; // why: what SendMessage answers with, by A2A 1.0
  const { task, message } = response;
  const parts = task ? (task.artifacts ?? []).flatMap((artifact) => artifact.parts) : (message?.parts ?? []);
  return {
    taskId: task?.id,
    state: task?.status.state,
    text: textOf(parts) || textOf(task?.status.message?.parts ?? []),
    response: answer as JsonObject, // why: as above
  };
}

async function ours<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    throw hubError(thrown);
  }
}

function hubError(thrown: unknown): unknown {
  return thrown instanceof RemoteError ? new HubError(thrown.code, thrown.message, thrown.details, { cause: thrown }) : thrown;
}
