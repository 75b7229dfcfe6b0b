/**
 * One MCP server over the dispatcher, for either era and any transport: the SDK's low-level `Server` with our prebuilt
 * lists. (`McpServer.registerTool` would rebuild every schema for every request.)
 */
import { ProtocolError, ProtocolErrorCode, Server } from "@modelcontextprotocol/server";
import { asEntenteError, EntenteError } from "../base/errors.ts";
import type { Listeners } from "../base/listeners.ts";
import type { Principal, Progress } from "../base/tool.ts";
import { mcpErrors } from "./catalogue.ts";
import type { Dispatcher } from "./dispatch.ts";

const instructions =
  "Entente is a hub where agents negotiate work, optimise with annealers and keep a language model learning from your files. Start with hub_status; learning_ask answers with cited passages.";

// Resources that one session may follow at once.
const mostSubscriptions = 1000;

/** Makes a server that acts for `principal`; `changes` tells the URIs of resources that changed. */
export function makeMcpServer(dispatcher: Dispatcher, principal: Principal, version: string, changes: Listeners<string>): Server {
  const server = new Server(
    { name: "entente", title: "Entente", version },
    { capabilities: { tools: {}, resources: { subscribe: true }, prompts: {} }, instructions },
  );
  const { catalogue } = dispatcher;
  const templates = catalogue.resources.filter((resource) => resource.uri.includes("{"));
  const fixed = catalogue.resources.filter((resource) => !resource.uri.includes("{"));

  server.setRequestHandler("tools/list", () => ({ tools: catalogue.listed.map((tool) => ({ ...tool })) }));
  server.setRequestHandler("tools/call", async (request, ctx) => {
    const token = ctx.mcpReq._meta?.progressToken;
    let sent = -1;
    const progress = (step: Progress): void => {
      // MCP wants progress to rise; a tool that begins a new phase starts again from its own zero, so count steps then.
      sent = step.done > sent ? step.done : sent + 1e-6;
      const params = {
        progressToken: token ?? 0,
        progress: sent,
        ...(step.total === undefined ? {} : { total: Math.max(step.total, sent) }),
        ...(step.message ? { message: step.message } : {}),
      };
      // A client that left is noticed by the signal, not here.
      if (token !== undefined) void ctx.mcpReq.notify({ method: "notifications/progress", params }).catch(() => {});
    };
    const { name } = request.params;
    try {
      const result = await dispatcher.call(name, request.params.arguments, { principal, signal: ctx.mcpReq.signal, progress });
      return { content: [{ type: "text" as const, text: JSON.stringify(result) }], structuredContent: result };
    } catch (thrown) {
      const error = asEntenteError(thrown);
      if (error.code === "TOOL_UNKNOWN") throw new ProtocolError(ProtocolErrorCode.InvalidParams, error.message);
      return {
        isError: true,
        content: [{ type: "text" as const, text: `${error.code}: ${error.message}` }],
        _meta: { "dev.entente/error": { code: error.code, details: error.details, help: error.help } },
      };
    }
  });

  server.setRequestHandler("resources/list", () => ({
    resources: fixed.map(({ name, uri, description, mimeType }) => ({ name, uri, description, mimeType })),
  }));
  server.setRequestHandler("resources/templates/list", () => ({
    resourceTemplates: templates.map(({ name, uri, description, mimeType }) => ({
      name,
      uriTemplate: uri,
      description,
      mimeType,
    })),
  }));
  server.setRequestHandler("resources/read", async (request, ctx) => {
    const { uri } = request.params;
    return asProtocolError(async () => {
      const { resource, parts } = catalogue.resource(uri);
      const text = await resource.read(parts, dispatcher.context({ principal }, ctx.mcpReq.signal));
      return { contents: [{ uri, mimeType: resource.mimeType, text }] };
    });
  });

  // Only sessions of older clients come here: a client of the 2026-07-28 era listens by subscriptions/listen, which the
  // transport answers by itself.
  const followed = new Set<string>();
  let stop: (() => void) | undefined;
  server.onclose = () => stop?.();
  server.setRequestHandler("resources/subscribe", (request) => {
    const { uri } = request.params;
    return asProtocolError(async () => {
      catalogue.resource(uri);
      if (followed.size >= mostSubscriptions) throw mcpErrors.SUBSCRIPTIONS_FULL({ limit: mostSubscriptions });
      followed.add(uri);
      stop ??= changes.add((changed) => {
        // A client that left is noticed by its transport, not here.
        if (followed.has(changed)) void server.sendResourceUpdated({ uri: changed }).catch(() => {});
      });
      return {};
    });
  });
  server.setRequestHandler("resources/unsubscribe", (request) => {
    followed.delete(request.params.uri);
    return {};
  });
  server.setRequestHandler("prompts/list", () => ({
    prompts: catalogue.prompts.map(({ name, description, arguments: list }) => ({
      name,
      description,
      arguments: list.map((argument) => ({ ...argument })),
    })),
  }));
  server.setRequestHandler("prompts/get", async (request, ctx) => {
    const values = request.params.arguments ?? {};
    return asProtocolError(async () => {
      const prompt = catalogue.prompt(request.params.name, values);
      const text = await prompt.render(values, dispatcher.context({ principal }, ctx.mcpReq.signal));
      return { description: prompt.description, messages: [{ role: "user" as const, content: { type: "text" as const, text } }] };
    });
  });
  return server;
}

async function asProtocolError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof EntenteError && thrown.status < 500)
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, thrown.message);
    throw thrown;
  }
}
