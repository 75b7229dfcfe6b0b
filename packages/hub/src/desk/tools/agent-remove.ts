import { z } from "zod";
import { defineHubTool } from "../hub-desk.ts";

export default defineHubTool({
  name: "agent_remove",
  description: "Forgets an agent elsewhere: it is no longer reached through this hub. The records of its tasks stay.",
  input: z.object({ name: z.string() }),
  output: z.object({ name: z.string() }),
  hints: { destructive: true },
  run: async ({ name }, ctx, { elsewhere }) => {
    await elsewhere.remove(name, ctx.principal.id);
    return { name };
  },
});
