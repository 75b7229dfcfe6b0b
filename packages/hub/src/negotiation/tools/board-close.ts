import { z } from "zod";
import { boardId } from "../boards/fields.ts";
import { defineNegotiationTool } from "../desk.ts";

export default defineNegotiationTool({
  name: "board_close",
  description: "Closes a blackboard that you opened: from then on it is read and not written.",
  input: z.object(boardId),
  output: z.object({ revision: z.number() }),
  hints: { destructive: true },
  run: async ({ board }, { principal }, { boards }) => ({ revision: await boards.close(board, principal) }),
});
