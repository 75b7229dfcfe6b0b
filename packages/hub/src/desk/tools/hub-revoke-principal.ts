import { z } from "zod";
import { defineHubTool } from "../hub-desk.ts";

export default defineHubTool({
  name: "hub_revoke_principal",
  description: "Ends the token of a client at once; its tasks stay.",
  input: z.object({ name: z.string() }),
  output: z.object({ name: z.string() }),
  hints: { destructive: true },
  run: async ({ name }, ctx, { principals }) => {
    await principals.revoke(name, ctx.principal.id);
    return { name };
  },
});
