import type { VNode } from "preact";
import { counted, figure, percent } from "../figures.ts";
import type { ServiceLevels, Term } from "../hub/service-level.ts";
import { asked, sourceOf, windowName } from "../service-words.ts";
import { Pill } from "./pill.tsx";

/** What an agent is held to: how far each term was kept, what is left of its error budget, and how fast that burns. */
export function TermsPanel({ levels }: { readonly levels: ServiceLevels }): VNode {
  const { terms, windowMs, tasks } = levels;
  return (
    <section class="panel" aria-labelledby="terms-title">
      <header>
        <h2 id="terms-title">What it is held to</h2>
        <span class="small soft number">
          {counted(tasks, "task")} in {windowName(windowMs)}
        </span>
      </header>
      {terms.length === 0 ? (
        <p class="soft">No terms: neither its card nor the configuration names any.</p>
      ) : (
        <Terms terms={terms} />
      )}
    </section>
  );
}

function Terms({ terms }: { readonly terms: readonly Term[] }): VNode {
  const windows = terms[0]?.burn.map(({ windowMs }) => windowMs) ?? [];
  return (
    <div class="scroll-x">
      <table class="table cards terms">
        <thead>
          <tr>
            <th scope="col">Term</th>
            <th scope="col" class="number">
              Kept
            </th>
            <th scope="col">Budget left</th>
            {windows.map((ms) => (
              <th key={ms} scope="col" class="number">
                Burn, {windowName(ms)}
              </th>
            ))}
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {terms.map((term) => (
            <Row key={term.indicator} term={term} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ term }: { readonly term: Term }): VNode {
  const { attainment, budgetLeft, breach, good, bad } = term;
  const measured = attainment !== null;
  return (
    <tr>
      <td>
        <strong>{asked(term)}</strong>
        <br />
        <span class="soft">{sourceOf(term.source)}</span>
      </td>
      <td data-label="Kept" class="number">
        {measured ? percent(attainment) : "–"}
        <br />
        <span class="soft">{measured ? `${figure(good)} of ${figure(good + bad)}` : "no task yet"}</span>
      </td>
      <td data-label="Budget left">
        <span class="budget">
          <span
            class={`meter ${budgetTone(budgetLeft)}`}
            role="img"
            aria-label={`${percent(budgetLeft, 0)} of the error budget left`}
          >
            <span style={{ width: `${budgetLeft * 100}%` }} />
          </span>
          <span class="number">{percent(budgetLeft, 0)}</span>
        </span>
      </td>
      {term.burn.map(({ windowMs, rate }) => (
        <td key={windowMs} class="number" data-label={`Burn ${windowName(windowMs)}`}>
          <span class={rate > 1 ? "what warn" : rate > 0 ? undefined : "soft"}>{figure(rate, 1)}×</span>
        </td>
      ))}
      <td>
        {breach === "page" ? (
          <Pill tone="bad">in breach</Pill>
        ) : breach === "ticket" ? (
          <Pill tone="warn">burning</Pill>
        ) : measured ? (
          <Pill tone="good">kept</Pill>
        ) : (
          <Pill tone="plain">unmeasured</Pill>
        )}
      </td>
    </tr>
  );
}

function budgetTone(left: number): "good" | "warn" | "bad" {
  return left > 0.5 ? "good" : left > 0.1 ? "warn" : "bad";
}
