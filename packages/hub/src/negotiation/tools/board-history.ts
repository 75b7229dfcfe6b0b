import { z } from "zod";
import { boardId, keyField, revisionFields, revisionView } from "../boards/fields.ts";
import { defineNegotiationTool } from "../desk.ts";

export default defineNegotiationTool({
  name: "board_history",
  description:
    "The revisions of a blackboard, or of one key, in order, with their values; of revisions older than boards.keptValues the hash of the value is left.",
  input: z.object({
    ...boardId,
    key: keyField.optional(),
    since: z.int().min(0).default(0).describe("the revision after which to begin"),
    limit: z.int().min(1).max(500).default(100),
  }),
  output: z.object({
    revisions: z.array(z.object({ ...revisionFields, value: z.json().nullable(), valueKept: z.boolean() })),
  }),
  hints: { readOnly: true },
  run: async ({ board, key, since, limit }, { principal }, { boards }) => {
    await boards.read(board, principal);
    const revisions = await boards.records.revisions(board, since, limit, key);
    return {
      revisions: revisions.map((revision) => ({
        ...revisionView(revision),
        // why: what the store keeps as a value is the JSON that board_put took
        value: (revision.value ?? null) as z.core.util.JSONType,
        valueKept: revision.value !== undefined,
      })),
    };
  },
});
