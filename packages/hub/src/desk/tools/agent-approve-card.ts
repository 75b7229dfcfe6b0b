import { z } from "zod";
import { describeElsewhere, elsewhereSchema } from "../elsewhere-view.ts";
import { defineHubTool } from "../hub-desk.ts";

export default defineHubTool({
  name: "agent_approve_card",
  description:
    "Takes the changed card of an agent elsewhere in place of the pinned one. Name the hash that you looked at: a card that changed again meanwhile is not taken.",
  input: z.object({ name: z.string(), hash: z.string().describe("pending.hash of agent_check") }),
  output: z.object({ agent: elsewhereSchema }),
  hints: { destructive: true },
  run: async ({ name, hash }, ctx, { elsewhere }) => ({
    agent: describeElsewhere(await elsewhere.approve(name, hash, ctx.principal.id)),
  }),
});
