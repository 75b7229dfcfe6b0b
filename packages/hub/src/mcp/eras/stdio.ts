import type { McpServerFactory, Server } from "@modelcontextprotocol/server";
import { StdioServerTransport, serveStdio } from "@modelcontextprotocol/server/stdio";
import type { Listeners } from "../../base/listeners.ts";
import { TaskListeningWire } from "../tasks/stdio-listening.ts";
import type { TaskDesk } from "../tasks/task-desk.ts";

/** What serves the connection. */
export interface McpStdioInput {
  readonly makeServer: (era: "legacy" | "modern") => Server;
  /** The tasks that the client may follow. */
  readonly tasks: TaskDesk;
  /** Tells the URIs of resources that changed. */
  readonly changes: Listeners<string>;
}

/** Serves MCP on stdin and stdout, both eras, until the client closes its end. */
export async function serveMcpStdio({ makeServer, tasks, changes }: McpStdioInput): Promise<void> {
  const transport = new TaskListeningWire(new StdioServerTransport(), tasks);
  const make: McpServerFactory = ({ era }) => {
    const server = makeServer(era);
    if (era === "modern") {
      // Told all of them: the transport lets through what the client listens for.
      const stop = changes.add((uri) => void server.sendResourceUpdated({ uri }).catch(() => {})); // The client may have left.
      const { onclose } = server;
      server.onclose = () => {
        stop();
        onclose?.();
      };
    }
    return server;
  };
  const handle = serveStdio(make, { transport });
  const { promise, resolve } = Promise.withResolvers<void>();
  process.stdin.once("end", resolve).once("close", resolve);
  process.once("SIGTERM", resolve).once("SIGINT", resolve);
  await promise;
  await handle.close();
}
