import type { VNode } from "preact";
import { counted, duration } from "../figures.ts";
import type { Times } from "../hub/service-level.ts";
import { indicatorName, windowName } from "../service-words.ts";

/** How long an agent takes: quantiles as a bar on one scale, and in numbers. */
export function TimesPanel({ times }: { readonly times: readonly Times[] }): VNode {
  const longest = Math.max(1, ...times.map(({ p99 }) => p99));
  return (
    <section class="panel" aria-labelledby="times-title">
      <header>
        <h2 id="times-title">How long it takes</h2>
        {times.length === 0 ? null : (
          <p class="legend">
            <span style={{ "--colour": "var(--accent)" }}>half</span>
            <span style={{ "--colour": "var(--span-95)" }}>95 %</span>
            <span style={{ "--colour": "var(--span-99)" }}>99 %</span>
          </p>
        )}
      </header>
      {times.length === 0 ? (
        <p class="soft">Nothing measured in the last day.</p>
      ) : (
        <div class="scroll-x">
          <table class="table cards times">
            <thead>
              <tr>
                <th scope="col">From submission until</th>
                <th scope="col">
                  <span class="unseen">Quantiles on one scale</span>
                </th>
                <th scope="col" class="number">
                  p50
                </th>
                <th scope="col" class="number">
                  p95
                </th>
                <th scope="col" class="number">
                  p99
                </th>
                <th scope="col" class="number">
                  Longest
                </th>
              </tr>
            </thead>
            <tbody>
              {times.map((one) => (
                <tr key={`${one.indicator} ${one.windowMs}`}>
                  <td>
                    <strong>{indicatorName(one.indicator)}</strong>{" "}
                    <span class="soft">
                      {windowName(one.windowMs)}, {counted(one.count, "task")}
                    </span>
                  </td>
                  <td class="spread-cell">
                    <Spread times={one} longest={longest} />
                  </td>
                  <td class="number" data-label="p50">
                    {duration(one.p50)}
                  </td>
                  <td class="number" data-label="p95">
                    {duration(one.p95)}
                  </td>
                  <td class="number" data-label="p99">
                    {duration(one.p99)}
                  </td>
                  <td class="number" data-label="Longest">
                    {duration(one.max)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

// Square roots, so that a short time beside a long one is still seen.
function Spread({ times, longest }: { readonly times: Times; readonly longest: number }): VNode {
  const place = (ms: number): string => `${Math.sqrt(ms / longest) * 100}%`;
  return (
    <span class="spread" aria-hidden="true">
      <span style={{ width: place(times.p99), background: "var(--span-99)" }} />
      <span style={{ width: place(times.p95), background: "var(--span-95)" }} />
      <span style={{ width: place(times.p50), background: "var(--accent)" }} />
    </span>
  );
}
