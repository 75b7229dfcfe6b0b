import { operator } from "../../base/principals.ts";
import { version } from "../../base/version.ts";
import { openHub } from "../../gateway.ts";
import { openSecret } from "../../security/keys.ts";
import type { CommandMaker } from "../command.ts";
import { addressWhenServed } from "../session.ts";

const mcp: CommandMaker = (program, tools) => {
  program
    .command("mcp")
    .description("Serve MCP on stdin and stdout, for clients that start their servers themselves.")
    .action(async () => {
      const config = tools.config();
      await using hub = await openHub({ config });
      await hub.addAgents(addressWhenServed(config));
      // Loaded by this command only: no other needs the protocol's library.
      const [{ serveMcpStdio }, { makeMcpServer }, { TaskDesk }] = await Promise.all([
        import("../../mcp/eras/stdio.ts"),
        import("../../mcp/server.ts"),
        import("../../mcp/tasks/task-desk.ts"),
      ]);
      const stateKey = openSecret(hub.dataFolder, "request-state");
      const { dispatcher, resourceChanges: changes } = hub;
      const makeServer = (era: "legacy" | "modern") => {
        const server = makeMcpServer({ dispatcher, principal: operator, version, stateKey, changes }, era);
        // A client that left is noticed by its end of the pipe, not here.
        const stop = dispatcher.catalogue.onChange(() => void server.sendToolListChanged().catch(() => {}));
        const { onclose } = server;
        server.onclose = () => {
          stop();
          onclose?.();
        };
        return server;
      };
      await serveMcpStdio({ makeServer, tasks: new TaskDesk(dispatcher.catalogue, operator), changes });
    });
};
export default mcp;
