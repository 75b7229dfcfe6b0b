/**
 * A2A as routing needs it: sends a message with its chain in the metadata, tells the first sign of life, and reads the
 * end as an outcome. What is seen of the task meanwhile is told as sightings.
 */
import { type SendMessageRequest, type Task, TaskState, taskStateToJSON } from "@a2a-js/sdk";
import { z } from "zod";
import { dataOf, dataPart, makeMessage, Role, textOf, textPart } from "../a2a/parts.ts";
import { callContext, type Registry } from "../a2a/registry.ts";
import type { Clock } from "../base/clock.ts";
import { EntenteError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import type { Json } from "../base/json.ts";
import type { TaskMoment, TaskOutcome, TaskSighting } from "../base/sighting.ts";
import { slaExtension } from "../base/sla-extension.ts";
import { toMetadata } from "../routing/chain.ts";
import type { Outgoing, Send, SendResult } from "../routing/sending.ts";

/** What sending stands on. `sighted` hears what is seen of the tasks. */
export interface RoutedSendingInput {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly sighted: (sighting: TaskSighting) => void;
}

const costShape = z.object({ [slaExtension]: z.object({ cost: z.number().min(0) }) });
const outcomes: { readonly [state in TaskState]?: readonly [SendResult["outcome"], TaskOutcome] } = {
  [TaskState.TASK_STATE_COMPLETED]: ["ok", "completed"],
  [TaskState.TASK_STATE_FAILED]: ["failed", "failed"],
  [TaskState.TASK_STATE_REJECTED]: ["rejected", "rejected"],
  [TaskState.TASK_STATE_CANCELED]: ["lost", "canceled"],
};

/** The send function of a registry. */
export function routedSending(input: RoutedSendingInput): Send {
  return async (message, { signal, onTask, onFirstEvent }) => {
    const { registry, clock } = input;
    const context = callContext(message.from);
    let taskId: string | undefined;
    const tell = sightings(input, message);
    try {
      const { handler } = registry.get(message.agent);
      const cancel = (): void => {
        if (taskId) void handler.cancelTask({ tenant: "", id: taskId, metadata: undefined }, context).catch(() => {}); // It may have ended meanwhile.
      };
      signal.addEventListener("abort", cancel, { once: true });
      try {
        for await (const event of handler.sendMessageStream(requestFor(message, clock), context)) {
          const payload = event.payload;
          if (payload?.$case === "message") {
            const { parts } = payload.value;
            return ended("ok", {
              kind: "message",
              taskId: undefined,
              state: undefined,
              text: textOf(parts),
              data: plain(dataOf(parts)),
            });
          }
          if (taskId === undefined) {
            if (payload?.$case !== "task") continue;
            taskId = payload.value.id;
            onTask(taskId);
            tell("submitted", payload.value);
            tell("accepted", payload.value);
            if (signal.aborted) cancel();
          } else if (payload?.$case === "artifactUpdate" || payload?.$case === "statusUpdate") {
            onFirstEvent();
            tell(payload.$case === "artifactUpdate" ? "first-artifact" : "first-event", {
              id: taskId,
              contextId: payload.value.contextId,
            });
          }
        }
      } finally {
        signal.removeEventListener("abort", cancel);
      }
      if (taskId === undefined) return ended("lost", undefined, "it answered neither with a message nor with a task");
      return finished(await handler.getTask({ tenant: "", id: taskId }, context), tell);
    } catch (error) {
      if (taskId) tell("ended", { id: taskId, contextId: "" }, "lost");
      const unreached = error instanceof EntenteError && error.code === "AGENT_UNKNOWN";
      return ended(unreached ? "unreached" : "lost", undefined, error instanceof Error ? error.message : String(error));
    }
  };
}

function requestFor(message: Outgoing, clock: Clock): SendMessageRequest {
  const metadata = toMetadata(message.travels);
  const made = makeMessage({
    messageId: newId("msg", clock.now()),
    role: Role.ROLE_USER,
    parts: [
      ...(message.text === "" ? [] : [textPart(message.text)]),
      ...(message.data === undefined ? [] : [dataPart(message.data)]),
    ],
    contextId: message.contextId ?? "",
    extensions: [slaExtension],
  });
  return { tenant: "", message: { ...made, metadata }, configuration: undefined, metadata };
}

function finished(task: Task, tell: ReturnType<typeof sightings>): SendResult {
  const state = task.status?.state ?? TaskState.TASK_STATE_UNSPECIFIED;
  const said = textOf(task.status?.message?.parts ?? []);
  const parts = task.artifacts.flatMap((artifact) => artifact.parts);
  const cost = costShape.safeParse(task.metadata).data?.[slaExtension].cost;
  // A task that asks for more, or is not over, is an answer too: the caller goes on with it by its id.
  const [outcome, seen] = outcomes[state] ?? (["ok", undefined] as const);
  if (seen) tell("ended", task, seen, cost);
  else tell("input-required", task);
  const answer = {
    kind: "task" as const,
    taskId: task.id,
    state: taskStateToJSON(state),
    text: textOf(parts) || said,
    data: plain(dataOf(parts)),
  };
  return { outcome, problem: outcome === "ok" ? undefined : said || `its task ended as ${answer.state}`, answer, cost };
}

function ended(outcome: SendResult["outcome"], answer: SendResult["answer"], problem?: string): SendResult {
  return { outcome, answer, problem, cost: undefined };
}

// Each moment is told once.
function sightings({ clock, sighted }: RoutedSendingInput, message: Outgoing) {
  const told = new Set<TaskMoment>();
  return (
    moment: TaskMoment,
    task: { readonly id: string; readonly contextId: string },
    outcome?: TaskOutcome,
    cost?: number,
  ): void => {
    if (told.has(moment)) return;
    if (moment === "first-artifact" && !told.has("first-event")) told.add("first-event");
    told.add(moment);
    const { skill, agreement } = message.travels;
    const base = { agent: message.agent, task: task.id, context: task.contextId, owner: message.from, skill, agreement };
    sighted({ ...base, moment, at: clock.now(), outcome, cost });
  };
}

function plain(value: unknown): Json | undefined {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
