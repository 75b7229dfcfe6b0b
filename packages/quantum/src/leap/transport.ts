// One HTTP request to Leap: token, media types and their versions, retries of what may be repeated, errors by status. Everything
// above speaks in parsed bodies and coded errors. Redirects are not followed: fetch would carry the token header to another host.
import { QuantumError } from "../errors.ts";
import type { LeapClock } from "./clock.ts";
import { type Deprecation, deprecations } from "./deprecation.ts";
import { acceptHeader, type MediaType, mediaTypeFault } from "./media-type.ts";
import { type Failure, type RetryRule, retryAfter, retryWait } from "./retry.ts";

/** `fetch`, or a guard around it. It gets absolute URLs. */
export type LeapFetch = (url: string, init: RequestInit) => Promise<Response>;

/** Bytes that own their memory, as fetch takes them. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** One request. `path` is relative to the endpoint. `accept` also checks the response. */
export interface LeapRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Bytes | string;
  readonly accept?: MediaType;
  /** Defaults to the transport's rule. */
  readonly retry?: RetryRule;
  /** Added to the time a response may take, for long polls. */
  readonly patienceMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** A response with a status below 300, or 304. */
export interface LeapResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly url: string;
  readonly bytes: Bytes;
}

/** What a transport is made of. */
export interface TransportParts {
  readonly endpoint: string;
  /** Asked before each request. */
  readonly token?: () => string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: LeapFetch;
  readonly clock: LeapClock;
  readonly retry: RetryRule;
  readonly timeoutMs: number;
  readonly mostResponseBytes: number;
  readonly onDeprecation?: ((notice: Deprecation) => void) | undefined;
}

/** Requests to one endpoint. `Transport.send` throws LEAP_UNREACHABLE, LEAP_TIMEOUT, LEAP_BAD_RESPONSE and the codes of error statuses. */
export class Transport {
  readonly #parts: TransportParts;

  constructor(parts: TransportParts) {
    this.#parts = parts;
  }

  /** The absolute URL of a path; a full URL stays as it is. */
  urlOf(path: string): URL {
    return new URL(path, this.#parts.endpoint);
  }

  /** Sends, tries again where allowed, checks. */
  async send(request: LeapRequest): Promise<LeapResponse> {
    const { clock } = this.#parts;
    const url = this.urlOf(request.path);
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    // Ids are joined by commas, which a query may hold as they are.
    url.search = url.search.replaceAll("%2C", ",");
    for (let tries = 1; ; tries++) {
      request.signal?.throwIfAborted();
      let failure: Failure;
      let error: QuantumError;
      try {
        const response = await this.#once(request, url);
        if (response.status < 300 || response.status === 304) return response;
        const retryAfterMs = retryAfter(response.headers.get("retry-after"), clock.now());
        failure = { status: response.status, retryAfterMs };
        error = this.#statusError(response, retryAfterMs ?? null);
      } catch (cause) {
        request.signal?.throwIfAborted();
        if (cause instanceof QuantumError && cause.code !== "LEAP_UNREACHABLE" && cause.code !== "LEAP_TIMEOUT") throw cause;
        failure = "no response";
        error = cause instanceof QuantumError ? cause : this.#unreachable(url, cause);
      }
      const wait = retryWait(request.method, tries, failure, request.retry ?? this.#parts.retry);
      if (wait === undefined) throw error;
      await clock.sleep(wait, request.signal);
    }
  }

  /** Sends and reads the body as JSON. */
  async json(request: LeapRequest): Promise<unknown> {
    return jsonOf(await this.send(request));
  }

  async #once(request: LeapRequest, url: URL): Promise<LeapResponse> {
    const { headers, fetch, timeoutMs, mostResponseBytes, onDeprecation } = this.#parts;
    const token = this.#parts.token?.();
    const patience = timeoutMs + (request.patienceMs ?? 0);
    const timeout = AbortSignal.timeout(patience);
    const where = url.origin + url.pathname;
    try {
      const response = await fetch(url.href, {
        method: request.method,
        redirect: "manual",
        signal: request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal]),
        headers: {
          "User-Agent": "entente-quantum/0.1",
          ...headers,
          ...(request.accept === undefined ? {} : { Accept: acceptHeader(request.accept) }),
          ...(token === undefined ? {} : { "X-Auth-Token": token }),
          ...request.headers,
        },
        ...(request.body === undefined ? {} : { body: request.body }),
      });
      for (const notice of deprecations(response.headers.get("x-deprecation"))) onDeprecation?.(notice);
      const bytes = await bodyOf(response, mostResponseBytes, where);
      if (response.ok && request.accept !== undefined) {
        const fault = mediaTypeFault(request.accept, response.headers.get("content-type"));
        if (fault !== undefined) throw new QuantumError("LEAP_BAD_RESPONSE", { url: where, ...fault });
      }
      return { status: response.status, headers: response.headers, url: where, bytes };
    } catch (cause) {
      if (timeout.aborted && !request.signal?.aborted)
        throw new QuantumError("LEAP_TIMEOUT", { what: `${request.method} ${where}`, waitedMs: patience }, { cause });
      throw cause;
    }
  }

  #unreachable(url: URL, cause: unknown): QuantumError {
    const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    const why = inner instanceof Error ? inner.message || inner.name : String(inner);
    return new QuantumError("LEAP_UNREACHABLE", { url: url.origin + url.pathname, why: this.#safe(why) }, { cause });
  }

  // Leap answers errors as {error_code, error_msg} or as plain text.
  #statusError({ status, url, bytes }: LeapResponse, retryAfterMs: number | null): QuantumError {
    const text = new TextDecoder().decode(bytes.subarray(0, 2000));
    let said = text;
    try {
      const parsed: unknown = JSON.parse(text);
      if (typeof parsed === "object" && parsed !== null && "error_msg" in parsed) said = String(parsed.error_msg);
    } catch {
      // plain text, as it is
    }
    const message = this.#safe(said.slice(0, 500)) || "no message";
    if (status < 400) return new QuantumError("LEAP_BAD_RESPONSE", { url, wanted: "no redirect", got: status });
    if (status === 401) return new QuantumError("LEAP_AUTH_REFUSED", { url, message });
    if (status === 403) return new QuantumError("LEAP_FORBIDDEN", { url, message });
    if (status === 404) return new QuantumError("LEAP_NOT_FOUND", { url, message });
    if (status === 429) return new QuantumError("LEAP_LIMIT_EXCEEDED", { url, message, retryAfterMs });
    if (status >= 500) return new QuantumError("LEAP_SERVER_FAILED", { url, status, message });
    return new QuantumError("LEAP_REQUEST_REFUSED", { url, status, message });
  }

  // A server may quote the request in its message; the token must not travel on.
  #safe(text: string): string {
    const token = this.#parts.token?.();
    return token === undefined ? text : text.replaceAll(token, "[token]");
  }
}

/** Whether an error says that Leap is away or overloaded for now, and nothing about what was asked. */
export function isOutage(error: unknown): boolean {
  return error instanceof QuantumError && outages.has(error.code);
}

const outages: ReadonlySet<string> = new Set(["LEAP_SERVER_FAILED", "LEAP_UNREACHABLE", "LEAP_TIMEOUT", "LEAP_LIMIT_EXCEEDED"]);

/** The body of a response as JSON. Throws LEAP_BAD_RESPONSE. */
export function jsonOf({ bytes, url }: LeapResponse): unknown {
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new QuantumError("LEAP_BAD_RESPONSE", { url, wanted: "JSON", got: text.slice(0, 60) }, { cause });
  }
}

async function bodyOf(response: Response, mostBytes: number, url: string): Promise<Bytes> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > mostBytes) throw new QuantumError("LEAP_BAD_RESPONSE", { url, wanted: `at most ${mostBytes} bytes`, got: "more" });
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
