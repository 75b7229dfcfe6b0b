/**
 * The HTTP front: one node:http server, loopback by default. Every request passes the same gate, in this order: Host,
 * Origin, route, token. Slow senders are cut by node's own timers; bodies by the reader in body.ts.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Config } from "../base/config.ts";
import type { Logger } from "../base/logger.ts";
import { type Access, securityErrors } from "../security/token.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { httpErrors, sendError } from "./body.ts";
import { findRoute, type Route } from "./route.ts";

/** What the front stands on. */
export interface FrontInput {
  readonly config: Config;
  readonly access: Access;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly routes: readonly Route[];
}

const loopbackHosts = ["localhost", "127.0.0.1", "[::1]"];

/** The listening front. */
export class Front {
  readonly #input: FrontInput;
  readonly #server: Server;
  #draining = false;

  constructor(input: FrontInput) {
    this.#input = input;
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.requestTimeout = input.config.values["limits.requestMs"];
    this.#server.headersTimeout = Math.min(10_000, input.config.values["limits.requestMs"]);
  }

  /** Starts listening; resolves to the address. Throws PORT_TAKEN or HOST_NEEDS_NAMES. */
  async listen(): Promise<URL> {
    const { "http.host": host, "http.port": port, "http.allowedHosts": names } = this.#input.config.values;
    if (!["127.0.0.1", "::1", "localhost"].includes(host) && names.length === 0) throw httpErrors.HOST_NEEDS_NAMES({ host });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once("error", reject).listen(port, host, resolve);
    try {
      await promise;
    } catch (cause) {
      if (cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE")
        throw httpErrors.PORT_TAKEN({ host, port }, { cause });
      throw cause;
    }
    const address = this.#server.address();
    const bound = typeof address === "object" && address !== null ? address.port : port;
    return new URL(`http://${host.includes(":") ? `[${host}]` : host}:${bound}`);
  }

  /** Stops taking requests, waits for those under way up to `limits.drainMs`, then cuts the rest. */
  async drain(): Promise<void> {
    this.#draining = true;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#server.closeAllConnections(), this.#input.config.values["limits.drainMs"]);
    await promise;
    clearTimeout(timer);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = performance.now();
    let label = "none";
    response.on("close", () => {
      this.#input.metrics.httpRequests.inc({ route: label, status: response.statusCode });
      this.#input.metrics.httpDuration.observe({ route: label }, (performance.now() - started) / 1000);
    });
    response.setHeader("x-content-type-options", "nosniff");
    try {
      const route = this.#admit(request);
      label = route.path;
      await route.handle(request, response, requestUrl(request));
    } catch (error) {
      if (!response.headersSent && !request.complete) response.setHeader("connection", "close");
      this.#input.log.debug({ error, url: request.url }, "a request was answered with an error");
      sendError(response, error);
    }
  }

  #admit(request: IncomingMessage): Route {
    const { config, access, routes } = this.#input;
    const host = request.headers.host ?? "";
    const name = host.replace(/:\d+$/, "").toLowerCase();
    if (!loopbackHosts.includes(name) && !config.values["http.allowedHosts"].includes(name))
      throw securityErrors.HOST_FORBIDDEN({ host });
    const origin = request.headers.origin;
    if (
      origin !== undefined &&
      origin !== `http://${host}` &&
      origin !== `https://${host}` &&
      !config.values["http.allowedOrigins"].includes(origin)
    )
      throw securityErrors.ORIGIN_FORBIDDEN({ origin });
    const path = requestUrl(request).pathname;
    const route = findRoute(routes, request.method ?? "GET", path);
    if (!route) throw httpErrors.ROUTE_UNKNOWN({ method: request.method ?? "", path });
    if (route.access === "token") access.check(request.headers);
    if (this.#draining) throw httpErrors.DRAINING({});
    return route;
  }
}

function requestUrl(request: IncomingMessage): URL {
  // The host was checked; only path and query are used.
  return new URL(`http://hub${request.url?.startsWith("/") ? request.url : "/"}`);
}
