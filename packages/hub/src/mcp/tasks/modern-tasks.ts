/**
 * Tasks for clients of 2026-07-28: the extension `io.modelcontextprotocol/tasks`. Each request of a client says whether it knows
 * the extension; the call of a tool that begins a task is then answered with the task in place of the tool's result, and
 * `tasks/get` gives that result once the task has ended.
 * Source: the extension's specification of that date, and its wire schemas in @modelcontextprotocol/ext-tasks.
 */
import {
  CLIENT_CAPABILITIES_META_KEY,
  MissingRequiredClientCapabilityError,
  ProtocolErrorCode,
  type Result,
  type Server,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Task } from "../../base/task.ts";
import type { TaskDesk } from "./task-desk.ts";
import { headOf, pollMs, taskResult } from "./task-result.ts";
import type { CallTasks } from "./task-server.ts";

const tasksExtension = "io.modelcontextprotocol/tasks";

/** What a server declares that serves the extension. */
export const modernTaskCapabilities = { extensions: { [tasksExtension]: {} } };

const byId = { params: z.object({ taskId: z.string() }) };

/** Serves `tasks/get`, `tasks/update` and `tasks/cancel`. */
export function serveModernTasks(server: Server, desk: TaskDesk): CallTasks {
  server.setRequestHandler("tasks/get", byId, async ({ taskId }, { mcpReq }) => {
    requireTasks(mcpReq.envelope);
    return detailed(await desk.read(taskId));
  });
  server.setRequestHandler("tasks/update", byId, async ({ taskId }, { mcpReq }) => {
    requireTasks(mcpReq.envelope);
    await desk.answer(taskId, mcpReq.inputResponses ?? {});
    return {};
  });
  server.setRequestHandler("tasks/cancel", byId, async ({ taskId }, { mcpReq }) => {
    requireTasks(mcpReq.envelope);
    await desk.cancel(taskId);
    return {};
  });
  return {
    check: ({ task }, _params, { mcpReq }) => {
      if (task?.required) requireTasks(mcpReq.envelope);
    },
    begin: async ({ task }, _params, output, { mcpReq }) =>
      task && knowsTasks(mcpReq.envelope) ? { resultType: "task", ...base(await desk.read(task.idIn(output))) } : undefined,
  };
}

/** Throws -32021 unless the envelope of a request declares the extension. */
export function requireTasks(envelope: object | undefined): void {
  if (knowsTasks(envelope)) return;
  throw new MissingRequiredClientCapabilityError({ requiredCapabilities: modernTaskCapabilities });
}

/** A task as `tasks/get` and `notifications/tasks` give it. */
export async function detailed(task: Task): Promise<Result> {
  if (task.status === "asking") return { ...base(task), inputRequests: inputRequests(task.questions) };
  if (task.status === "broken") return { ...base(task), error: { code: ProtocolErrorCode.InternalError, message: task.problem } };
  const result = await taskResult(task);
  return result ? { ...base(task), result: { resultType: "complete", ...result } } : base(task);
}

// A tool's own failure is a result like any other here; `failed` is for what breaks before there is a result.
const statuses = {
  working: "working",
  asking: "input_required",
  completed: "completed",
  failed: "completed",
  broken: "failed",
  cancelled: "cancelled",
} as const;

function base(task: Task) {
  // Kept without an end.
  return { ...headOf(task), status: statuses[task.status], ttlMs: null, pollIntervalMs: pollMs };
}

function inputRequests(questions: Extract<Task, { status: "asking" }>["questions"]) {
  return Object.fromEntries(
    Object.entries(questions).map(([name, { text, form }]) => [
      name,
      { method: "elicitation/create", params: { mode: "form", message: text, requestedSchema: form } },
    ]),
  );
}

const declaring = z.object({
  [CLIENT_CAPABILITIES_META_KEY]: z.object({ extensions: z.object({ [tasksExtension]: z.strictObject({}) }) }),
});

function knowsTasks(envelope: object | undefined): boolean {
  return declaring.safeParse(envelope).success;
}
