/** A2A over JSON-RPC 2.0 on HTTP: POST /a2a/NAME. Answers are 200 whatever came of the call; streams are Server-Sent Events. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Principal } from "../../base/tool.ts";
import { readJson } from "../../http/body.ts";
import { encoded } from "../encoded.ts";
import { a2aErrors, errorInfo, wireError } from "../errors.ts";
import { readRequest } from "../request.ts";
import { isOperation, isStreaming, operations } from "../service.ts";
import { checkContentType, checkVersion, HttpCall, headerText, type Served, sendText, tellExtensions } from "./http-call.ts";
import { answerLegacy, isLegacyMethod, legacyError } from "./legacy.ts";
import { sendEvents } from "./sse.ts";

type Id = string | number | null;

/** Answers one request to an agent. */
export async function answerJsonRpc(
  served: Served,
  caller: Principal,
  request: IncomingMessage,
  response: ServerResponse,
  limitBytes: number,
): Promise<void> {
  let id: Id = null;
  try {
    checkContentType(request, ["application/json"]);
    const envelope = readEnvelope(await readJson(request, limitBytes), (known) => {
      id = known;
    });
    if (isLegacyMethod(envelope.method)) await answerOld(served, envelope, caller, request, response);
    else await dispatch(served, envelope, id, caller, request, response);
  } catch (thrown) {
    if (response.headersSent) response.destroy();
    else sendText(response, 200, "application/json", errorText(id, thrown));
  }
}

interface Envelope {
  readonly method: string;
  readonly params: unknown;
  /** The whole request, as it came. */
  readonly body: Readonly<Record<string, unknown>>;
}

function readEnvelope(body: unknown, setId: (id: Id) => void): Envelope {
  const problem = (text: string) => a2aErrors.ENVELOPE_INVALID({ problem: text });
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw problem("wanted one JSON-RPC request object");
  const members = body as Record<string, unknown>; // why: an object that is no array
  const { jsonrpc, id = null, method, params } = members;
  if (typeof id === "string" || Number.isInteger(id) || id === null)
    setId(id as Id); // why: one of the three, checked here
  else throw problem("id: wanted a string, a whole number or null");
  if (jsonrpc !== "2.0") throw problem('jsonrpc: wanted "2.0"');
  if (typeof method !== "string" || method === "") throw problem("method: wanted the name of a method");
  return { method, params, body: members };
}

async function dispatch(
  served: Served,
  { method, params }: Envelope,
  id: Id,
  caller: Principal,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!isOperation(method)) throw a2aErrors.METHOD_UNKNOWN({ method });
  checkVersion(headerText(request, "a2a-version"), "1.0");
  const parsed = readRequest(method, params);
  const call = new HttpCall(request, response, caller, { version: "1.0", tenant: parsed.tenant ?? "" });
  tellExtensions(response, call, served);
  const start = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":`;
  if (isStreaming(method)) {
    const stream = served.service[operations[method].method](parsed as never, call); // why: readRequest gave this operation's own parameters
    return sendEvents(response, stream, {
      item: (event) => `${start}${encoded(event)}}`,
      error: (thrown) => errorText(id, thrown),
    });
  }
  const result: unknown = await served.service[operations[method].method](parsed as never, call); // why: as above
  sendText(response, 200, "application/json", `${start}${encoded(result)}}`);
}

// Protocol 0.3, told by the names of its methods.
async function answerOld(
  served: Served,
  { body }: Envelope,
  caller: Principal,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  checkVersion(headerText(request, "a2a-version"), "0.3");
  const call = new HttpCall(request, response, caller, { version: "0.3", tenant: "" });
  tellExtensions(response, call, served);
  const answer = await answerLegacy(served.service, served.card, call, body);
  if (!(Symbol.asyncIterator in answer)) return sendText(response, 200, "application/json", JSON.stringify(answer));
  const { id = null } = body;
  const error = async (thrown: unknown): Promise<string> =>
    JSON.stringify({ jsonrpc: "2.0", id, error: await legacyError(thrown) });
  try {
    await sendEvents(response, answer, { item: JSON.stringify, error });
  } catch (thrown) {
    sendText(response, 200, "application/json", await error(thrown));
  }
}

function errorText(id: Id, thrown: unknown): string {
  const error = wireError(thrown);
  const info = errorInfo(error);
  const data = info.length > 0 ? { data: info } : {};
  return JSON.stringify({ jsonrpc: "2.0", id, error: { code: error.rpc, message: error.message, ...data } });
}
