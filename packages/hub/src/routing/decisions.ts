import { baseErrors } from "../base/errors.ts";
import type { Decision } from "./explanation.ts";

const unasked: ReadonlySet<string> = new Set(["policy", "skill"]);

/** The newest decisions, in memory; the oldest goes when the ring is full. */
export class Decisions {
  readonly #limit: number;
  readonly #kept = new Map<string, Decision>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Keeps a decision, or what has become of it. */
  keep(decision: Decision): void {
    if (!this.#kept.has(decision.id) && this.#kept.size >= this.#limit) this.#kept.delete(this.#kept.keys().next().value ?? "");
    this.#kept.set(decision.id, decision);
  }

  /** Newest first; of one agent where it is named: those that asked or weighed it, or dropped it for more than not being meant. */
  list(filter: { readonly agent: string | undefined; readonly limit: number }): readonly Decision[] {
    const found: Decision[] = [];
    for (const decision of [...this.#kept.values()].reverse()) {
      if (found.length >= filter.limit) break;
      if (filter.agent === undefined || concerns(decision, filter.agent)) found.push(decision);
    }
    return found;
  }

  /** The decision of that id. Throws NOT_FOUND. */
  get(id: string): Decision {
    const decision = this.#kept.get(id);
    if (!decision) throw baseErrors.NOT_FOUND({ what: "routing decision (the newest routing.keptDecisions are kept)", id });
    return decision;
  }
}

function concerns(decision: Decision, agent: string): boolean {
  return (
    decision.attempts.some((attempt) => attempt.agent === agent) ||
    decision.choices.some(
      (choice) =>
        choice.ranked.some((one) => one.agent === agent) ||
        choice.dropped.some((drop) => drop.agent === agent && !unasked.has(drop.filter)),
    )
  );
}
