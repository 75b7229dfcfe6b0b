import { z } from "zod";
import { boardKey, boardWriter } from "../boards/fields.ts";
import { defineNegotiationTool } from "../desk.ts";

export default defineNegotiationTool({
  name: "board_put",
  description:
    "Writes a key of a blackboard, if it still has the version that you have read (0 for a key that is not there). Else VERSION_CONFLICT gives the version and value of now: read, think again, write again.",
  input: z.object({
    ...boardKey,
    value: z.json().describe("any JSON; boards.entryBytes at most"),
    expected: z.int().min(0).describe("the version you have read; 0 for a new key"),
    ...boardWriter,
  }),
  output: z.object({ version: z.number() }),
  hints: { secrets: ["value"] },
  run: async ({ as, ...write }, { principal }, { boards }) => ({ version: await boards.write(write, principal, as) }),
});
