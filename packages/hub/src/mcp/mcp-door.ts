/** The MCP endpoint, opened by its first request: a hub that nobody asks over MCP does not keep the protocol's library in memory. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { McpHttp, McpHttpInput } from "./eras/http.ts";
import type { McpServerInput } from "./server.ts";

/** Opens McpHttp when it is first asked for. */
export class McpDoor {
  readonly #open: () => Promise<McpHttp>;
  #opened: Promise<McpHttp> | undefined;

  constructor(input: Omit<McpHttpInput, "makeServer" | "tasks" | "calls">, server: McpServerInput) {
    this.#open = async () => {
      const [{ McpHttp }, { makeMcpServer }, { TaskDesk }] = await Promise.all([
        import("./eras/http.ts"),
        import("./server.ts"),
        import("./tasks/task-desk.ts"),
      ]);
      const tasks = new TaskDesk(server.dispatcher.catalogue, server.principal);
      return new McpHttp({ ...input, tasks, calls: server, makeServer: ({ era }) => makeMcpServer(server, era) });
    };
  }

  /** Answers one HTTP request. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#opened ??= this.#open();
    return (await this.#opened).serve(request, response);
  }

  /** Tells every client that listens that the list of tools is another one now. */
  toolsChanged(): void {
    void this.#opened?.then((mcp) => mcp.toolsChanged());
  }

  /** Lets the calls under way end, for at most `limitMs`; then ends every session and stream. */
  async drain(limitMs: number): Promise<void> {
    await (await this.#opened)?.drain(limitMs);
  }
}
