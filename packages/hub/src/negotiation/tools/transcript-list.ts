import { z } from "zod";
import { defineNegotiationTool } from "../desk.ts";
import { listSessions } from "../transcripts/list.ts";

export default defineNegotiationTool({
  name: "transcript_list",
  description:
    "The sessions whose transcripts you can read, newest first: bargains, votes, auctions, jobs by Contract Net, plans, blackboards. A client or an agent sees those whose terms name it.",
  input: z.object({
    protocol: z
      .enum([
        "contract-net",
        "alternating-offers",
        "vote",
        "sealed-bid",
        "english",
        "dutch",
        "combinatorial-auction",
        "board",
        "plan",
      ])
      .optional(),
    before: z.string().max(100).optional().describe("the `next` of the page before"),
    limit: z.int().min(1).max(500).default(50),
  }),
  output: z.object({
    sessions: z.array(
      z.object({ id: z.string(), protocol: z.string(), subject: z.string(), status: z.string(), createdAt: z.number() }),
    ),
    next: z.string().nullable().describe("null on the last page"),
  }),
  hints: { readOnly: true },
  run: async (input, { principal }, { store }) => {
    const { sessions, next = null } = await listSessions(store, input, principal);
    return { sessions: [...sessions], next };
  },
});
