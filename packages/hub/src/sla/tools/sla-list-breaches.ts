import { z } from "zod";
import { breachSchema } from "../report.ts";
import { defineSlaTool } from "../sla.ts";

export default defineSlaTool({
  name: "sla_list_breaches",
  description:
    "Terms in breach and tasks that broke their agreement, newest first: what burns how fast, since when, and until when. A page wakes somebody, a ticket waits.",
  input: z.object({
    agent: z.string().optional(),
    open: z.boolean().default(false).describe("only breaches that go on"),
    limit: z.int().min(1).max(500).default(50),
  }),
  output: z.object({ breaches: z.array(breachSchema) }),
  hints: { readOnly: true },
  run: async ({ agent, open, limit }, _ctx, sla) => ({ breaches: [...(await sla.breaches({ agent, open, limit }))] }),
});
