import { z } from "zod";
import { dataOf, dataPart, textOf, textPart } from "../../a2a/parts.ts";
import { defineHubTool } from "../hub-desk.ts";

export default defineHubTool({
  name: "agent_send_message",
  description:
    "Sends a message to an agent over A2A and waits for its answer, for the end of the task it makes of it, or for a question (state TASK_STATE_INPUT_REQUIRED), which a message with that taskId answers.",
  input: z.object({
    agent: z.string(),
    text: z.string(),
    data: z.json().optional(),
    contextId: z.string().optional(),
    taskId: z.string().optional().describe("the task whose question this answers"),
  }),
  output: z.object({
    kind: z.enum(["message", "task"]),
    taskId: z.string().nullable(),
    state: z.string().nullable(),
    text: z.string(),
    data: z.json().nullable(),
  }),
  run: async (input, ctx, desk) => {
    const parts = [textPart(input.text), ...(input.data === undefined ? [] : [dataPart(input.data)])];
    const reply = await desk.registry.send(input.agent, parts, ctx.principal.id, {
      signal: ctx.signal,
      ...(input.contextId ? { contextId: input.contextId } : {}),
      ...(input.taskId ? { taskId: input.taskId } : {}),
      onTask: (id) => ctx.progress({ done: 0, message: `task ${id}` }),
    });
    if (reply.kind === "message")
      return {
        kind: "message" as const,
        taskId: null,
        state: null,
        text: textOf(reply.parts),
        data: JSON.parse(JSON.stringify(dataOf(reply.parts) ?? null)),
      };
    const { task } = reply;
    const result = (task.artifacts ?? []).flatMap((artifact) => artifact.parts);
    const said = textOf(result) || textOf(task.status.message?.parts ?? []);
    return {
      kind: "task" as const,
      taskId: task.id,
      state: task.status.state,
      text: said,
      data: JSON.parse(JSON.stringify(dataOf(result) ?? null)),
    };
  },
});
