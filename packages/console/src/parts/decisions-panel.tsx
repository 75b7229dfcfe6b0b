import type { VNode } from "preact";
import { clockTime, duration } from "../figures.ts";
import type { Decision } from "../hub/routing.ts";
import { Pill, type PillTone } from "./pill.tsx";
import { Raw } from "./raw.tsx";

interface DecisionsProps {
  readonly agent: string;
  readonly decisions: readonly Decision[];
}

/** The newest routing decisions that an agent was part of: who got the work, and why. */
export function DecisionsPanel({ agent, decisions }: DecisionsProps): VNode {
  return (
    <section class="panel" aria-labelledby="decisions-title">
      <header>
        <h2 id="decisions-title">Routing decisions</h2>
        <span class="small soft">newest first</span>
      </header>
      {decisions.length === 0 ? (
        <p class="soft">
          None since the hub opened. <code>routing_send_message</code> sends work to the agent that fits best.
        </p>
      ) : null}
      <ul class="happenings">
        {decisions.map((decision) => (
          <li key={decision.id}>
            <div class="row">
              <Pill tone={toneOf(decision, agent)}>{wordOf(decision, agent)}</Pill>
              <strong>{decision.skill ?? "by its text"}</strong>
              <time class="small soft number" dateTime={new Date(decision.at).toISOString()}>
                {clockTime(decision.at)}, from {decision.from}
                {decision.totalMs === null ? "" : `, ${duration(decision.totalMs)}`}
              </time>
            </div>
            <p class="small">{decision.because}</p>
            <Raw label="Decision as JSON" value={decision} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function wordOf({ outcome, agent: winner, attempts }: Decision, agent: string): string {
  if (outcome === "open") return "under way";
  if (winner === agent) return "did it";
  if (attempts.some((attempt) => attempt.agent === agent)) return outcome === "failed" ? "failed" : `went to ${winner}`;
  return winner === null ? "not asked" : `${winner} was chosen`;
}

function toneOf({ outcome, agent: winner, attempts }: Decision, agent: string): PillTone {
  if (outcome === "open") return "busy";
  if (winner === agent) return "good";
  return attempts.some((attempt) => attempt.agent === agent) ? (outcome === "failed" ? "bad" : "warn") : "plain";
}
