import { operator } from "../../base/principals.ts";
import { version } from "../../base/version.ts";
import { openHub } from "../../gateway.ts";
import { serveMcpStdio } from "../../mcp/eras/stdio.ts";
import { makeMcpServer } from "../../mcp/server.ts";
import type { CommandMaker } from "../command.ts";

const mcp: CommandMaker = (program, tools) => {
  program
    .command("mcp")
    .description("Serve MCP on stdin and stdout, for clients that start their servers themselves.")
    .action(async () => {
      await using hub = await openHub({ config: tools.config() });
      await hub.addAgents("http://127.0.0.1");
      await serveMcpStdio(() => makeMcpServer(hub.dispatcher, operator, version, hub.resourceChanges), hub.resourceChanges);
    });
};
export default mcp;
