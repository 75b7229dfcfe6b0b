import type { FetchLikeMcpHandler } from "@modelcontextprotocol/node";
import { type JSONRPCNotification, type McpHttpHandler, ProtocolError } from "@modelcontextprotocol/server";
import type { TaskDesk } from "./task-desk.ts";
import { acknowledged, refusal, sendTasks, statusOf, type TaskListening, taskListening } from "./task-listening.ts";

/** The SDK's handler of the 2026-07-28 era, with tasks to listen for. Bodies come parsed. */
export function withTaskListening(modern: McpHttpHandler, desk: TaskDesk): FetchLikeMcpHandler {
  return {
    fetch: async (request, options) => {
      const body = options?.parsedBody;
      if (!isListen(body)) return modern.fetch(request, options);
      try {
        const listening = await taskListening(body, desk);
        if (!listening) return modern.fetch(request, options);
        const response = await modern.fetch(request, { ...options, parsedBody: listening.forwarded });
        const stream = response.headers.get("content-type")?.startsWith("text/event-stream") ? response.body : null;
        if (!stream || listening.taskIds.length === 0) return response;
        return new Response(withTasks(stream, listening, desk), { status: response.status, headers: response.headers });
      } catch (thrown) {
        if (!(thrown instanceof ProtocolError)) throw thrown;
        return Response.json(refusal(body.id, thrown), { status: statusOf(thrown) });
      }
    },
  };
}

// Cheap, since every request passes here.
function isListen(body: unknown): body is { readonly id: string | number } {
  return typeof body === "object" && body !== null && "method" in body && body.method === "subscriptions/listen" && "id" in body;
}

// The SDK's first frame is its acknowledgement, whole.
function withTasks(stream: ReadableStream<Uint8Array>, listening: TaskListening, desk: TaskDesk): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  const left = new AbortController();
  return new ReadableStream({
    start: async (controller) => {
      const { value } = await reader.read();
      const [, data = ""] = /^data: (.*)$/m.exec(new TextDecoder().decode(value)) ?? [];
      controller.enqueue(frameOf(acknowledged(JSON.parse(data), listening.taskIds)));
      sendTasks(listening, desk, left.signal, (notice) => controller.enqueue(frameOf(notice)));
    },
    pull: async (controller) => {
      const { done, value } = await reader.read();
      if (!done) return controller.enqueue(value);
      left.abort(new Error("the subscription ended"));
      controller.close();
    },
    cancel: (reason) => {
      left.abort(new Error("the client left"));
      return reader.cancel(reason);
    },
  });
}

function frameOf(notice: JSONRPCNotification): Uint8Array {
  return new TextEncoder().encode(`event: message\ndata: ${JSON.stringify(notice)}\n\n`);
}
