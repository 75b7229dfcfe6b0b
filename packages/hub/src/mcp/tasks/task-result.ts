import type { CallToolResult } from "@modelcontextprotocol/server";
import { EntenteError } from "../../base/errors.ts";
import type { Task } from "../../base/task.ts";
import { failureOf, resultOf } from "../tool-result.ts";

/** How long clients should wait between two looks, ms. */
export const pollMs = 500;

/** What both eras tell of a task in the same words. */
export function headOf({ id, message, createdAt, updatedAt }: Task) {
  return {
    taskId: id,
    statusMessage: message,
    createdAt: new Date(createdAt).toISOString(),
    lastUpdatedAt: new Date(updatedAt).toISOString(),
  };
}

/** What the call that began a task is answered with now that it has ended; undefined where there is no answer. */
export async function taskResult(task: Task): Promise<CallToolResult | undefined> {
  if (task.status === "completed") return resultOf(await task.output());
  if (task.status !== "failed") return undefined;
  const { code, message } = task.error;
  return failureOf(new EntenteError(code, 500, message, {}), await task.output());
}
