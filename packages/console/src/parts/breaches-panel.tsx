import type { VNode } from "preact";
import { dayTime, duration } from "../figures.ts";
import type { Breach } from "../hub/service-level.ts";
import { indicatorName } from "../service-words.ts";
import { Pill } from "./pill.tsx";

/** Terms in breach and broken agreements, newest first. */
export function BreachesPanel({ breaches }: { readonly breaches: readonly Breach[] }): VNode {
  return (
    <section class="panel" aria-labelledby="breaches-title">
      <header>
        <h2 id="breaches-title">Breaches</h2>
      </header>
      {breaches.length === 0 ? <p class="soft">None so far.</p> : null}
      <ul class="happenings">
        {breaches.map((breach) => (
          <li key={breach.id}>
            <div class="row">
              <Pill tone={breach.closedAt !== null ? "plain" : breach.severity === "page" ? "bad" : "warn"}>
                {breach.severity === "agreement" ? "agreement broken" : breach.closedAt === null ? breach.severity : "over"}
              </Pill>
              <strong>{indicatorName(breach.indicator)}</strong>
              <time class="small soft number" dateTime={new Date(breach.openedAt).toISOString()}>
                {dayTime(breach.openedAt)}
                {breach.closedAt !== null && breach.closedAt > breach.openedAt
                  ? `, for ${duration(breach.closedAt - breach.openedAt)}`
                  : ""}
              </time>
            </div>
            <p class="small lead">{breach.because}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
