import { z } from "zod";
import { defineRoutingTool } from "../routing.ts";

export default defineRoutingTool({
  name: "routing_list_agents",
  description:
    "How each agent stands with the router: its breaker, why it was ejected and until when, its success rate, its expected times to the first sign of life and to the end, and its calls under way.",
  input: z.object({ agent: z.string().optional().describe("only this agent") }),
  output: z.object({
    agents: z.array(
      z.object({
        agent: z.string(),
        breaker: z.enum(["closed", "open", "half-open"]),
        why: z.string().nullable(),
        openUntil: z.number().nullable(),
        ejections: z.number(),
        reliability: z.number(),
        firstMs: z.number().nullable(),
        totalMs: z.number().nullable(),
        outstanding: z.number(),
      }),
    ),
  }),
  hints: { readOnly: true },
  run: async (input, _ctx, routing) => ({
    agents: routing
      .health()
      .filter(({ agent }) => input.agent === undefined || agent === input.agent)
      .map(({ why, openUntil, firstMs, totalMs, ...rest }) => ({
        ...rest,
        why: why ?? null,
        openUntil: openUntil ?? null,
        firstMs: firstMs ?? null,
        totalMs: totalMs ?? null,
      })),
  }),
});
