import { z } from "zod";
import { decisionSchema } from "../explanation.ts";
import { defineRoutingTool } from "../routing.ts";

export default defineRoutingTool({
  name: "routing_list_decisions",
  description:
    "The newest routing decisions with how they ended, newest first; of one agent those that asked or weighed it, or dropped it though it was meant.",
  input: z.object({
    agent: z.string().optional().describe("only decisions that this agent was part of"),
    limit: z.int().min(1).max(500).default(20),
  }),
  output: z.object({
    decisions: z.array(
      decisionSchema.pick({
        id: true,
        at: true,
        from: true,
        skill: true,
        text: true,
        because: true,
        outcome: true,
        agent: true,
        totalMs: true,
        attempts: true,
        problem: true,
      }),
    ),
  }),
  hints: { readOnly: true },
  run: async ({ agent, limit }, _ctx, routing) => ({ decisions: [...routing.decisions.list({ agent, limit })] }),
});
