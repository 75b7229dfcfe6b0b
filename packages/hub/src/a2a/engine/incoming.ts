/** What a message asks of an agent, before it becomes anything: checks, and the form in which an agent gets it. */
import type { Agent, AgentTask, TaskReference } from "../../base/agent.ts";
import { carriedText, slaExtension, travelling } from "../../base/sla-extension.ts";
import { a2aErrors } from "../errors.ts";
import { dataOf, textOf } from "../parts.ts";
import type { Message, Task } from "../protocol.ts";
import type { Call } from "../service.ts";

/** Media types every agent of this hub takes. */
export const commonModes: readonly string[] = ["text/plain", "application/json"];

/** Checks that agent and caller fit. Throws EXTENSION_SUPPORT_REQUIRED or CONTENT_TYPE_NOT_SUPPORTED. */
export function checkIncoming({ profile }: Agent, message: Message, call: Call): void {
  const missing = (profile.extensions ?? []).filter(({ required, uri }) => required && !call.extensions.includes(uri));
  if (missing.length > 0) throw a2aErrors.EXTENSION_SUPPORT_REQUIRED({ missing: missing.map(({ uri }) => uri) });
  for (const { mediaType } of message.parts) {
    if (!mediaType || commonModes.includes(mediaType) || profile.inputModes?.includes(mediaType)) continue;
    throw a2aErrors.CONTENT_TYPE_NOT_SUPPORTED({ wanted: [...commonModes, ...(profile.inputModes ?? [])], got: mediaType });
  }
}

/** A task as its agent gets it. */
export function agentTask(task: Task, { parts }: Message, references: readonly TaskReference[]): AgentTask {
  return { id: task.id, contextId: task.contextId, text: textOf(parts), data: dataOf(parts), content: parts, references };
}

/** A task that a message refers to, as the agent gets it. */
export function referenceTo({ id, contextId, status, artifacts = [] }: Task): TaskReference {
  const parts = artifacts.flatMap((artifact) => artifact.parts);
  return { id, contextId, state: status.state, text: textOf(parts), data: dataOf(parts) };
}

/** How long a task may take, as its message says (`remainingMs`), ms. */
export function timeFor(message: Message | undefined): number | undefined {
  return travelling.safeParse(message?.metadata?.[slaExtension]).data?.remainingMs;
}

/** A text that the sender put into its message's metadata. */
export function named(message: Message | undefined, name: "skill" | "agreement"): string | undefined {
  return carriedText(message?.metadata, name);
}
