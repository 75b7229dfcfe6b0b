import { z } from "zod";
import { boardId, revisionFields, revisionView } from "../boards/fields.ts";
import { defineNegotiationTool } from "../desk.ts";

export default defineNegotiationTool({
  name: "board_watch",
  description:
    "Waits until a blackboard has gone past a revision, and tells what was written and deleted since; empty when nothing was within `waitMs`. For clients that cannot subscribe to entente://boards/{id}.",
  input: z.object({
    ...boardId,
    since: z.int().min(0).describe("the last revision you have seen"),
    waitMs: z.int().min(0).max(600_000).default(30_000),
    limit: z.int().min(1).max(1000).default(1000),
  }),
  output: z.object({ revision: z.number(), changes: z.array(z.object(revisionFields)) }),
  hints: { readOnly: true },
  run: async ({ board, since, waitMs, limit }, { principal, signal }, { boards }) => {
    await boards.read(board, principal);
    const changes = await boards.watch(board, since, limit, { waitMs, signal });
    return { revision: changes.at(-1)?.seq ?? since, changes: changes.map(revisionView) };
  },
});
