/**
 * A2A over HTTP+JSON: the paths of the specification's section 11 under /a2a/NAME, bodies of `application/a2a+json`, errors
 * after AIP-193, streams as Server-Sent Events. A tenant may stand before the path: /a2a/NAME/TENANT/tasks.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Principal } from "../../base/tool.ts";
import { readJson } from "../../http/body.ts";
import { encoded } from "../encoded.ts";
import { errorInfo, wireError } from "../errors.ts";
import { readRequest } from "../request.ts";
import { isStreaming, operations } from "../service.ts";
import { checkContentType, checkVersion, HttpCall, headerText, type Served, sendText, tellExtensions } from "./http-call.ts";
import { configOf, type Meant, meantBy, none, type PathRow, taskOf } from "./http-paths.ts";
import { sendEvents, streamHeaders } from "./sse.ts";

const contentType = "application/a2a+json";
const created = 201;
const noContent = 204;

interface Target extends Meant {
  readonly tenant: string | undefined;
}

const paths: readonly PathRow[] = [
  ["POST", /^message:send$/, "SendMessage", none],
  ["POST", /^message:stream$/, "SendStreamingMessage", none],
  ["GET", /^tasks$/, "ListTasks", none],
  ["GET", /^tasks\/([^/:]+)$/, "GetTask", taskOf],
  ["POST", /^tasks\/([^/:]+):cancel$/, "CancelTask", taskOf],
  ["GET", /^tasks\/([^/:]+):subscribe$/, "SubscribeToTask", taskOf],
  ["POST", /^tasks\/([^/:]+):subscribe$/, "SubscribeToTask", taskOf],
  ["POST", /^tasks\/([^/:]+)\/pushNotificationConfigs$/, "CreateTaskPushNotificationConfig", configOf],
  ["GET", /^tasks\/([^/:]+)\/pushNotificationConfigs$/, "ListTaskPushNotificationConfigs", configOf],
  ["GET", /^tasks\/([^/:]+)\/pushNotificationConfigs\/([^/]+)$/, "GetTaskPushNotificationConfig", configOf],
  ["DELETE", /^tasks\/([^/:]+)\/pushNotificationConfigs\/([^/]+)$/, "DeleteTaskPushNotificationConfig", configOf],
  ["GET", /^extendedAgentCard$/, "GetExtendedAgentCard", none],
];
// Paths without an identifier, found at once.
const plain = new Map(
  paths
    .filter(([, , , name]) => name === none)
    .map(([method, pattern, operation]): [string, Target] => [
      `${method} ${pattern.source.slice(1, -1)}`,
      { operation, tenant: undefined, inPath: {} },
    ]),
);
const untenanted = /^(message:(send|stream)|tasks([/:].*)?|extendedAgentCard)$/;

/** Answers one request; `path` is what follows /a2a/NAME/, still escaped. */
export async function answerHttpJson(
  served: Served,
  path: string,
  caller: Principal,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  limitBytes: number,
): Promise<void> {
  try {
    const target = targetOf(request.method ?? "GET", path, url.pathname);
    checkVersion(headerText(request, "a2a-version"), "1.0");
    await answer(served, target, caller, request, response, url, limitBytes);
  } catch (thrown) {
    if (response.headersSent) response.destroy();
    else sendText(response, wireError(thrown).http, contentType, errorText(thrown));
  }
}

function targetOf(method: string, path: string, whole: string): Target {
  const known = plain.get(`${method} ${path}`);
  if (known) return known;
  const slash = path.indexOf("/");
  const tenanted = !untenanted.test(path) && slash > 0;
  const rest = tenanted ? path.slice(slash + 1) : path;
  const meant = meantBy(paths, method, rest, whole);
  return { ...meant, tenant: tenanted ? decodeURIComponent(path.slice(0, slash)) : undefined };
}

async function answer(
  served: Served,
  { operation, tenant, inPath }: Target,
  caller: Principal,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  limitBytes: number,
): Promise<void> {
  const given = request.method === "POST" ? await readBody(request, limitBytes) : fromQuery(url.searchParams);
  const params = readRequest(operation, { ...given, ...inPath, ...(tenant === undefined ? {} : { tenant }) });
  const call = new HttpCall(request, response, caller, { version: "1.0", tenant: params.tenant ?? "" });
  tellExtensions(response, call, served);
  if (isStreaming(operation)) {
    if (request.method === "HEAD") return void response.writeHead(200, streamHeaders).end();
    const stream = served.service[operations[operation].method](params as never, call); // why: readRequest gave this operation's own parameters
    return sendEvents(response, stream, { item: encoded, error: errorText });
  }
  const result: unknown = await served.service[operations[operation].method](params as never, call); // why: as above
  if (operation === "DeleteTaskPushNotificationConfig") return void response.writeHead(noContent).end();
  const status = operation === "CreateTaskPushNotificationConfig" ? created : 200;
  sendText(response, status, contentType, encoded(result));
}

async function readBody(request: IncomingMessage, limitBytes: number): Promise<object> {
  checkContentType(request, [contentType, "application/json"]);
  // Cancel and subscribe may come without a body.
  if (request.headers["content-length"] === "0" || (!request.headers["content-length"] && !request.headers["transfer-encoding"]))
    return {};
  const body = await readJson(request, limitBytes);
  return typeof body === "object" && body !== null ? body : {};
}

function fromQuery(query: URLSearchParams): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, value] of query) if (value !== "") values[name] = value === "true" ? true : value === "false" ? false : value;
  return values;
}

function errorText(thrown: unknown): string {
  const error = wireError(thrown);
  return JSON.stringify({ error: { code: error.http, status: error.status, message: error.message, details: errorInfo(error) } });
}
