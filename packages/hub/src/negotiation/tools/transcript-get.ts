import { z } from "zod";
import { defineNegotiationTool } from "../desk.ts";

export default defineNegotiationTool({
  name: "transcript_get",
  description:
    "What happened in a session of yours, event by event: a bargain, a vote, an auction, a job by Contract Net, a blackboard, a plan. `holds` says whether every event is linked to those before it. With `since` and `waitMs` it waits for what comes next, so that a session can be watched.",
  input: z.object({
    id: z.string().describe("a session: bar_…, vot_…, auc_…, neg_…, brd_… or plan_…"),
    since: z.int().min(0).default(0).describe("the number of the last event you have seen"),
    waitMs: z.int().min(0).max(600_000).default(0),
    limit: z.int().min(1).max(1000).default(200),
  }),
  output: z.object({
    id: z.string(),
    protocol: z.string(),
    subject: z.string(),
    status: z.string(),
    parties: z.array(z.string()),
    open: z.boolean(),
    length: z.number().describe("how many events there are"),
    holds: z.boolean(),
    problem: z.string().nullable(),
    events: z.array(
      z.object({
        seq: z.number(),
        at: z.number(),
        by: z.string(),
        act: z.string(),
        what: z.record(z.string(), z.json()),
        text: z.string().nullable(),
        sealed: z.boolean().describe("whether some of it may not be seen yet"),
        hash: z.string(),
      }),
    ),
  }),
  hints: { readOnly: true },
  run: async (input, { principal, signal }, { transcripts }) => {
    const { events, problem, parties, ...about } = await transcripts.read(input, principal, signal);
    return {
      ...about,
      parties: [...parties],
      holds: problem === null,
      problem,
      // why: what the readers give is plain JSON without undefined members
      events: events.map(({ what, ...event }) => ({ ...event, what: what as Record<string, z.core.util.JSONType> })),
    };
  },
});
