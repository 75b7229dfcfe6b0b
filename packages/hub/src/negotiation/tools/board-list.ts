import { z } from "zod";
import { boardId, entryFields, revisionFields } from "../boards/fields.ts";
import { defineNegotiationTool } from "../desk.ts";

export default defineNegotiationTool({
  name: "board_list",
  description:
    "The keys of a blackboard with their versions, in the order in which they were last written; with `since`, those written after that revision. More than `limit` are read on with `since` set to the last version.",
  input: z.object({
    ...boardId,
    since: z.int().min(0).default(0).describe("a revision of the board"),
    limit: z.int().min(1).max(1000).default(1000),
  }),
  output: z.object({
    board: z.string(),
    subject: z.string(),
    openedBy: z.string(),
    members: z.array(z.string()),
    open: z.boolean(),
    revision: z.number(),
    count: z.number(),
    entries: z.array(z.object({ ...entryFields, by: revisionFields.by, at: revisionFields.at })),
  }),
  hints: { readOnly: true },
  run: async ({ board: id, since, limit }, { principal }, { boards }) => {
    const { subject, openedBy, members, open, revision, entries: count } = await boards.read(id, principal);
    const entries = await boards.records.entriesSince(id, since, limit);
    return { board: id, subject, openedBy, members: [...members], open, revision, count, entries: [...entries] };
  },
});
