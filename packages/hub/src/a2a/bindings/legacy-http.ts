/**
 * Clients of A2A 0.3 over HTTP+JSON: the paths of its specification's section 3.5.3, `/v1/...` below the agent's address. The
 * objects are translated here (legacy-json.ts); errors and cards are the official SDK's translation, loaded by the first of
 * these clients.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { AgentCard } from "@a2a-js/sdk";
import type { Principal } from "../../base/tool.ts";
import { readJson } from "../../http/body.ts";
import { wireError } from "../errors.ts";
import { readRequest } from "../request.ts";
import { isStreaming, type OperationName, operations } from "../service.ts";
import { checkContentType, checkVersion, HttpCall, headerText, type Served, sendText, tellExtensions } from "./http-call.ts";
import { configOf, meantBy, none, type PathRow, taskOf } from "./http-paths.ts";
import { legacyCard } from "./legacy.ts";
import { newerPushConfig, newerSend, olderItem, olderPushConfig, olderTask } from "./legacy-json.ts";
import { sdkError } from "./sdk-handler.ts";
import { sendEvents, streamHeaders } from "./sse.ts";

const contentType = "application/json";
const created = 201;
const noContent = 204;

const rows: readonly PathRow[] = [
  ["POST", /^message:send$/, "SendMessage", none],
  ["POST", /^message:stream$/, "SendStreamingMessage", none],
  ["GET", /^tasks\/([^/:]+)$/, "GetTask", taskOf],
  ["POST", /^tasks\/([^/:]+):cancel$/, "CancelTask", taskOf],
  ["GET", /^tasks\/([^/:]+):subscribe$/, "SubscribeToTask", taskOf],
  ["POST", /^tasks\/([^/:]+):subscribe$/, "SubscribeToTask", taskOf],
  ["POST", /^tasks\/([^/:]+)\/pushNotificationConfigs$/, "CreateTaskPushNotificationConfig", configOf],
  ["GET", /^tasks\/([^/:]+)\/pushNotificationConfigs$/, "ListTaskPushNotificationConfigs", configOf],
  ["GET", /^tasks\/([^/:]+)\/pushNotificationConfigs\/([^/]+)$/, "GetTaskPushNotificationConfig", configOf],
  ["DELETE", /^tasks\/([^/:]+)\/pushNotificationConfigs\/([^/]+)$/, "DeleteTaskPushNotificationConfig", configOf],
  ["GET", /^card$/, "GetExtendedAgentCard", none],
];

/** Whether a request below an agent's address is one of 0.3; of 1.0 `v1` would be a tenant. */
export function isLegacyPath(path: string, request: IncomingMessage): boolean {
  if (!path.startsWith("v1/")) return false;
  const version = headerText(request, "a2a-version")?.trim() ?? "";
  return version === "" || version.startsWith("0.");
}

/** Answers one request; `path` is what follows /a2a/NAME/v1/, still escaped. */
export async function answerLegacyHttp(
  served: Served,
  path: string,
  caller: Principal,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  limitBytes: number,
): Promise<void> {
  try {
    const { operation, inPath } = meantBy(rows, request.method ?? "GET", path, url.pathname);
    checkVersion(headerText(request, "a2a-version"), "0.3");
    const given = await paramsOf(operation, request, url, limitBytes);
    const params = readRequest(operation, { ...given, ...inPath });
    const call = new HttpCall(request, response, caller, { version: "0.3", tenant: "" });
    tellExtensions(response, call, served);
    if (isStreaming(operation)) {
      if (request.method === "HEAD") return void response.writeHead(200, streamHeaders).end();
      const stream = served.service[operations[operation].method](params as never, call); // why: readRequest gave this operation's own parameters
      return await sendEvents(response, stream, { item: (event) => JSON.stringify(olderItem(event)), error: errorText });
    }
    const result: unknown = await served.service[operations[operation].method](params as never, call); // why: as above
    if (operation === "DeleteTaskPushNotificationConfig") return void response.writeHead(noContent).end();
    const status = operation === "SendMessage" || operation === "CreateTaskPushNotificationConfig" ? created : 200;
    sendText(response, status, contentType, JSON.stringify(await answers[operation](result as never, served))); // why: the result of this very operation
  } catch (thrown) {
    if (response.headersSent) response.destroy();
    else sendText(response, wireError(thrown).http, contentType, await errorText(thrown));
  }
}

async function paramsOf(
  operation: OperationName,
  request: IncomingMessage,
  url: URL,
  limitBytes: number,
): Promise<Readonly<Record<string, unknown>>> {
  if (operation === "GetTask") {
    const length = url.searchParams.get("historyLength") ?? url.searchParams.get("history_length");
    return length ? { historyLength: length } : {};
  }
  const translate = operation === "CreateTaskPushNotificationConfig" ? newerPushConfig : newerSend;
  if (request.method !== "POST" || operation === "CancelTask" || operation === "SubscribeToTask") return {};
  checkContentType(request, [contentType]);
  return translate(await readJson(request, limitBytes));
}

type Answer = (result: never, served: Served) => unknown;

const answers: Readonly<Record<OperationName, Answer>> = {
  SendMessage: olderItem,
  SendStreamingMessage: olderItem,
  SubscribeToTask: olderItem,
  GetTask: olderTask,
  CancelTask: olderTask,
  ListTasks: ({ tasks }: { tasks: readonly Parameters<typeof olderTask>[0][] }) => ({ tasks: tasks.map(olderTask) }),
  CreateTaskPushNotificationConfig: olderPushConfig,
  GetTaskPushNotificationConfig: olderPushConfig,
  ListTaskPushNotificationConfigs: ({ configs }: { configs: readonly Parameters<typeof olderPushConfig>[0][] }) => ({
    configs: configs.map(olderPushConfig),
  }),
  DeleteTaskPushNotificationConfig: () => ({}),
  // Schemes and requirements are spelled in ProtoJSON here, as 1.0 spells them, and not as on the open card of 0.3.
  GetExtendedAgentCard: async (card: object) => {
    const { securitySchemes, securityRequirements } = AgentCard.toJSON(AgentCard.fromJSON({ ...card })) as Record<
      string,
      unknown
    >; // why: toJSON gives an object
    return { ...(await legacyCard(AgentCard.fromJSON({ ...card }))), securitySchemes, security: securityRequirements };
  },
};

async function errorText(thrown: unknown): Promise<string> {
  const { LegacyRestTransportHandler } = await import("@a2a-js/sdk/compat/v0_3/server");
  return JSON.stringify(LegacyRestTransportHandler.mapToLegacyHTTPError(sdkError(thrown)));
}
