/**
 * MCP over Streamable HTTP at /mcp, both eras on one path. A request of the 2026-07-28 era stands alone; a request of
 * an older client belongs to a session, kept here with a limit and an idle time, so that none leaks.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { NodeStreamableHTTPServerTransport, toNodeHandler } from "@modelcontextprotocol/node";
import {
  createMcpHandler,
  isInitializeRequest,
  isLegacyRequest,
  type McpHttpHandler,
  type Server,
} from "@modelcontextprotocol/server";
import type { Clock } from "../../base/clock.ts";
import type { Config } from "../../base/config.ts";
import { newId } from "../../base/ids.ts";
import type { Listeners } from "../../base/listeners.ts";
import { readJson } from "../../http/body.ts";
import { mcpErrors } from "../catalogue.ts";
import { withTaskListening } from "../tasks/http-listening.ts";
import type { TaskDesk } from "../tasks/task-desk.ts";
import { answerPlainCall, type PlainCallsInput, plainCallIn } from "./plain-call.ts";

/** What serves a session or a request. */
export interface McpHttpInput {
  readonly makeServer: (context: { readonly era: "legacy" | "modern" }) => Server;
  /** What calls that need no server are answered with. */
  readonly calls: PlainCallsInput;
  /** The tasks that clients may follow. */
  readonly tasks: TaskDesk;
  readonly config: Config;
  readonly clock: Clock;
  readonly sessionsChanged: (count: number) => void;
  /** Tells the URIs of resources that changed. */
  readonly changes: Listeners<string>;
}

interface Session {
  readonly transport: NodeStreamableHTTPServerTransport;
  readonly server: Server;
  lastUsed: number;
  busy: number;
}

/** The MCP endpoint. */
export class McpHttp {
  readonly #input: McpHttpInput;
  readonly #modern: McpHttpHandler;
  readonly #answerModern: ReturnType<typeof toNodeHandler>;
  readonly #sessions = new Map<string, Session>();
  readonly #calls = new Set<Promise<void>>();
  readonly #sweeper: NodeJS.Timeout;
  readonly #stopChanges: () => void;

  constructor(input: McpHttpInput) {
    this.#input = input;
    this.#modern = createMcpHandler(input.makeServer, { legacy: "reject" });
    this.#answerModern = toNodeHandler(withTaskListening(this.#modern, input.tasks));
    this.#stopChanges = input.changes.add((uri) => this.#modern.notify.resourceUpdated(uri));
    this.#sweeper = setInterval(() => this.#sweep(), 30_000).unref();
  }

  /** Answers one HTTP request. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === "POST") {
      const call = new Promise<void>((ended) => response.once("close", ended));
      this.#calls.add(call);
      void call.then(() => this.#calls.delete(call));
    }
    const body = request.method === "POST" ? await readJson(request, this.#input.config.values["limits.bodyBytes"]) : undefined;
    const plain = plainCallIn(request.headers, body);
    if (plain && !this.#input.calls.dispatcher.catalogue.wantsTasks(plain.name))
      return answerPlainCall(plain, this.#input.calls, response);
    const probe = new Request("http://hub/mcp", { method: request.method ?? "GET", headers: plainHeaders(request) });
    if (body !== undefined && !(await isLegacyRequest(probe, body))) {
      // why: node types an incoming request's method and url as optional, which they are not on a server
      return this.#answerModern(request as IncomingMessage & { method: string; url: string }, response, body);
    }
    return this.#serveSession(request, response, body);
  }

  /** Tells every client that listens that the list of tools is another one now. */
  toolsChanged(): void {
    this.#modern.notify.toolsChanged();
    // A session whose client does not listen at the moment hears nothing, as the protocol has it.
    for (const { server } of this.#sessions.values()) void server.sendToolListChanged().catch(() => {});
  }

  /** Lets the calls under way end, for at most `limitMs`; then ends every session and stream. */
  async drain(limitMs: number): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, limitMs);
    await Promise.race([Promise.all(this.#calls), late]);
    clearTimeout(timer);
    await this.close();
  }

  /** Ends every session and stream. */
  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    this.#stopChanges();
    await Promise.allSettled([...this.#sessions.values()].map((session) => session.server.close()));
    await this.#modern.close();
  }

  async #serveSession(request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void> {
    const id = request.headers["mcp-session-id"];
    const session = typeof id === "string" ? this.#sessions.get(id) : isInitializeRequest(body) ? await this.#start() : undefined;
    if (!session) throw mcpErrors.SESSION_UNKNOWN({});
    session.lastUsed = this.#input.clock.now();
    session.busy += 1;
    response.on("close", () => {
      session.busy -= 1;
      session.lastUsed = this.#input.clock.now();
    });
    await session.transport.handleRequest(request, response, body);
  }

  async #start(): Promise<Session> {
    const limit = this.#input.config.values["limits.mcpSessions"];
    if (this.#sessions.size >= limit) this.#sweep();
    if (this.#sessions.size >= limit) throw mcpErrors.SESSIONS_FULL({ limit });
    const id = newId("mcp", this.#input.clock.now());
    const transport = new NodeStreamableHTTPServerTransport({ sessionIdGenerator: () => id });
    const server = this.#input.makeServer({ era: "legacy" });
    const session: Session = { transport, server, lastUsed: this.#input.clock.now(), busy: 0 };
    this.#sessions.set(id, session);
    transport.onclose = () => {
      this.#sessions.delete(id);
      this.#input.sessionsChanged(this.#sessions.size);
    };
    await server.connect(transport);
    this.#input.sessionsChanged(this.#sessions.size);
    return session;
  }

  #sweep(): void {
    const before = this.#input.clock.now() - this.#input.config.values["limits.mcpSessionIdleMs"];
    for (const session of this.#sessions.values())
      if (session.busy === 0 && session.lastUsed < before) void session.server.close();
  }
}

function plainHeaders(request: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  return headers;
}
