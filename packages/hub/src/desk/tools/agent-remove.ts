import { z } from "zod";
import { defineHubTool } from "../hub-desk.ts";

export default defineHubTool({
  name: "agent_remove",
  description:
    "Forgets an agent elsewhere, or one that joined, whose connection ends: it is no longer reached through this hub, and its name is free. The records of its tasks stay.",
  input: z.object({ name: z.string() }),
  output: z.object({ name: z.string() }),
  hints: { destructive: true },
  run: async ({ name }, ctx, { elsewhere, joined, keepCredential }) => {
    if (joined.has(name)) await joined.forget(name, ctx.principal.id);
    else {
      await elsewhere.remove(name, ctx.principal.id);
      keepCredential(name, undefined);
    }
    return { name };
  },
});
