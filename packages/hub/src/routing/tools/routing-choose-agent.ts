import { z } from "zod";
import { decisionSchema, told, whyChosen } from "../explanation.ts";
import { defineRoutingTool } from "../routing.ts";
import { wantedSchema } from "../wanted.ts";

export default defineRoutingTool({
  name: "routing_choose_agent",
  description:
    "Says which agent a message would go to right now and why: who is dropped by which filter, how the others score, and whom the draw compares. Nothing is sent.",
  input: wantedSchema,
  output: z.object({ agent: z.string().nullable(), because: z.string(), choice: decisionSchema.shape.choices.element }),
  hints: { readOnly: true },
  run: async (input, ctx, routing) => {
    const { principal } = ctx;
    const choice = await routing.choose(input, { from: principal.id, fromAgent: principal.kind === "agent" });
    return { agent: choice.pick?.agent ?? null, because: whyChosen(choice), choice: told(choice) };
  },
});
