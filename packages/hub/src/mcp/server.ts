/**
 * One MCP server over the dispatcher, for either era and any transport: the SDK's low-level `Server` with our prebuilt
 * lists. (`McpServer.registerTool` would rebuild every schema for every request.)
 */
import {
  CLIENT_CAPABILITIES_META_KEY,
  type CreateMessageRequestParams,
  createRequestStateCodec,
  type ElicitRequestFormParams,
  inputRequired,
  inputResponse,
  ProtocolError,
  ProtocolErrorCode,
  type Server,
} from "@modelcontextprotocol/server";
import { asEntenteError, EntenteError } from "../base/errors.ts";
import type { Json } from "../base/json.ts";
import type { Listeners } from "../base/listeners.ts";
import {
  InputNeeded,
  type Principal,
  type Progress,
  type SampleAnswer,
  SampleNeeded,
  type SampleRequest,
  type ToolAnswer,
} from "../base/tool.ts";
import { mcpErrors } from "./catalogue.ts";
import type { Dispatcher } from "./dispatch.ts";
import { serverInfoOf } from "./server-info.ts";
import { legacyTaskCapabilities, serveLegacyTasks } from "./tasks/legacy-tasks.ts";
import { modernTaskCapabilities, serveModernTasks } from "./tasks/modern-tasks.ts";
import { TaskDesk } from "./tasks/task-desk.ts";
import { TaskBegun, TaskServer } from "./tasks/task-server.ts";
import { failureOf, resultOf } from "./tool-result.ts";

const instructions =
  "Entente is a hub where agents negotiate work, optimise with annealers and keep a language model learning from your files. Start with hub_status; learning_ask answers with cited passages.";

/** What a server stands on. */
export interface McpServerInput {
  readonly dispatcher: Dispatcher;
  readonly principal: Principal;
  readonly version: string;
  /** Seals what a tool that asks a person gives its client to bring back; at least 32 bytes, the same on every hub of a store. */
  readonly stateKey: Uint8Array;
  /** Tells the URIs of resources that changed. */
  readonly changes: Listeners<string>;
}

const answerLifeSeconds = 3600;
const answerKey = "answer";
const sampleKey = "sample";
// For clients of the older era the library asks in their stead, one request after another: a tool that plays a whole game needs some.
const mostRounds = 64;
// Resources that one session may follow at once.
const mostSubscriptions = 1000;

/** Makes a server that acts for `principal` toward clients of an era. */
export function makeMcpServer(
  { dispatcher, principal, version, stateKey, changes }: McpServerInput,
  era: "legacy" | "modern",
): Server {
  const states = createRequestStateCodec<Json>({ key: stateKey, ttlSeconds: answerLifeSeconds, bind: () => principal.id });
  const server = new TaskServer(serverInfoOf(version), {
    capabilities: {
      tools: { listChanged: true },
      resources: { subscribe: true },
      prompts: {},
      ...(era === "modern" ? modernTaskCapabilities : legacyTaskCapabilities),
    },
    instructions,
    requestState: { verify: (state, ctx) => states.verify(state, ctx) },
    inputRequired: { maxRounds: mostRounds },
  });
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
        ...(step.facts ? { _meta: { "dev.entente/progress": step.facts } } : {}),
      };
      // A client that left is noticed by the signal, not here.
      if (token !== undefined) void ctx.mcpReq.notify({ method: "notifications/progress", params }).catch(() => {});
    };
    const { name } = request.params;
    const tool = await asProtocolError(async () => catalogue.tool(name));
    tasks.check(tool, request.params, ctx);
    const given = inputResponse(ctx.mcpReq.inputResponses, answerKey);
    const answer: ToolAnswer | undefined =
      given.kind === "elicit"
        ? // why: what a client sends as content is JSON; the tool checks what it reads of it
          {
            state: ctx.mcpReq.requestState<Json>() ?? null,
            action: given.action,
            content: (given.content ?? {}) as ToolAnswer["content"],
          }
        : undefined;
    const drawn = inputResponse(ctx.mcpReq.inputResponses, sampleKey);
    const sampled: SampleAnswer | undefined =
      drawn.kind === "sampling"
        ? {
            state: ctx.mcpReq.requestState<Json>() ?? null,
            text: textIn(drawn.result.content),
            model: String(drawn.result.model),
          }
        : undefined;
    const declared = server.getClientCapabilities();
    const canAsk = declares(ctx.mcpReq.envelope, "elicitation") || declared?.elicitation !== undefined;
    const canSample = declares(ctx.mcpReq.envelope, "sampling") || declared?.sampling !== undefined;
    try {
      const caller = { principal, signal: ctx.mcpReq.signal, progress, canAsk, answer, canSample, sampled };
      const result = await dispatcher.call(name, request.params.arguments, caller);
      const begun = await tasks.begin(tool, request.params, result, ctx);
      if (begun) throw new TaskBegun(begun);
      return resultOf(result);
    } catch (thrown) {
      if (thrown instanceof TaskBegun) throw thrown;
      if (thrown instanceof InputNeeded)
        return inputRequired({
          // why: a QuestionForm is the flat object schema that elicitation wants
          inputRequests: {
            [answerKey]: inputRequired.elicit({
              message: thrown.message,
              requestedSchema: thrown.form as ElicitRequestFormParams["requestedSchema"],
            }),
          },
          requestState: await states.mint(thrown.state, ctx),
        });
      if (thrown instanceof SampleNeeded)
        return inputRequired({
          inputRequests: { [sampleKey]: inputRequired.createMessage(samplingOf(thrown.request)) },
          requestState: await states.mint(thrown.state, ctx),
        });
      return failureOf(asEntenteError(thrown));
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
  // Last, since it adds to what happens when the client leaves.
  const serveTasks = era === "modern" ? serveModernTasks : serveLegacyTasks;
  const tasks = serveTasks(server, new TaskDesk(catalogue, principal));
  return server;
}

// A request of the 2026-07-28 era carries its client's capabilities itself; an older client said them once.
function declares(envelope: object | undefined, capability: "elicitation" | "sampling"): boolean {
  const capabilities: unknown =
    envelope && CLIENT_CAPABILITIES_META_KEY in envelope ? envelope[CLIENT_CAPABILITIES_META_KEY] : undefined;
  return typeof capabilities === "object" && capabilities !== null && capability in capabilities;
}

function samplingOf({ system, messages, maxTokens }: SampleRequest): CreateMessageRequestParams {
  return {
    systemPrompt: system,
    messages: messages.map(({ role, text }) => ({ role, content: { type: "text", text } })),
    maxTokens,
    includeContext: "none",
  };
}

// What a client sends here was not checked by anybody yet.
function textIn(content: unknown): string {
  const parts: readonly unknown[] = Array.isArray(content) ? content : [content];
  return parts
    .flatMap((part) => (typeof part === "object" && part !== null && "text" in part ? [String(part.text)] : []))
    .join("\n");
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
