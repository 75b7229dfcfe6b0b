import type { TaskSighting } from "../base/sighting.ts";
import type { Ending } from "./pool.ts";

/** What a task that was seen to its end says of its agent. */
export interface SeenTask {
  readonly ending: Ending;
  readonly times: { readonly firstMs: number | undefined; readonly totalMs: number } | undefined;
}

const keptTasks = 10_000;

/** Follows the tasks that others sent, from submission to end. */
export class TasksSeen {
  readonly #own = new Set<string>();
  readonly #open = new Map<string, { readonly since: number; firstAt: number | undefined }>();

  /** Takes note that a task is one's own: its sightings say nothing new. */
  own(task: string): void {
    if (this.#own.size >= keptTasks) this.#own.delete(this.#own.values().next().value ?? "");
    this.#own.add(task);
    this.#open.delete(task);
  }

  /** What a sighting says, once its task has ended. */
  observe(sighting: TaskSighting): SeenTask | undefined {
    const { task, moment, at, outcome } = sighting;
    if (this.#own.has(task)) {
      if (moment === "ended") this.#own.delete(task);
      return undefined;
    }
    const known = this.#open.get(task);
    if (moment !== "ended") {
      if (!known) {
        if (this.#open.size >= keptTasks) this.#open.delete(this.#open.keys().next().value ?? "");
        this.#open.set(task, { since: at, firstAt: undefined });
      } else if (moment === "first-event" || moment === "first-artifact") known.firstAt ??= at;
      return undefined;
    }
    this.#open.delete(task);
    // A rejection or a cancel says nothing of health.
    const ending = outcome === "completed" ? "ok" : outcome === "failed" || outcome === "lost" ? "failed" : "neutral";
    const times = known && {
      firstMs: known.firstAt === undefined ? undefined : known.firstAt - known.since,
      totalMs: at - known.since,
    };
    return { ending, times };
  }
}
