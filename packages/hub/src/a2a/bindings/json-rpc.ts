/** A2A over JSON-RPC on HTTP: POST /a2a/NAME, cards at /a2a/NAME/.well-known/agent-card.json. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { AgentCard, Extensions } from "@a2a-js/sdk";
import { JsonRpcTransportHandler } from "@a2a-js/sdk/server";
import type { Principal } from "../../base/tool.ts";
import { readJson, sendJson } from "../../http/body.ts";
import type { Route } from "../../http/route.ts";
import { callContext, type Registry } from "../registry.ts";

const cardPath = ".well-known/agent-card.json";

/** The HTTP routes of the binding. `front` names the agent whose card stands at the well-known path of the whole hub. */
export function jsonRpcRoutes(registry: Registry, limitBytes: number, front: string): readonly Route[] {
  const sendCard = (response: ServerResponse, name: string): void =>
    sendJson(response, 200, AgentCard.toJSON(registry.get(name).card), { "cache-control": "public, max-age=60" });
  return [
    { method: "GET", path: `/${cardPath}`, access: "open", handle: async (_request, response) => sendCard(response, front) },
    {
      method: "GET",
      path: "/a2a/*",
      access: "open",
      handle: async (_request, response, url) => sendCard(response, agentName(url, cardPath)),
    },
    {
      method: "POST",
      path: "/a2a/*",
      access: "token",
      handle: (request, response, url, caller) => answer(registry, agentName(url, ""), caller, request, response, limitBytes),
    },
  ];
}

function agentName(url: URL, rest: string): string {
  const [name = "", ...tail] = url.pathname.slice("/a2a/".length).split("/");
  return tail.join("/") === rest ? decodeURIComponent(name) : url.pathname.slice("/a2a/".length);
}

async function answer(
  registry: Registry,
  name: string,
  caller: Principal,
  request: IncomingMessage,
  response: ServerResponse,
  limitBytes: number,
): Promise<void> {
  const { rpc } = registry.get(name);
  const body = await readJson(request, limitBytes);
  const id = typeof body === "object" && body !== null && "id" in body ? body.id : null;
  const context = callContext(caller.id, {
    version: headerText(request, "a2a-version"),
    extensions: Extensions.parseServiceParameter(headerText(request, "a2a-extensions")),
  });
  const asError = (error: unknown) => ({ jsonrpc: "2.0", id, error: JsonRpcTransportHandler.mapToJSONRPCError(error) });
  try {
    const result = await rpc.handle(body as Record<string, unknown>, context); // why: the handler checks the envelope itself
    if (!(Symbol.asyncIterator in result)) return sendJson(response, 200, result);
    let open = false;
    for await (const event of result) {
      if (!open) response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
      open = true;
      if (response.destroyed) break;
      if (!response.write(`data: ${JSON.stringify(event)}\n\n`)) await drained(response);
    }
    response.end();
  } catch (error) {
    if (response.headersSent) response.end(`event: error\ndata: ${JSON.stringify(asError(error))}\n\n`);
    else sendJson(response, 200, asError(error));
  }
}

function headerText(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(",") : value;
}

function drained(response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  response.once("drain", resolve).once("close", resolve);
  return promise;
}
