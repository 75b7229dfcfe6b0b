/** From sightings to measurements: follows each task from submission to end. Pure. */
import type { TaskOutcome, TaskSighting } from "../base/sighting.ts";

/** What is known of a task that has not ended. Moments in ms. */
export interface Tracked {
  readonly submittedAt: number;
  readonly acceptedAt: number | undefined;
  readonly artifactAt: number | undefined;
  /** Its caller was asked for something: from then on its time is not the agent's alone. */
  readonly asked: boolean;
}

/** Tasks under way, by id, oldest first. */
export type Tracking = ReadonlyMap<string, Tracked>;

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

/** Takes a sighting in; gives the measurement when the task has ended. `most` tasks are followed, the oldest goes first. */
export function track(tracking: Tracking, sighting: TaskSighting, most: number): readonly [Tracking, Measurement | undefined] {
  const { task, moment, at } = sighting;
  const known = tracking.get(task);
  const next = new Map(tracking);
  if (moment !== "ended") {
    const before = known ?? { submittedAt: at, acceptedAt: undefined, artifactAt: undefined, asked: false };
    next.set(task, {
      ...before,
      acceptedAt: before.acceptedAt ?? (moment === "submitted" ? undefined : at),
      artifactAt: before.artifactAt ?? (moment === "first-artifact" ? at : undefined),
      asked: before.asked || moment === "input-required",
    });
    const oldest = next.keys().next().value;
    if (next.size > most && oldest !== undefined) next.delete(oldest);
    return [next, undefined];
  }
  next.delete(task);
  const since = (moment: number | undefined): number | undefined =>
    known === undefined || moment === undefined ? undefined : Math.max(0, moment - known.submittedAt);
  return [
    next,
    {
      agent: sighting.agent,
      task,
      agreement: sighting.agreement,
      at,
      outcome: sighting.outcome ?? "lost",
      acceptMs: since(known?.acceptedAt),
      firstArtifactMs: since(known?.artifactAt),
      totalMs: known?.asked ? undefined : since(at),
      cost: sighting.cost,
    },
  ];
}
