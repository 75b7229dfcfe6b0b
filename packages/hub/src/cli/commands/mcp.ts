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
      const [{ serveMcpStdio }, { makeMcpServer }] = await Promise.all([
        import("../../mcp/eras/stdio.ts"),
        import("../../mcp/server.ts"),
      ]);
      const stateKey = openSecret(hub.dataFolder, "request-state");
      const { dispatcher, resourceChanges: changes } = hub;
      await serveMcpStdio(() => {
        const server = makeMcpServer({ dispatcher, principal: operator, version, stateKey, changes });
        // A client that left is noticed by its end of the pipe, not here.
        const stop = dispatcher.catalogue.onChange(() => void server.sendToolListChanged().catch(() => {}));
        server.onclose = stop;
        return server;
      }, changes);
    });
};
export default mcp;
