import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Server } from "@modelcontextprotocol/server";
import { systemClock } from "../../src/base/clock.ts";
import { Listeners } from "../../src/base/listeners.ts";
import type { Principal, Tool } from "../../src/base/tool.ts";
import { Catalogue } from "../../src/mcp/catalogue.ts";
import { Dispatcher } from "../../src/mcp/dispatch.ts";
import { McpHttp } from "../../src/mcp/eras/http.ts";
import { makeMcpServer } from "../../src/mcp/server.ts";
import { TaskDesk } from "../../src/mcp/tasks/task-desk.ts";
import { openStore } from "../../src/store/store.ts";
import { openLog } from "../../src/telemetry/log.ts";
import { Metrics } from "../../src/telemetry/metrics.ts";
import { configOn, scratchFolder } from "../scratch.ts";

/** Tools over MCP, at an address for each of several principals. */
export interface ServedTools {
  readonly urlFor: (principal: string) => URL;
}

/** Serves tools over HTTP in both eras while `work` runs; `adapt` may change each server before it is connected. */
export async function withTools(
  tools: readonly Tool[],
  work: (served: ServedTools) => Promise<void>,
  adapt: (server: Server) => void = () => {},
): Promise<void> {
  using folder = scratchFolder();
  await using store = await openStore({ url: "", dataFolder: folder.path, clock: systemClock });
  const catalogue = new Catalogue(tools, [], []);
  const base = { catalogue, events: store.events, metrics: new Metrics(), log: openLog("silent"), clock: systemClock };
  const dispatcher = new Dispatcher({ ...base, limitMs: 60_000, graceMs: 60_000 });
  const changes = new Listeners<string>(() => {});
  const opened = new Map<string, McpHttp>();
  const mcpOf = (principal: Principal): McpHttp => {
    const input = { dispatcher, principal, version: "0", stateKey: new Uint8Array(32).fill(7), changes };
    return new McpHttp({
      makeServer: ({ era }) => {
        const server = makeMcpServer(input, era);
        adapt(server);
        return server;
      },
      calls: input,
      tasks: new TaskDesk(catalogue, principal),
      config: configOn(folder.path),
      clock: systemClock,
      sessionsChanged: () => {},
      changes,
    });
  };
  const http = createServer((request, response) => {
    const id = request.url?.slice(1) ?? "";
    const mcp = opened.get(id) ?? mcpOf({ id, kind: "client" });
    opened.set(id, mcp);
    mcp.serve(request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const { port } = http.address() as AddressInfo; // why: it listens on a port
  try {
    await work({ urlFor: (principal) => new URL(`http://localhost:${port}/${principal}`) });
  } finally {
    await Promise.all([...opened.values()].map((mcp) => mcp.close()));
    http.closeAllConnections();
    http.close();
  }
}
