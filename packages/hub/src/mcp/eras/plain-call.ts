/**
 * The commonest request answered without the protocol's library: a `tools/call` of the 2026-07-28 era whose client declares no capability (so it can
 * neither be asked nor sampled) and wants no progress. The library makes a server, a web request and a web response for each request,
 * some half a millisecond; such a call needs none of them. What is not exactly this is left to the library, also everything that is wrong
 * with a request, so the answers are its own in every other case. A test holds this one to the library's.
 */
import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  PROTOCOL_VERSION_META_KEY,
  ProtocolErrorCode,
  SERVER_INFO_META_KEY,
} from "@modelcontextprotocol/server";
import { asEntenteError } from "../../base/errors.ts";
import type { Principal } from "../../base/tool.ts";
import type { Dispatcher } from "../dispatch.ts";
import { serverInfoOf } from "../server-info.ts";
import { failureOf } from "../tool-result.ts";

/** What plain calls are answered with. */
export interface PlainCallsInput {
  readonly dispatcher: Dispatcher;
  readonly principal: Principal;
  readonly version: string;
}

/** A call that needs nothing but the tool. */
export interface PlainCall {
  readonly id: string | number;
  readonly name: string;
  readonly input: unknown;
}

const revision = "2026-07-28";
const plainName = /^[a-z0-9_]{1,64}$/; // others may be encoded in the header
const rootKeys: ReadonlySet<string> = new Set(["jsonrpc", "id", "method", "params"]);
const paramKeys: ReadonlySet<string> = new Set(["name", "arguments", "_meta"]);
const metaKeys: ReadonlySet<string> = new Set([PROTOCOL_VERSION_META_KEY, CLIENT_INFO_META_KEY, CLIENT_CAPABILITIES_META_KEY]);
const infoKeys: ReadonlySet<string> = new Set(["name", "version", "title"]);
const none: ReadonlySet<string> = new Set();

/** The plain call in a request; undefined when it is anything else. */
export function plainCallIn(headers: IncomingHttpHeaders, body: unknown): PlainCall | undefined {
  if (headers["mcp-method"] !== "tools/call" || headers["mcp-protocol-version"] !== revision) return undefined;
  if (headers["content-type"] !== "application/json" || !acceptsBoth(headers.accept)) return undefined;
  if (!hasOnly(body, rootKeys) || body.jsonrpc !== "2.0" || body.method !== "tools/call") return undefined;
  const { id, params } = body;
  if (typeof id !== "string" && !(typeof id === "number" && Number.isSafeInteger(id))) return undefined;
  if (!hasOnly(params, paramKeys)) return undefined;
  const { name, arguments: input, _meta: meta } = params;
  if (typeof name !== "string" || !plainName.test(name) || headers["mcp-name"] !== name) return undefined;
  if (input !== undefined && !isRecord(input)) return undefined;
  if (!hasOnly(meta, metaKeys) || meta[PROTOCOL_VERSION_META_KEY] !== revision) return undefined;
  const info = meta[CLIENT_INFO_META_KEY];
  if (!hasOnly(info, infoKeys) || typeof info.name !== "string" || typeof info.version !== "string") return undefined;
  if (info.title !== undefined && typeof info.title !== "string") return undefined;
  if (!hasOnly(meta[CLIENT_CAPABILITIES_META_KEY], none)) return undefined;
  return { id, name, input };
}

/** Runs a plain call and answers it; it ends when its client leaves. */
export async function answerPlainCall(
  { id, name, input }: PlainCall,
  { dispatcher, principal, version }: PlainCallsInput,
  response: ServerResponse,
): Promise<void> {
  const left = new AbortController();
  const onClose = (): void => left.abort(new Error("the client left"));
  response.once("close", onClose);
  const serverInfo = serverInfoOf(version);
  let text: string;
  try {
    const result = JSON.stringify(await dispatcher.call(name, input, { principal, signal: left.signal }));
    const meta = JSON.stringify({ [SERVER_INFO_META_KEY]: serverInfo });
    const content = `[{"type":"text","text":${JSON.stringify(result)}}]`;
    text = `{"result":{"content":${content},"structuredContent":${result},"resultType":"complete","_meta":${meta}},"jsonrpc":"2.0","id":${JSON.stringify(id)}}`;
  } catch (thrown) {
    const error = asEntenteError(thrown);
    if (error.code === "TOOL_UNKNOWN")
      text = JSON.stringify({ jsonrpc: "2.0", id, error: { code: ProtocolErrorCode.InvalidParams, message: error.message } });
    else {
      const failed = failureOf(error);
      const _meta = { ...failed._meta, [SERVER_INFO_META_KEY]: serverInfo };
      text = JSON.stringify({ result: { ...failed, _meta, resultType: "complete" }, jsonrpc: "2.0", id });
    }
  }
  response.off("close", onClose);
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(text) }).end(text);
}

function acceptsBoth(accept = ""): boolean {
  return accept.includes("application/json") && accept.includes("text/event-stream");
}

function hasOnly(value: unknown, keys: ReadonlySet<string>): value is { readonly [key: string]: unknown } {
  if (!isRecord(value)) return false;
  for (const key of Object.keys(value)) if (!keys.has(key)) return false;
  return true;
}

function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
