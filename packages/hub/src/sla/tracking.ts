/** From sightings to measurements: follows each task from submission to end. */
import type { TaskOutcome, TaskSighting } from "../base/sighting.ts";

/** What is known of a task that has not ended. Moments in ms. */
interface Tracked {
  readonly submittedAt: number;
  acceptedAt: number | undefined;
  artifactAt: number | undefined;
  /** Its caller was asked for something: from then on its time is not the agent's alone. */
  asked: boolean;
}

/** What was measured of a task that has ended. */
export interface Measurement {
  readonly agent: string;
  readonly task: string;
  readonly agreement: string | undefined;
  readonly at: number;
  readonly outcome: TaskOutcome;
  readonly acceptMs: number | undefined;
  readonly firstArtifactMs: number | undefined;
  /** Undefined where the task waited for its caller. */
  readonly totalMs: number | undefined;
  readonly cost: number | undefined;
}

/** The tasks under way. Every event of every task passes here, so what is known is changed in place and never copied. */
export class TaskTracker {
  readonly #tracked = new Map<string, Tracked>();
  readonly #most: number;

  /** Follows at most `most` tasks; the oldest goes first. */
  constructor(most: number) {
    this.#most = most;
  }

  /** How many tasks are followed. */
  get size(): number {
    return this.#tracked.size;
  }

  /** Whether a task is followed. */
  follows(agent: string, task: string): boolean {
    return this.#tracked.has(keyOf(agent, task));
  }

  /** Takes a sighting in; gives the measurement when the task has ended. */
  take(sighting: TaskSighting): Measurement | undefined {
    const { agent, task, moment, at } = sighting;
    const key = keyOf(agent, task);
    const known = this.#tracked.get(key);
    if (moment === "ended") {
      this.#tracked.delete(key);
      return measurement(sighting, known);
    }
    const tracked = known ?? { submittedAt: at, acceptedAt: undefined, artifactAt: undefined, asked: false };
    if (moment !== "submitted") tracked.acceptedAt ??= at;
    if (moment === "first-artifact") tracked.artifactAt ??= at;
    if (moment === "input-required") tracked.asked = true;
    if (known) return undefined;
    this.#tracked.set(key, tracked);
    if (this.#tracked.size <= this.#most) return undefined;
    const oldest = this.#tracked.keys().next().value;
    if (oldest !== undefined) this.#tracked.delete(oldest);
    return undefined;
  }
}

function measurement({ agent, task, agreement, at, outcome, cost }: TaskSighting, known: Tracked | undefined): Measurement {
  const since = (moment: number | undefined): number | undefined =>
    known === undefined || moment === undefined ? undefined : Math.max(0, moment - known.submittedAt);
  return {
    agent,
    task,
    agreement,
    at,
    outcome: outcome ?? "lost",
    acceptMs: since(known?.acceptedAt),
    firstArtifactMs: since(known?.artifactAt),
    totalMs: known?.asked ? undefined : since(at),
    cost,
  };
}

// Tasks of different agents may have one id: those elsewhere choose theirs themselves.
function keyOf(agent: string, task: string): string {
  return `${agent}\n${task}`;
}
