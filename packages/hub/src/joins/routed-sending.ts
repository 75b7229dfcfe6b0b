/**
 * A2A as routing needs it: sends a message with its chain in the metadata, tells the first sign of life, and reads the
 * end as an outcome. What is seen of the task meanwhile is told as sightings.
 */
import { type Part, type SendMessageRequest, type Task, TaskState, taskStateToJSON } from "@a2a-js/sdk";
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
import type { Answer, Outgoing, Send, SendOptions, SendResult } from "../routing/sending.ts";

/** What sending stands on. `sighted` hears what is seen of the tasks. */
export interface RoutedSendingInput {
  readonly registry: Registry;
  readonly clock: Clock;
  /** How long an agent may take to notice that it was called off, ms. */
  readonly graceMs: number;
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
  return async (message, options) => {
    const seen = new Sightings(input, message);
    const { promise: left, resolve } = Promise.withResolvers<SendResult>();
    let timer: NodeJS.Timeout | undefined;
    // An agent that does not even hear that it is called off is left behind, and its task counts as lost.
    const giveUp = (): void => {
      timer = setTimeout(() => {
        seen.tell("ended", "lost");
        resolve(ended("lost", undefined, "it did not stop when it was called off"));
      }, input.graceMs);
    };
    options.signal.addEventListener("abort", giveUp, { once: true });
    try {
      return await Promise.race([talk(input, message, options, seen), left]);
    } finally {
      options.signal.removeEventListener("abort", giveUp);
      clearTimeout(timer);
    }
  };
}

async function talk(
  { registry, clock }: RoutedSendingInput,
  message: Outgoing,
  { signal, onTask, onFirstEvent }: SendOptions,
  seen: Sightings,
): Promise<SendResult> {
  const context = callContext(message.from);
  let taskId: string | undefined;
  try {
    const { handler } = registry.get(message.agent);
    const cancel = (): void => {
      if (taskId) void handler.cancelTask({ tenant: "", id: taskId, metadata: undefined }, context).catch(() => {}); // It may have ended meanwhile.
    };
    signal.addEventListener("abort", cancel, { once: true });
    try {
      for await (const { payload } of handler.sendMessageStream(requestFor(message, clock), context)) {
        if (payload?.$case === "message") return ended("ok", messageAnswer(payload.value.parts));
        if (taskId === undefined) {
          if (payload?.$case !== "task") continue;
          taskId = payload.value.id;
          onTask(taskId);
          seen.begin(payload.value);
          if (signal.aborted) cancel();
        } else if (payload?.$case === "artifactUpdate" || payload?.$case === "statusUpdate") {
          onFirstEvent();
          const asks = payload.$case === "statusUpdate" && payload.value.status?.state === TaskState.TASK_STATE_INPUT_REQUIRED;
          seen.tell(payload.$case === "artifactUpdate" ? "first-artifact" : asks ? "input-required" : "first-event");
        }
      }
    } finally {
      signal.removeEventListener("abort", cancel);
    }
    if (taskId === undefined) return ended("lost", undefined, "it answered neither with a message nor with a task");
    return finished(await handler.getTask({ tenant: "", id: taskId }, context), seen);
  } catch (error) {
    seen.tell("ended", "lost");
    const unreached = error instanceof EntenteError && error.code === "AGENT_UNKNOWN";
    return ended(unreached ? "unreached" : "lost", undefined, error instanceof Error ? error.message : String(error));
  }
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

function finished(task: Task, seen: Sightings): SendResult {
  const state = task.status?.state ?? TaskState.TASK_STATE_UNSPECIFIED;
  const said = textOf(task.status?.message?.parts ?? []);
  const parts = task.artifacts.flatMap((artifact) => artifact.parts);
  const cost = costShape.safeParse(task.metadata).data?.[slaExtension].cost;
  // A task that asks for more, or is not over, is an answer too: the caller goes on with it by its id.
  const [outcome, end] = outcomes[state] ?? (["ok", undefined] as const);
  if (end) seen.tell("ended", end, cost);
  const answer = {
    kind: "task" as const,
    taskId: task.id,
    state: taskStateToJSON(state),
    text: textOf(parts) || said,
    data: plain(dataOf(parts)),
  };
  return { outcome, problem: outcome === "ok" ? undefined : said || `its task ended as ${answer.state}`, answer, cost };
}

function messageAnswer(parts: readonly Part[]): Answer {
  return { kind: "message", taskId: undefined, state: undefined, text: textOf(parts), data: plain(dataOf(parts)) };
}

function ended(outcome: SendResult["outcome"], answer: Answer | undefined, problem?: string): SendResult {
  return { outcome, answer, problem, cost: undefined };
}

// What is seen of the one task of a message; each moment is told once, and nothing before there is a task.
class Sightings {
  readonly #input: RoutedSendingInput;
  readonly #message: Outgoing;
  readonly #told = new Set<TaskMoment>();
  #task: { readonly id: string; readonly contextId: string } | undefined;

  constructor(input: RoutedSendingInput, message: Outgoing) {
    this.#input = input;
    this.#message = message;
  }

  begin(task: { readonly id: string; readonly contextId: string }): void {
    this.#task = task;
    this.tell("submitted");
    this.tell("accepted");
  }

  tell(moment: TaskMoment, outcome?: TaskOutcome, cost?: number): void {
    if (!this.#task || this.#told.has(moment) || this.#told.has("ended")) return;
    this.#told.add(moment);
    // An artifact is a first event too.
    if (moment === "first-artifact") this.#told.add("first-event");
    const { id, contextId } = this.#task;
    const { agent, from, travels } = this.#message;
    this.#input.sighted({
      moment,
      agent,
      task: id,
      context: contextId,
      owner: from,
      skill: travels.skill,
      agreement: travels.agreement,
      at: this.#input.clock.now(),
      outcome,
      cost,
    });
  }
}

function plain(value: unknown): Json | undefined {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
