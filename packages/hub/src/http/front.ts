/**
 * The HTTP front: one node:http server, loopback by default. Every request passes the same gate, in this order: Host,
 * Origin, route, token. Slow senders are cut by node's own timers; bodies by the reader in body.ts.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { Config } from "../base/config.ts";
import { asEntenteError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { nobody } from "../base/principals.ts";
import type { Principal } from "../base/tool.ts";
import type { OpenCalls } from "../security/open-calls.ts";
import { type Access, securityErrors } from "../security/token.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { httpErrors, sendError } from "./body.ts";
import { type Route, RouteTable } from "./route.ts";

/** What the front stands on. */
export interface FrontInput {
  readonly config: Config;
  readonly access: Access;
  /** Ends requests whose client's token ends. */
  readonly calls: OpenCalls;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly routes: readonly Route[];
  readonly upgrades?: readonly Upgrade[];
}

/** A path whose connections become something else than HTTP. `take` gets the socket with what was read of it put back. */
export interface Upgrade {
  readonly path: string;
  readonly protocol: string;
  readonly take: (socket: Socket, caller: Principal) => void;
}

const longestHeadersMs = 10_000;
// A connection that is closed just when its client sends again costs that client a request. Browsers and proxies let go of idle ones within a
// minute; Node's own 5 s is just what a console's polls, some seconds apart, run into.
const idleMs = 65_000;
const longestCheckMs = 2000;
const lingerMs = 2000;
const loopbackHosts = ["localhost", "127.0.0.1", "[::1]"];

/** The listening front. */
export class Front {
  readonly #input: FrontInput;
  readonly #server: Server;
  readonly #routes: RouteTable;
  readonly #hosts: ReadonlySet<string>;
  #draining = false;

  constructor(input: FrontInput) {
    this.#input = input;
    this.#routes = new RouteTable(input.routes);
    const allowed = input.config.values["http.allowedHosts"].map((name) => name.toLowerCase());
    this.#hosts = new Set([...loopbackHosts, ...allowed]);
    const requestTimeout = input.config.values["limits.requestMs"];
    this.#server = createServer(
      {
        requestTimeout,
        headersTimeout: Math.min(longestHeadersMs, requestTimeout),
        keepAliveTimeout: idleMs,
        // Node looks for slow senders this often; its own default of 30 s would double the limit.
        connectionsCheckingInterval: Math.min(longestCheckMs, requestTimeout),
      },
      (request, response) => void this.#answer(request, response),
    );
    this.#server.on("upgrade", (request, socket: Socket, head) => void this.#upgrade(request, socket, head));
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
      const url = requestUrl(request);
      const route = this.#route(request, url.pathname);
      label = route.path;
      const { calls } = this.#input;
      const moment = calls.moment();
      const caller = await this.#caller(route, request, url.pathname);
      const over = calls.open(caller, moment, () => response.destroy());
      if (caller.kind === "client") response.once("close", over);
      await route.handle(request, response, url, caller);
    } catch (error) {
      this.#input.log.debug({ error, url: request.url }, "a request was answered with an error");
      if (!request.complete) this.#linger(request, response);
      sendError(response, error);
    }
  }

  // Closing at once on a client that still sends would reset the connection, and with it the answer: the connection is kept
  // for a moment, whatever the client asked for, and the rest is read and thrown away.
  #linger(request: IncomingMessage, response: ServerResponse): void {
    if (!response.headersSent) response.setHeader("connection", "keep-alive");
    request.resume();
    const timer = setTimeout(() => request.socket.destroy(), lingerMs);
    request.once("close", () => clearTimeout(timer));
  }

  // The same gate as for requests: Host, Origin, path, token.
  async #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    socket.on("error", () => {}); // A client that leaves in between has nobody to tell.
    try {
      this.#checkOrigin(request);
      const path = requestUrl(request).pathname;
      const asked = String(request.headers.upgrade ?? "").toLowerCase();
      const upgrade = this.#input.upgrades?.find((one) => one.path === path);
      if (!upgrade) throw httpErrors.ROUTE_UNKNOWN({ method: "UPGRADE", path });
      if (asked !== upgrade.protocol) throw httpErrors.UPGRADE_UNKNOWN({ path, wanted: upgrade.protocol, got: asked });
      const { access, calls } = this.#input;
      const moment = calls.moment();
      const caller = await access.check(request.headers);
      // A token that ended while it was looked up lets nobody in; whoever takes the connection hears of later ends.
      let ended = false;
      calls.open(caller, moment, () => {
        ended = true;
      })();
      if (ended) throw securityErrors.TOKEN_WRONG({});
      if (this.#draining) throw httpErrors.DRAINING({});
      socket.removeAllListeners("error");
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: ${upgrade.protocol}\r\n\r\n`);
      if (head.length > 0) socket.unshift(head);
      upgrade.take(socket, caller);
    } catch (thrown) {
      const { code, status, message } = asEntenteError(thrown);
      const body = JSON.stringify({ error: { code, message } });
      socket.end(
        `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
      );
    }
  }

  async #caller(route: Route, request: IncomingMessage, path: string): Promise<Principal> {
    const wanted = typeof route.access === "function" ? route.access(path) : route.access;
    if (wanted === "open") return nobody;
    const { access } = this.#input;
    const caller = await access.check(request.headers);
    if (wanted === "operator" && caller.kind !== "operator")
      throw securityErrors.OPERATOR_ONLY({ path: route.path, principal: caller.id });
    return caller;
  }

  #route(request: IncomingMessage, path: string): Route {
    this.#checkOrigin(request);
    if (!isDecodable(path)) throw httpErrors.PATH_INVALID({ path });
    const { method = "GET" } = request;
    const route = this.#routes.find(method, path);
    if (!route) {
      const methods = this.#routes.methods(path);
      throw methods.length > 0
        ? httpErrors.METHOD_NOT_ALLOWED({ method, path, allowed: methods })
        : httpErrors.ROUTE_UNKNOWN({ method, path });
    }
    if (this.#draining) throw httpErrors.DRAINING({});
    return route;
  }

  #checkOrigin(request: IncomingMessage): void {
    const { config } = this.#input;
    const host = request.headers.host ?? "";
    const name = host.replace(/:\d+$/, "").toLowerCase();
    if (!this.#hosts.has(name)) throw securityErrors.HOST_FORBIDDEN({ host });
    const origin = request.headers.origin;
    if (
      origin !== undefined &&
      origin !== `http://${host}` &&
      origin !== `https://${host}` &&
      !config.values["http.allowedOrigins"].includes(origin)
    )
      throw securityErrors.ORIGIN_FORBIDDEN({ origin });
  }
}

function requestUrl(request: IncomingMessage): URL {
  // The host was checked; only path and query are used.
  return new URL(`http://hub${request.url?.startsWith("/") ? request.url : "/"}`);
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
