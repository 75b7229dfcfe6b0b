import type { Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import type { Listeners } from "../../base/listeners.ts";

/** Serves MCP on stdin and stdout, both eras, until the client closes its end. `changes` tells which resources changed. */
export async function serveMcpStdio(makeServer: () => Server, changes: Listeners<string>): Promise<void> {
  const handle = serveStdio(({ era }) => {
    const server = makeServer();
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
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  process.stdin.once("end", resolve).once("close", resolve);
  process.once("SIGTERM", resolve).once("SIGINT", resolve);
  await promise;
  await handle.close();
}
