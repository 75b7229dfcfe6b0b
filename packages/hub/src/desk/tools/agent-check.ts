import { z } from "zod";
import { describeElsewhere, elsewhereSchema } from "../elsewhere-view.ts";
import { defineHubTool } from "../hub-desk.ts";

export default defineHubTool({
  name: "agent_check",
  description:
    "Looks at the cards of the agents elsewhere now instead of at the next turn: who answers, and whose card changed and how.",
  input: z.object({ name: z.string().optional().describe("only this agent; all when left out") }),
  output: z.object({ agents: z.array(elsewhereSchema) }),
  run: async ({ name }, _ctx, { elsewhere }) => {
    if (name !== undefined) return { agents: [describeElsewhere(await elsewhere.check(name))] };
    await elsewhere.checkAll();
    return { agents: elsewhere.list().map(describeElsewhere) };
  },
});
