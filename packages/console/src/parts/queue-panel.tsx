import type { VNode } from "preact";
import { dayTime, duration, figure } from "../figures.ts";
import type { HubEvent } from "../hub/event.ts";
import { callTool } from "../hub/mcp.ts";
import type { Budgets, JobRow } from "../hub/optimisation.ts";
import { useTool } from "../hub/use-tool.ts";
import { ErrorNotice } from "./notice.tsx";
import { Pill } from "./pill.tsx";
import { Skeleton } from "./skeleton.tsx";

const isNews = ({ kind }: HubEvent): boolean => /^quantum\.(job|flight|budget)\./.test(kind);
const shown = 12;
const tones = { queued: "plain", running: "busy", completed: "good", failed: "bad", cancelled: "warn" } as const;
const places: Readonly<Record<string, string>> = { local: "here", qpu: "quantum annealer", hybrid: "hybrid solver" };

/** The jobs that wait, run and have run, and the time on quantum annealers. */
export function QueuePanel(): VNode {
  const jobs = useTool<{ jobs: readonly JobRow[] }>("quantum_job_list", { limit: shown }, { on: isNews });
  const budgets = useTool<Budgets>("quantum_budget_get", {}, { on: isNews });
  return (
    <section class="panel stack" aria-labelledby="queue-title">
      <h2 id="queue-title">Queue and budget</h2>
      {budgets.error && !budgets.data ? <ErrorNotice error={budgets.error} retry={budgets.reload} /> : null}
      {budgets.data ? <BudgetLines budgets={budgets.data} /> : null}
      {jobs.error && !jobs.data ? <ErrorNotice error={jobs.error} retry={jobs.reload} /> : null}
      {!jobs.data && !jobs.error ? <Skeleton height="8rem" /> : null}
      {jobs.data?.jobs.length === 0 ? (
        <p class="soft">
          No job yet. <span class="mono">quantum_job_submit</span>, or “Queue it” above, puts one into the queue: it outlives a
          restart, and may go to a quantum annealer.
        </p>
      ) : null}
      {jobs.data && jobs.data.jobs.length > 0 ? <JobTable rows={jobs.data.jobs} /> : null}
    </section>
  );
}

function BudgetLines({ budgets: { used, budgets } }: { readonly budgets: Budgets }): VNode {
  return (
    <>
      <p class="small soft number">
        On quantum annealers today: {time(used.day.spentUs)} spent, {time(used.day.heldUs)} held for jobs under way; this month:{" "}
        {time(used.month.spentUs)}.
      </p>
      {budgets.length === 0 ? (
        <p class="small soft">
          No budget is set; <span class="mono">quantum_budget_set</span> sets one for the hub or for a principal.
        </p>
      ) : (
        <ul class="stack">
          {budgets.map(({ scope, period, limitUs, spentUs, heldUs, leftUs }) => (
            <li key={`${scope} ${period}`} class="work">
              <div class="work-line">
                <span>
                  {scope === "*" ? "the hub" : scope}, each {period}
                </span>
                <span class="number">
                  {time(leftUs)} of {time(limitUs)} left
                </span>
              </div>
              <div class="meter" role="img" aria-label={`${time(spentUs + heldUs)} of ${time(limitUs)} used or held`}>
                <span style={{ width: `${limitUs === 0 ? 100 : Math.min(100, (100 * (spentUs + heldUs)) / limitUs)}%` }} />
              </div>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function JobTable({ rows }: { readonly rows: readonly JobRow[] }): VNode {
  return (
    <div class="scroll-x">
      <table class="table cards">
        <thead>
          <tr>
            <th scope="col">Job</th>
            <th scope="col">State</th>
            <th scope="col">Where</th>
            <th scope="col" class="number">
              Energy
            </th>
            <th scope="col" class="number">
              Took
            </th>
            <th scope="col" class="number">
              Submitted
            </th>
            <th scope="col">
              <span class="unseen">act</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ job, label, state, place, priority, energy, submittedAt, startedAt, endedAt }) => (
            <tr key={job}>
              <td>{label || <span class="mono small">{job}</span>}</td>
              <td>
                <Pill tone={tones[state]}>{state}</Pill>
              </td>
              <td>
                {places[place] ?? place}
                {priority === "normal" ? null : <span class="soft"> {priority}</span>}
              </td>
              <td class="number">{figure(energy)}</td>
              <td class="number">{startedAt === null || endedAt === null ? "–" : duration(endedAt - startedAt)}</td>
              <td class="number">{dayTime(submittedAt)}</td>
              <td>
                {endedAt === null ? (
                  <button type="button" class="button small" onClick={() => void callTool("quantum_job_cancel", { job })}>
                    Cancel
                  </button>
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

// Microseconds, in what people read them in.
function time(us: number): string {
  return us < 1000 ? `${figure(us)} µs` : duration(us / 1000);
}
