import { z } from "zod";
import { boardKey, entryFields } from "../boards/fields.ts";
import { defineNegotiationTool } from "../desk.ts";

export default defineNegotiationTool({
  name: "board_get",
  description: "A key of a blackboard: its value, and the version to write over. A key that is not there has version 0.",
  input: z.object(boardKey),
  output: z.object({ ...entryFields, value: z.json(), by: z.string().nullable(), at: z.number().nullable() }),
  hints: { readOnly: true },
  run: async ({ board, key }, { principal }, { boards }) => {
    await boards.read(board, principal);
    const entry = await boards.records.entry(board, key);
    // why: what the store keeps as a value is the JSON that board_put took
    return entry
      ? { ...entry, value: entry.value as z.core.util.JSONType }
      : { key, version: 0, value: null, by: null, at: null };
  },
});
