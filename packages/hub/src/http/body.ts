import type { IncomingMessage, ServerResponse } from "node:http";
import { asEntenteError, defineErrors } from "../base/errors.ts";

export const httpErrors = defineErrors({
  BODY_TOO_LARGE: {
    status: 413,
    text: (d: { limitBytes: number }) => `the request body is larger than limits.bodyBytes (${d.limitBytes} bytes)`,
  },
  BODY_NOT_JSON: { status: 400, text: (d: { problem: string }) => `wanted a JSON body; ${d.problem}` },
  ROUTE_UNKNOWN: { status: 404, text: (d: { method: string; path: string }) => `nothing answers ${d.method} ${d.path}` },
  METHOD_NOT_ALLOWED: {
    status: 405,
    text: (d: { method: string; path: string; allowed: readonly string[] }) =>
      `${d.path} answers ${d.allowed.join(", ")}; got ${d.method}`,
  },
  UPGRADE_UNKNOWN: {
    status: 426,
    text: (d: { path: string; wanted: string; got: string }) =>
      `${d.path} upgrades to ${d.wanted}; got ${d.got || "no protocol"}`,
  },
  PATH_INVALID: {
    status: 400,
    text: (d: { path: string }) => `wanted a path with whole percent escapes in UTF-8; got ${d.path}`,
  },
  PORT_TAKEN: {
    status: 500,
    text: (d: { host: string; port: number }) =>
      `port ${d.port} of ${d.host} is in use; is a hub running already? Choose another with --set http.port=NUMBER (0 takes a free one)`,
  },
  HOST_NEEDS_NAMES: {
    status: 400,
    text: (d: { host: string }) =>
      `http.host is ${d.host}, which is not loopback: name the hosts to answer for in http.allowedHosts`,
  },
  TOO_MANY_STREAMS: {
    status: 503,
    text: (d: { limit: number }) => `the hub already serves limits.eventStreams (${d.limit}) live event streams`,
  },
  DRAINING: { status: 503, text: (_: Record<string, never>) => "the hub is shutting down and takes no new work" },
});

/** Reads a whole body within the limit. Throws BODY_TOO_LARGE as soon as the limit is passed. */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  if (Number(request.headers["content-length"] ?? 0) > limitBytes)
    return Promise.reject(httpErrors.BODY_TOO_LARGE({ limitBytes }));
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let size = 0;
  const data = (chunk: Buffer): void => {
    size += chunk.length;
    if (size <= limitBytes) chunks.push(chunk);
    else end(() => reject(httpErrors.BODY_TOO_LARGE({ limitBytes })));
  };
  const ended = (): void => end(() => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size)));
  const failed = (error: Error): void => end(() => reject(error));
  const closed = (): void => end(() => reject(new Error("the client went away in the middle of its request")));
  const end = (settle: () => void): void => {
    // The request stays open at an early end, so that the answer can still be sent.
    request.off("data", data).off("end", ended).off("error", failed).off("close", closed);
    settle();
  };
  request.on("data", data).on("end", ended).on("error", failed).on("close", closed);
  return promise;
}

/** Reads a JSON body within the limit. Throws BODY_*. */
export async function readJson(request: IncomingMessage, limitBytes: number): Promise<unknown> {
  const body = await readBody(request, limitBytes);
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (cause) {
    throw httpErrors.BODY_NOT_JSON({ problem: cause instanceof Error ? cause.message : String(cause) }, { cause });
  }
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): void {
  const text = JSON.stringify(value);
  response
    .writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text), ...headers })
    .end(text);
}

/** Answers with an error as JSON: `{error: {code, message, details, help}}`. Inner causes stay inside. */
export function sendError(response: ServerResponse, thrown: unknown): void {
  const error = asEntenteError(thrown);
  if (response.headersSent) return void response.destroy();
  const headers: Record<string, string> =
    error.status === 401
      ? { "www-authenticate": 'Bearer realm="entente"' }
      : error.code === "METHOD_NOT_ALLOWED"
        ? { allow: String(error.details.allowed).replaceAll(",", ", ") }
        : {};
  const message = error.code === "INTERNAL" ? "something failed inside the hub; its log says what" : error.message;
  sendJson(
    response,
    error.status,
    { error: { code: error.code, message, details: error.code === "INTERNAL" ? {} : error.details, help: error.help } },
    headers,
  );
}
