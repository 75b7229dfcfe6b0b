import { z } from "zod";
import { boardKey, boardWriter } from "../boards/fields.ts";
import { defineNegotiationTool } from "../desk.ts";

export default defineNegotiationTool({
  name: "board_delete",
  description: "Takes a key off a blackboard, if it still has the version that you have read; else VERSION_CONFLICT.",
  input: z.object({ ...boardKey, expected: z.int().min(1).describe("the version you have read"), ...boardWriter }),
  output: z.object({ revision: z.number() }),
  hints: { destructive: true },
  run: async ({ as, ...write }, { principal }, { boards }) => ({ revision: await boards.write(write, principal, as) }),
});
