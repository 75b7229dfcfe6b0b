/**
 * The life of a task as a pure machine: `step(life, happening, now)` gives the life after it and what is to be done about it.
 * Nothing happens to a task that ended; whoever is late is not heard. Every event has the next number of its task, so that
 * one order holds for all who watch it, and `fold` makes the same task of the same events wherever they are read again.
 */
import type { TaskMoment, TaskOutcome } from "../../base/sighting.ts";
import {
  type Artifact,
  isTerminal,
  type Message,
  type Task,
  type TaskArtifactUpdateEvent,
  type TaskEvent,
  type TaskState,
} from "../protocol.ts";

/** A task, the number of its last event, and how much of it was seen by those who measure agents. */
export interface Life {
  readonly task: Task;
  readonly seq: number;
  readonly seen: "submitted" | "accepted" | "event" | "artifact";
}

/** What can happen: the agent reports or makes something, or the client answers what the agent asked. */
export type Happening =
  | {
      readonly kind: "status";
      readonly state: TaskState;
      readonly message?: Message | undefined;
      /** Nobody knows how far the agent came. */
      readonly lost?: boolean;
    }
  | {
      readonly kind: "artifact";
      readonly artifact: Artifact;
      readonly append: boolean;
      readonly lastChunk: boolean;
    }
  | { readonly kind: "answer"; readonly message: Message };

/** What is to be done: publish and keep an event, keep the whole task, tell those who measure. */
export type Effect =
  | { readonly kind: "event"; readonly seq: number; readonly event: TaskEvent }
  | { readonly kind: "snapshot" }
  | { readonly kind: "moment"; readonly moment: TaskMoment; readonly outcome?: TaskOutcome };

const outcomes: Partial<Record<TaskState, TaskOutcome>> = {
  TASK_STATE_COMPLETED: "completed",
  TASK_STATE_FAILED: "failed",
  TASK_STATE_CANCELED: "canceled",
  TASK_STATE_REJECTED: "rejected",
};

/** A task newly made of a message, which names task and context. */
export function begin(id: string, contextId: string, message: Message, now: number): readonly [Life, readonly Effect[]] {
  const status = { state: "TASK_STATE_SUBMITTED", timestamp: new Date(now).toISOString() } as const;
  const task: Task = { id, contextId, status, history: [message] };
  return [{ task, seq: 0, seen: "submitted" }, [{ kind: "snapshot" }, { kind: "moment", moment: "submitted" }]];
}

/** The life after a happening, and its effects. */
export function step(life: Life, happening: Happening, now: number): readonly [Life, readonly Effect[]] {
  if (isTerminal(life.task.status.state)) return [life, []];
  if (happening.kind === "answer") {
    const heard = { ...life, task: { ...life.task, history: [...(life.task.history ?? []), happening.message] } };
    return step(heard, { kind: "status", state: "TASK_STATE_WORKING" }, now);
  }
  const event = eventOf(life.task, happening, now);
  const seq = life.seq + 1;
  const [seen, moments] = see(life.seen, happening);
  const effects: Effect[] = [{ kind: "event", seq, event }];
  if (happening.kind === "status") effects.push({ kind: "snapshot" });
  return [{ task: fold(life.task, event), seq, seen }, [...effects, ...moments]];
}

function eventOf(task: Task, happening: Exclude<Happening, { kind: "answer" }>, now: number): TaskEvent {
  const ids = { taskId: task.id, contextId: task.contextId };
  if (happening.kind === "artifact") {
    const { artifact, append, lastChunk } = happening;
    return { artifactUpdate: { ...ids, artifact, ...(append ? { append } : {}), ...(lastChunk ? { lastChunk } : {}) } };
  }
  const { state, message } = happening;
  const timestamp = new Date(now).toISOString();
  return { statusUpdate: { ...ids, status: { state, ...(message ? { message } : {}), timestamp } } };
}

function see(seen: Life["seen"], happening: Happening): readonly [Life["seen"], readonly Effect[]] {
  const moment = (name: TaskMoment, outcome?: TaskOutcome): Effect => ({
    kind: "moment",
    moment: name,
    ...(outcome ? { outcome } : {}),
  });
  if (happening.kind === "artifact")
    return seen === "artifact"
      ? [seen, []]
      : ["artifact", [...(seen === "event" ? [] : [moment("first-event")]), moment("first-artifact")]];
  if (happening.kind !== "status") return [seen, []];
  const outcome = outcomes[happening.state];
  if (outcome) return [seen, [moment("ended", happening.lost ? "lost" : outcome)]];
  if (seen === "submitted") return ["accepted", [moment("accepted")]];
  const first = seen === "accepted" ? [moment("first-event")] : [];
  const waits = happening.state === "TASK_STATE_INPUT_REQUIRED" || happening.state === "TASK_STATE_AUTH_REQUIRED";
  return [seen === "accepted" ? "event" : seen, [...first, ...(waits ? [moment("input-required")] : [])]];
}

/**
 * The task with an event in it. What the agent says when it asks or ends is part of the conversation and goes into the
 * history; sentences about its progress do not.
 */
export function fold(task: Task, event: TaskEvent): Task {
  if ("artifactUpdate" in event) return { ...task, artifacts: withPiece(task.artifacts ?? [], event.artifactUpdate) };
  const { status } = event.statusUpdate;
  const said = status.message && status.state !== "TASK_STATE_WORKING" ? [status.message] : [];
  return { ...task, status, ...(said.length > 0 ? { history: [...(task.history ?? []), ...said] } : {}) };
}

function withPiece(artifacts: readonly Artifact[], update: TaskArtifactUpdateEvent): readonly Artifact[] {
  const { artifact } = update;
  const at = artifacts.findIndex((known) => known.artifactId === artifact.artifactId);
  const known = artifacts[at];
  if (!known) return [...artifacts, artifact];
  const joined = update.append ? { ...known, ...artifact, parts: [...known.parts, ...artifact.parts] } : artifact;
  return artifacts.with(at, joined);
}
