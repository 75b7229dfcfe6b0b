/**
 * Tasks for clients of 2025-11-25, where they are part of the protocol: a client asks for a task in its call, and takes the result
 * with `tasks/result`, which waits for it. Source: the specification of that date, Tasks.
 */
import {
  ProtocolError,
  ProtocolErrorCode,
  RELATED_TASK_META_KEY,
  type Server,
  type ServerCapabilities,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Task } from "../../base/task.ts";
import { hasEnded, type TaskDesk } from "./task-desk.ts";
import { headOf, pollMs, taskResult } from "./task-result.ts";
import type { CallTasks } from "./task-server.ts";

/** What a server declares that serves tasks. */
export const legacyTaskCapabilities: ServerCapabilities = {
  tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } },
};

const byId = { params: z.object({ taskId: z.string() }) };
const byCursor = { params: z.object({ cursor: z.string().optional() }) };

/** Serves `tasks/get`, `tasks/result`, `tasks/list` and `tasks/cancel`, and tells a client how the tasks stand that it began. */
export function serveLegacyTasks(server: Server, desk: TaskDesk): CallTasks {
  const left = new AbortController();
  const { onclose } = server;
  server.onclose = () => {
    left.abort(new Error("the client left"));
    onclose?.();
  };
  server.setRequestHandler("tasks/get", byId, async ({ taskId }) => told(await desk.read(taskId)));
  server.setRequestHandler("tasks/list", byCursor, async ({ cursor }) => {
    const { tasks, next } = await desk.list(cursor);
    return { tasks: tasks.map(told), ...(next === undefined ? {} : { nextCursor: next }) };
  });
  server.setRequestHandler("tasks/cancel", byId, async ({ taskId }) => {
    const before = await desk.read(taskId);
    if (hasEnded(before)) throw endedAlready(before);
    await desk.cancel(taskId);
    const after = await desk.read(taskId);
    // It may have ended in between.
    if (after.status !== "cancelled") throw endedAlready(after);
    return told(after);
  });
  server.setRequestHandler("tasks/result", byId, async ({ taskId }, { mcpReq: { signal } }) => {
    const task = await desk.follow(taskId, AbortSignal.any([signal, left.signal]));
    if (task.status === "broken") throw new ProtocolError(ProtocolErrorCode.InternalError, task.problem);
    const result = await taskResult(task);
    if (!result) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `the task ${taskId} was cancelled: it has no result`);
    return { ...result, _meta: { ...result._meta, [RELATED_TASK_META_KEY]: { taskId } } };
  });
  return {
    check: ({ name, task }, params) => {
      if (asked(params) && !task) throw new ProtocolError(ProtocolErrorCode.MethodNotFound, `${name} does not run as a task`);
      if (!asked(params) && task?.required)
        throw new ProtocolError(ProtocolErrorCode.MethodNotFound, `${name} runs only as a task`);
    },
    begin: async ({ task }, params, output) => {
      if (!task || !asked(params)) return undefined;
      const begun = await desk.read(task.idIn(output));
      const tellNews = (now: Task): void => {
        if (now.status !== begun.status || now.message !== begun.message) tell(server, now);
      };
      // One that cannot be followed can still be asked for.
      void desk.follow(begun.id, left.signal, tellNews).catch(() => {});
      return { task: told(begun) };
    },
  };
}

function endedAlready({ id, status }: Task): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `the task ${id} is ${status} already`);
}

function asked(params: object): boolean {
  return "task" in params && params.task !== undefined;
}

function tell(server: Server, task: Task): void {
  // A client that left is noticed by its transport, not here.
  void server.notification({ method: "notifications/tasks/status", params: { ...told(task) } }).catch(() => {});
}

// Here a tool's own failure is a failed task, too.
const statuses = {
  working: "working",
  asking: "input_required",
  completed: "completed",
  failed: "failed",
  broken: "failed",
  cancelled: "cancelled",
} as const;

function told(task: Task) {
  // Kept without an end, whatever the client asked for.
  return { ...headOf(task), status: statuses[task.status], ttl: null, pollInterval: pollMs };
}
