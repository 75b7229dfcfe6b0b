import { z } from "zod";
import { type CommandMaker, printJson, withSession } from "../command.ts";
import { table } from "../terminal.ts";

const listed = z.object({
  agents: z.array(
    z.object({
      name: z.string(),
      url: z.string(),
      skills: z.array(z.object({ id: z.string() })),
      signed: z.boolean(),
      reliability: z.number(),
      agreements: z.object({ fulfilled: z.number(), late: z.number(), failed: z.number() }),
      tasks: z.object({ working: z.number() }),
    }),
  ),
});

const agents: CommandMaker = (program, tools) => {
  program
    .command("agents")
    .description("List the agents: what they are good for, their record, where to reach them.")
    .action(async () => {
      const result = await withSession(tools, (session) => session.call("agent_list", {}));
      if (tools.json()) return printJson(result);
      const rows = listed
        .parse(result)
        .agents.map((agent) => [
          agent.name,
          agent.skills.map((skill) => skill.id).join(", "),
          agent.signed ? "signed" : "UNSIGNED",
          `${agent.agreements.fulfilled} kept, ${agent.agreements.late} late, ${agent.agreements.failed} broken`,
          agent.reliability.toFixed(2),
          agent.tasks.working > 0 ? "working" : "idle",
          agent.url,
        ]);
      table(["agent", "skills", "card", "agreements", "reliability", "now", "A2A"], rows);
    });
};
export default agents;
