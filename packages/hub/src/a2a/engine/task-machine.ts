/**
 * The life of a task as a pure machine: `step(life, happening, now)` gives the life after it and what is to be done about it.
 * Nothing happens to a task that ended; whoever is late is not heard. Every event has the next number of its task, so that
 * one order holds for all who watch it, and `fold` makes the same task of the same events wherever they are read again.
 */
import type { TaskMoment, TaskOutcome } from "../../base/sighting.ts";
import {
  type Artifact,
  isInterrupted,
  isTerminal,
  type Message,
  type Task,
  type TaskArtifactUpdateEvent,
  type TaskEvent,
  type TaskState,
} from "../protocol.ts";

/** A task, the time of its status in ms, the number of its last event, and how much of it was seen by those who measure agents. */
export interface Life {
  readonly task: Task;
  readonly at: number;
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

/** Something that those who measure agents are told. */
export interface Moment {
  readonly moment: TaskMoment;
  readonly outcome: TaskOutcome | undefined;
}

/** What is to be done: publish and keep an event, keep the whole task, tell those who measure. */
export interface Effects {
  readonly event: TaskEvent | undefined;
  readonly snapshot: boolean;
  readonly moments: readonly Moment[];
}

const nothing: Effects = { event: undefined, snapshot: false, moments: [] };
const moment = (name: TaskMoment, outcome?: TaskOutcome): Moment => ({ moment: name, outcome });
const submitted = [moment("submitted")];
const accepted = [moment("accepted")];
const unmoved: readonly Moment[] = [];
const firstEvent = moment("first-event");
const firstArtifact = moment("first-artifact");

const outcomes: Partial<Record<TaskState, TaskOutcome>> = {
  TASK_STATE_COMPLETED: "completed",
  TASK_STATE_FAILED: "failed",
  TASK_STATE_CANCELED: "canceled",
  TASK_STATE_REJECTED: "rejected",
};

/** A task newly made of a message, which names task and context. */
export function begin(id: string, contextId: string, message: Message, now: number): readonly [Life, Effects] {
  const status = { state: "TASK_STATE_SUBMITTED", timestamp: timestamp(now) } as const;
  const task: Task = { id, contextId, status, history: [message] };
  return [
    { task, at: now, seq: 0, seen: "submitted" },
    { event: undefined, snapshot: true, moments: submitted },
  ];
}

/** The life of a task that was read back. */
export function revive(task: Task, seq: number): Life {
  return { task, at: Date.parse(task.status.timestamp), seq, seen: "artifact" };
}

/** The life after a happening, and its effects. */
export function step(life: Life, happening: Happening, now: number): readonly [Life, Effects] {
  if (isTerminal(life.task.status.state)) return [life, nothing];
  if (happening.kind === "answer") {
    const task = { ...life.task, history: [...(life.task.history ?? []), happening.message] };
    return step({ ...life, task }, { kind: "status", state: "TASK_STATE_WORKING" }, now);
  }
  const event = eventOf(life.task, happening, now);
  const snapshot = happening.kind === "status";
  const [seen, moments] = see(life.seen, happening);
  return [
    { task: fold(life.task, event), at: snapshot ? now : life.at, seq: life.seq + 1, seen },
    { event, snapshot, moments },
  ];
}

function eventOf(task: Task, happening: Exclude<Happening, { kind: "answer" }>, now: number): TaskEvent {
  const { id: taskId, contextId } = task;
  if (happening.kind === "artifact") {
    const { artifact, append, lastChunk } = happening;
    const update = append ? { taskId, contextId, artifact, append } : { taskId, contextId, artifact };
    return { artifactUpdate: lastChunk ? { ...update, lastChunk } : update };
  }
  const { state, message } = happening;
  const status = message ? { state, message, timestamp: timestamp(now) } : { state, timestamp: timestamp(now) };
  return { statusUpdate: { taskId, contextId, status } };
}

// Many things happen in one millisecond.
let known = { now: Number.NaN, text: "" };
function timestamp(now: number): string {
  if (known.now !== now) known = { now, text: new Date(now).toISOString() };
  return known.text;
}

function see(seen: Life["seen"], happening: Exclude<Happening, { kind: "answer" }>): readonly [Life["seen"], readonly Moment[]] {
  if (happening.kind === "artifact") {
    if (seen === "artifact") return [seen, unmoved];
    return ["artifact", seen === "event" ? [firstArtifact] : [firstEvent, firstArtifact]];
  }
  const outcome = outcomes[happening.state];
  if (outcome) return [seen, [moment("ended", happening.lost ? "lost" : outcome)]];
  if (seen === "submitted") return ["accepted", accepted];
  const first = seen === "accepted" ? [firstEvent] : unmoved;
  const after = seen === "accepted" ? "event" : seen;
  return [after, isInterrupted(happening.state) ? [...first, moment("input-required")] : first];
}

/**
 * The task with an event in it. What the agent says when it asks or ends is part of the conversation and goes into the
 * history; sentences about its progress do not.
 */
export function fold(task: Task, event: TaskEvent): Task {
  if ("artifactUpdate" in event) return { ...task, artifacts: withPiece(task.artifacts ?? [], event.artifactUpdate) };
  const { status } = event.statusUpdate;
  if (!status.message || status.state === "TASK_STATE_WORKING") return { ...task, status };
  return { ...task, status, history: [...(task.history ?? []), status.message] };
}

function withPiece(artifacts: readonly Artifact[], update: TaskArtifactUpdateEvent): readonly Artifact[] {
  const { artifact } = update;
  const at = artifacts.findIndex((known) => known.artifactId === artifact.artifactId);
  const known = artifacts[at];
  if (!known) return [...artifacts, artifact];
  const joined = update.append ? { ...known, ...artifact, parts: [...known.parts, ...artifact.parts] } : artifact;
  return artifacts.with(at, joined);
}
