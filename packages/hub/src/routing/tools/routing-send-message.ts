import { z } from "zod";
import { chainSchema } from "../../base/sla-extension.ts";
import { decisionSchema } from "../explanation.ts";
import { defineRoutingTool } from "../routing.ts";
import { wantedSchema } from "../wanted.ts";

export default defineRoutingTool({
  name: "routing_send_message",
  description:
    "Sends a message to the agent that fits best and waits for the end. What fails is tried elsewhere, and what is slow is hedged, where sending twice does no harm; the answer says who did it and why it was chosen. An agent that passes its work on gives the chain it got.",
  input: wantedSchema.extend({
    data: z.json().optional().describe("data for programs, beside the text"),
    contextId: z.string().optional(),
  }),
  output: z.object({
    agent: z.string(),
    kind: z.enum(["message", "task"]),
    taskId: z.string().nullable(),
    state: z.string().nullable(),
    text: z.string(),
    data: z.json().nullable(),
    because: z.string(),
    chain: chainSchema,
    decision: decisionSchema,
  }),
  run: async (input, ctx, routing) => {
    const { data, contextId, ...wanted } = input;
    const errand = {
      from: ctx.principal.id,
      fromAgent: ctx.principal.kind === "agent",
      data: data === undefined ? undefined : JSON.parse(JSON.stringify(data)),
      contextId,
    };
    const { answer, decision, chain } = await routing.send(wanted, errand, ctx.signal, (agent) =>
      ctx.progress({ done: 0, message: `${agent} is asked` }),
    );
    return {
      agent: decision.agent ?? "",
      kind: answer.kind,
      taskId: answer.taskId ?? null,
      state: answer.state ?? null,
      text: answer.text,
      data: JSON.parse(JSON.stringify(answer.data ?? null)),
      because: decision.because,
      chain,
      decision,
    };
  },
});
