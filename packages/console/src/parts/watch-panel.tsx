import type { VNode } from "preact";
import { counted, dayTime, duration, percent } from "../figures.ts";
import type { BargainedAgreement } from "../hub/bargain.ts";
import type { HubEvent } from "../hub/event.ts";
import { useTool } from "../hub/use-tool.ts";
import { indicatorName } from "../service-words.ts";
import { ErrorNotice } from "./notice.tsx";
import { Pill } from "./pill.tsx";
import { Raw } from "./raw.tsx";
import { Skeleton } from "./skeleton.tsx";

const shown = 12;

/** A bargained agreement and how it is kept: its terms, the service levels that are watched, and each task under it. */
export function WatchPanel({ id }: { readonly id: string }): VNode {
  const on = ({ kind, subject }: HubEvent): boolean => (kind.startsWith("agreement.") && subject === id) || kind === "task.ended";
  const { data, error, reload } = useTool<BargainedAgreement>("agreement_get", { id }, { on, everyMs: 30_000 });
  return (
    <section class="panel stack" aria-labelledby="watch-title">
      <div class="row">
        <h2 id="watch-title">The agreement and its watch</h2>
        {data ? <Pill>{data.status}</Pill> : null}
        {data ? (
          <Pill tone={data.verified ? "good" : "bad"}>
            {data.verified ? "all signatures verified" : "a signature does not hold"}
          </Pill>
        ) : null}
      </div>
      {data ? <Watched agreement={data} /> : error ? <ErrorNotice error={error} retry={reload} /> : <Skeleton height="9rem" />}
    </section>
  );
}

function Watched({ agreement }: { readonly agreement: BargainedAgreement }): VNode {
  const { document, tasks, closedAt, outcome } = agreement;
  const levels = Object.entries(document.slos).map(([name, value]) => levelWords(name, value));
  const broken = tasks.ended.filter((task) => task.broken.length > 0).length;
  const replacedBy = typeof outcome?.replacedBy === "string" ? outcome.replacedBy : undefined;
  return (
    <>
      <dl class="facts">
        <dt>Agreed</dt>
        <dd>
          {Object.entries(document.terms)
            .map(([issue, value]) => `${issue} ${value}`)
            .join(", ")}
        </dd>
        <dt>Between</dt>
        <dd>
          {document.parties.join(", ")}; <a href={`/agents/${encodeURIComponent(document.contractor)}`}>{document.contractor}</a>{" "}
          does the work
        </dd>
        <dt>Watched</dt>
        <dd>{levels.length === 0 ? "nothing: no issue is a service level" : levels.join(", ")}</dd>
        <dt>Tasks</dt>
        <dd class="number">
          {tasks.begun} of {tasks.covers} begun, {tasks.ended.length} ended{broken > 0 ? `, ${broken} broke it` : ""}
        </dd>
        <dt>{closedAt === null ? "Until" : "Ended"}</dt>
        <dd class="number">{dayTime(closedAt ?? document.dueAt)}</dd>
        {replacedBy === undefined ? null : (
          <>
            <dt>Replaced by</dt>
            <dd>
              <a href={`/negotiations/${encodeURIComponent(replacedBy.replace(/^agr/, "bar"))}`}>{replacedBy}</a>
            </dd>
          </>
        )}
        <dt>On a breach</dt>
        <dd>{document.onBreach === "renegotiate" ? "the bargaining is opened again" : "nothing but its record"}</dd>
      </dl>
      {tasks.ended.length === 0 ? null : (
        <ul class="happenings compact">
          {tasks.ended.slice(0, shown).map(({ task, outcome: how, broken: terms, at }) => (
            <li key={task} class="row">
              <Pill tone={terms.length > 0 ? "bad" : how === "completed" ? "good" : "warn"}>
                {terms.length > 0 ? `broke ${terms.map(indicatorName).join(", ")}` : how === "completed" ? "kept" : how}
              </Pill>
              <span class="mono small path">{task}</span>
              <time class="small soft number" dateTime={new Date(at).toISOString()}>
                {dayTime(at)}
              </time>
            </li>
          ))}
        </ul>
      )}
      <Raw label="Agreement as JSON" value={agreement} />
    </>
  );
}

function levelWords(name: string, value: number): string {
  switch (name) {
    case "cost":
      return `at most ${counted(value, "credit")} a task`;
    case "success":
      return `${percent(value)} completed`;
    case "acceptMs":
      return `taken within ${duration(value)}`;
    case "firstArtifactMs":
      return `a first result within ${duration(value)}`;
    default:
      return `done within ${duration(value)}`;
  }
}
