/** A hub on the network: the HTTP front with MCP, A2A, live events, metrics and the console, and a graceful end. */

import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Endpoint } from "@entente/pipe";
import { upgradeProtocol } from "@entente/sdk";
import type { GrpcServer } from "./a2a/bindings/grpc.ts";
import { a2aRoutes } from "./a2a/bindings/routes.ts";
import type { Agent } from "./base/agent.ts";
import type { Clock } from "./base/clock.ts";
import type { Config } from "./base/config.ts";
import { defineErrors } from "./base/errors.ts";
import { writeFileWhole } from "./base/files.ts";
import { operator } from "./base/principals.ts";
import type { Principal } from "./base/tool.ts";
import { version } from "./base/version.ts";
import { type Hub, openHub } from "./gateway.ts";
import { sendJson } from "./http/body.ts";
import { EventStreams } from "./http/event-stream.ts";
import { Front } from "./http/front.ts";
import type { Route } from "./http/route.ts";
import { sendStaticFile } from "./http/static-files.ts";
import { openDoor } from "./joining/door.ts";
import { PipeFront } from "./joining/pipe-front.ts";
import { McpDoor } from "./mcp/mcp-door.ts";
import { openSecret } from "./security/keys.ts";
import { OpenCalls } from "./security/open-calls.ts";
import { Access } from "./security/token.ts";

export const servingErrors = defineErrors({
  HUB_RUNNING: {
    status: 409,
    text: (d: { dataFolder: string; pid: number; url: string }) =>
      `a hub is already running on ${d.dataFolder} (process ${d.pid}, ${d.url}); stop it first or choose another data.dir`,
  },
});

/** Where a running hub says how to reach it. */
export interface RunningHub {
  readonly pid: number;
  readonly url: string;
}

/** A hub being served. */
export interface ServedHub extends AsyncDisposable {
  readonly hub: Hub;
  readonly url: URL;
  /** host:port of A2A over gRPC, where it is on. */
  readonly grpc: string | undefined;
  /** A console address with a code that works once. */
  readonly consoleLink: () => string;
}

const consoleFolder = join(import.meta.dirname, "../../console/dist");
const frontAgent = "coordinator";

/**
 * The hub running on a data folder: its process is alive and its address is taken. A number alone proves nothing, since
 * after a crash another program may have got it; only an address that refuses at once shows that the hub is gone.
 */
export async function runningHub(dataFolder: string): Promise<RunningHub | undefined> {
  const path = join(dataFolder, "run", "hub.json");
  if (!existsSync(path)) return undefined;
  let running: RunningHub;
  try {
    running = JSON.parse(readFileSync(path, "utf8"));
    process.kill(running.pid, 0);
  } catch {
    // A left-over of a hub that was killed.
    return undefined;
  }
  try {
    await fetch(new URL("/healthz", running.url), { signal: AbortSignal.timeout(probeMs) });
  } catch (error) {
    const { cause } = error instanceof Error ? error : { cause: undefined };
    if (cause instanceof Error && "code" in cause && cause.code === "ECONNREFUSED") return undefined;
  }
  return running;
}

const probeMs = 2000;
// Between looks at tokens that another hub on the store may have ended.
const lookMs = 2000;

// A file that names this very process is no proof: in a container every start may have the same number.
const servedHere = new Map<string, string>();

/** Opens a hub and serves it, with `agents` beside the built-in ones. Throws HUB_RUNNING, PORT_TAKEN and whatever opening throws. */
export async function serveHub(config: Config, clock?: Clock, agents: readonly Agent[] = []): Promise<ServedHub> {
  const dataFolder = config.values["data.dir"];
  const running = await runningHub(dataFolder);
  const here = servedHere.get(resolve(dataFolder));
  if (running && (running.pid !== process.pid || here === running.url))
    throw servingErrors.HUB_RUNNING({ dataFolder, ...running });
  const hub = await openHub({ config, agents, ...(clock ? { clock } : {}) });
  const { values } = config;
  const access = Access.open(dataFolder, hub.clock, (hash) => hub.principals.find(hash));
  const streams = new EventStreams({
    events: hub.store.events,
    onCommit: (listener) => hub.store.onCommit(listener),
    onProgress: (listener) => hub.dispatcher.onProgress(listener),
    limit: values["limits.eventStreams"],
    opened: (count) => hub.metrics.eventStreams.set(count),
  });
  const stateKey = openSecret(dataFolder, "request-state");
  const mcp = new McpDoor(
    {
      changes: hub.resourceChanges,
      config,
      clock: hub.clock,
      sessionsChanged: (count) => hub.metrics.mcpSessions.set(count),
    },
    { dispatcher: hub.dispatcher, principal: operator, version, stateKey, changes: hub.resourceChanges },
  );
  hub.dispatcher.catalogue.onChange(() => mcp.toolsChanged());
  const opened = Promise.withResolvers<void>();
  const door = {
    dispatcher: hub.dispatcher,
    joined: hub.joined,
    find: (agent: string) => hub.registry.served(agent),
    principalOf: (token: string) => access.check({ authorization: `Bearer ${token}` }),
    clock: hub.clock,
    opened: opened.promise,
    clientTools: values["agents.clientTools"],
    entered: (endpoint: Endpoint, principal: Principal) => pipes.entered(endpoint, principal),
    version,
    url: () => values["http.publicUrl"] || url.origin,
  };
  const pipes = new PipeFront({ accept: (endpoint, principal) => openDoor(door, endpoint, principal), log: hub.log });
  const calls = new OpenCalls();
  hub.principals.onRevoked((id) => {
    pipes.end(id);
    calls.end(id);
  });
  const watching = setInterval(() => {
    const clients = [...new Set([...calls.clients(), ...pipes.clients()])];
    hub.principals
      .lookAgain(clients)
      .catch((error) => hub.log.error({ err: error }, "the clients' tokens could not be looked at"));
  }, lookMs).unref();
  const ready = { agents: false };
  const front = new Front({
    config,
    access,
    calls,
    metrics: hub.metrics,
    log: hub.log,
    routes: [
      {
        method: "GET",
        path: "/healthz",
        access: "open",
        handle: async (_request, response) => sendJson(response, 200, { alive: true }),
      },
      {
        method: "GET",
        path: "/readyz",
        access: "open",
        handle: async (_request, response) => sendJson(response, ready.agents ? 200 : 503, { ready: ready.agents }),
      },
      {
        method: "GET",
        path: "/metrics",
        access: "open",
        handle: async (_request, response) =>
          void response.writeHead(200, { "content-type": hub.metrics.registry.contentType }).end(await hub.metrics.text()),
      },
      {
        method: "POST",
        path: "/console-link",
        access: "operator",
        handle: async (_request, response) => sendJson(response, 200, { link: `${url.origin}/?code=${access.issueCode()}` }),
      },
      { method: "*", path: "/mcp", access: "operator", handle: (request, response) => mcp.serve(request, response) },
      {
        method: "GET",
        path: "/events",
        access: "operator",
        handle: (request, response, url) => streams.serve(request, response, url),
      },
      ...a2aRoutes(hub.registry, values["limits.bodyBytes"], frontAgent),
      ...consoleRoutes(access),
    ],
    upgrades: [{ path: "/pipe", protocol: upgradeProtocol, take: (socket, caller) => pipes.take(socket, caller) }],
  });
  let url: URL;
  let grpc: GrpcServer | undefined;
  try {
    url = await front.listen();
    grpc = await grpcOf(hub, access, calls);
    await hub.addAgents(values["http.publicUrl"] || url.origin, grpc && publicAddress(grpc.address, values["http.publicUrl"]));
    await hub.recover();
    opened.resolve();
    await pipes.listen(join(dataFolder, "run", "hub.sock"));
  } catch (error) {
    clearInterval(watching);
    await pipes[Symbol.asyncDispose]();
    await Promise.all([front.drain(), grpc?.drain(0)]);
    await hub[Symbol.asyncDispose]();
    throw error;
  }
  ready.agents = true;
  const runFile = join(dataFolder, "run", "hub.json");
  servedHere.set(resolve(dataFolder), url.origin);
  writeFileWhole(runFile, `${JSON.stringify({ pid: process.pid, url: url.origin })}\n`);
  await hub.store.events.record({
    kind: "hub.started",
    actor: "hub",
    subject: "hub",
    data: { version, url: url.origin, engine: hub.store.engine },
  });
  const close = async (): Promise<void> => {
    ready.agents = false;
    clearInterval(watching);
    rmSync(runFile, { force: true });
    servedHere.delete(resolve(dataFolder));
    hub.registry.stop();
    streams.close();
    await pipes[Symbol.asyncDispose]();
    const drainMs = values["limits.drainMs"];
    await Promise.all([front.drain(), mcp.drain(drainMs), grpc?.drain(drainMs)]);
    await hub.store.events.record({ kind: "hub.stopped", actor: "hub", subject: "hub", data: {} });
    await hub[Symbol.asyncDispose]();
  };
  let closing: Promise<void> | undefined;
  return {
    hub,
    url,
    grpc: grpc?.address,
    consoleLink: () => `${url.origin}/?code=${access.issueCode()}`,
    [Symbol.asyncDispose]: () => {
      closing ??= close();
      return closing;
    },
  };
}

// Cards name the host by which the hub is known outside.
function publicAddress(address: string, publicUrl: string): string {
  return publicUrl === "" ? address : `${new URL(publicUrl).hostname}${address.slice(address.lastIndexOf(":"))}`;
}

// gRPC is loaded only where it is on.
async function grpcOf(hub: Hub, access: Access, calls: OpenCalls): Promise<GrpcServer | undefined> {
  const { "a2a.grpcPort": port, "http.host": host, "limits.bodyBytes": limitBytes } = hub.config.values;
  if (port === 0) return undefined;
  const { serveGrpc } = await import("./a2a/bindings/grpc.ts");
  const { registry } = hub;
  return serveGrpc({
    host,
    port,
    limitBytes,
    served: (name) => registry.served(name),
    check: (headers) => access.check(headers),
    calls,
  });
}

function consoleRoutes(access: Access): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/*",
      access: "open",
      handle: async (request, response, url) => {
        const code = url.searchParams.get("code");
        // A look at the link (HEAD, as previews do) must not spend the code.
        if (code !== null && request.method === "GET") {
          const cookie = access.redeemCode(code);
          // Without the code in the address, so that it stays out of the history.
          return void response
            .writeHead(303, { location: cookie ? "/" : "/?link=spent", ...(cookie ? { "set-cookie": cookie } : {}) })
            .end();
        }
        if (await sendStaticFile(response, consoleFolder, url.pathname)) return;
        response
          .writeHead(503, { "content-type": "text/plain; charset=utf-8", "retry-after": "2" })
          .end("The console is being built; try again in a moment (or run `npm run build`).\n");
      },
    },
  ];
}
