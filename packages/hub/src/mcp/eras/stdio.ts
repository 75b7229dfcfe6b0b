import type { Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";

/** Serves MCP on stdin and stdout, both eras, until the client closes its end. */
export async function serveMcpStdio(makeServer: () => Server): Promise<void> {
  const handle = serveStdio(makeServer);
  const { promise, resolve } = Promise.withResolvers<void>();
  process.stdin.once("end", resolve).once("close", resolve);
  process.once("SIGTERM", resolve).once("SIGINT", resolve);
  await promise;
  await handle.close();
}
