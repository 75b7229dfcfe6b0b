import { z } from "zod";
import { defineNegotiationTool } from "../desk.ts";

export default defineNegotiationTool({
  name: "board_open",
  description:
    "Opens a blackboard: keys with JSON values that its members read and write together, each write over the version that the writer has read. You are a member too.",
  input: z.object({
    subject: z.string().min(1).max(500),
    members: z
      .array(z.string().min(1).max(100))
      .max(200)
      .default([])
      .describe('who else reads and writes: agents by name, clients as "client:NAME"'),
  }),
  output: z.object({ board: z.string() }),
  run: async ({ subject, members }, { principal }, { boards }) => ({ board: await boards.open(principal.id, subject, members) }),
});
