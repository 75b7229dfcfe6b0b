import { z } from "zod";
import { defineHubTool } from "../hub-desk.ts";

export default defineHubTool({
  name: "hub_list_events",
  description:
    "Events of the append-only log: tool calls, agent tasks, bids, awards, agreements, promotions. Filter by kind (`negotiation.*`), by subject id, and by number.",
  input: z.object({
    after: z.int().min(0).optional().describe("only events after this number"),
    before: z.int().min(1).optional().describe("only events before this number"),
    kind: z.string().optional().describe("exact kind, or a prefix ending in .*"),
    subject: z.string().optional(),
    limit: z.int().min(1).max(1000).default(100),
    newestFirst: z.boolean().default(true),
  }),
  output: z.object({
    events: z.array(
      z.object({
        seq: z.number(),
        at: z.number(),
        kind: z.string(),
        actor: z.string(),
        subject: z.string(),
        data: z.record(z.string(), z.json()),
        hash: z.string(),
      }),
    ),
  }),
  hints: { readOnly: true },
  run: async (input, _ctx, desk) => {
    const events = await desk.store.events.read(input);
    return { events: events.map((event) => ({ ...event, data: JSON.parse(JSON.stringify(event.data)) })) };
  },
});
