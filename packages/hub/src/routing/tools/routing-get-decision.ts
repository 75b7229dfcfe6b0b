import { z } from "zod";
import { decisionSchema } from "../explanation.ts";
import { defineRoutingTool } from "../routing.ts";

export default defineRoutingTool({
  name: "routing_get_decision",
  description:
    "A routing decision whole: every agent that was dropped or scored, the draw, each attempt, retry and hedge, and how it ended.",
  input: z.object({ id: z.string() }),
  output: decisionSchema,
  hints: { readOnly: true },
  run: async ({ id }, _ctx, routing) => routing.decisions.get(id),
});
