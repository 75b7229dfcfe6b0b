import { type CommandMaker, printJson, withSession } from "../command.ts";
import { say, table } from "../terminal.ts";

const toolsCommand: CommandMaker = (program, tools) => {
  program
    .command("tools")
    .description("List what the hub can do, or show one tool with its input.")
    .argument("[name]", "a tool to show whole")
    .action(async (name?: string) => {
      const all = await withSession(tools, (session) => session.tools());
      if (name === undefined) {
        if (tools.json()) return printJson(all);
        return table(
          ["tool", "what it does"],
          all.map((tool) => [tool.name, (tool.description ?? "").split(/(?<=\.) /, 1)[0] ?? ""]),
        );
      }
      const tool = all.find((candidate) => candidate.name === name);
      if (!tool) {
        const { mcpErrors } = await import("../../mcp/catalogue.ts");
        const { nearest } = await import("../../base/nearest.ts");
        throw mcpErrors.TOOL_UNKNOWN({
          name,
          nearest: nearest(
            name,
            all.map((candidate) => candidate.name),
          ),
        });
      }
      if (tools.json()) return printJson(tool);
      say(`${tool.name}\n\n${tool.description}\n\ninput:\n${JSON.stringify(tool.inputSchema, null, 2)}`);
    });
};
export default toolsCommand;
