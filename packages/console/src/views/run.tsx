import type { VNode } from "preact";
import { bytes, dayTime, duration, figure } from "../figures.ts";
import type { CallProgress, HubEvent } from "../hub/event.ts";
import type { Run as LearningRun } from "../hub/run.ts";
import { useLive } from "../hub/use-live.ts";
import { useTool } from "../hub/use-tool.ts";
import { Curve } from "../parts/curve.tsx";
import { Job } from "../parts/job.tsx";
import { ErrorNotice, Notice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { Pill } from "../parts/pill.tsx";
import { Raw } from "../parts/raw.tsx";
import { callOf, runOutcome } from "../parts/run-panel.tsx";
import { ScoreLegend } from "../parts/score-bar.tsx";
import { SelectionPanel } from "../parts/selection-panel.tsx";
import { Skeleton } from "../parts/skeleton.tsx";
import { Stepper } from "../parts/stepper.tsx";
import { VerdictPanel } from "../parts/verdict-panel.tsx";
import { Work } from "../parts/work.tsx";

const isNews = ({ kind }: HubEvent): boolean => /^(run|version|selection|negotiation)\./.test(kind);
const isTraining = ({ tool }: CallProgress): boolean => tool === "learning_train";

/** One learning run, live while it goes on. */
export function Run({ id }: { readonly id: string }): VNode {
  const { data, error, reload } = useTool<LearningRun>(
    "learning_get_run",
    { run: id },
    { on: isNews, onProgress: (progress) => isTraining(progress) },
  );
  if (!data)
    return (
      <Page title="Learning run" sub={<span class="mono">{id}</span>}>
        {error ? <ErrorNotice error={error} retry={reload} /> : <RunSkeleton />}
      </Page>
    );
  return (
    <Page
      title="Learning run"
      sub={
        <>
          <span class="mono">{data.root}</span>, started {dayTime(data.startedAt)}
        </>
      }
      actions={<a href="/runs">All runs</a>}
    >
      <div class="stack">
        <Head run={data} />
        <div class="halves">
          <Training run={data} />
          <VerdictPanel version={data.version} />
        </div>
        <section class="panel" aria-labelledby="jobs-title">
          <header>
            <h2 id="jobs-title">Who bid, and who won</h2>
            <ScoreLegend />
          </header>
          <div class="stack">
            {data.negotiations.map((negotiation) => (
              <Job key={negotiation.id} id={negotiation.id} subject={negotiation.subject} />
            ))}
            {data.negotiations.length === 0 ? <p class="soft">No job has been announced yet.</p> : null}
          </div>
        </section>
        <SelectionPanel selection={data.selection} />
        <Raw label="Run as JSON" value={data} />
      </div>
    </Page>
  );
}

function Head({ run }: { readonly run: LearningRun }): VNode {
  const live = useLive();
  const running = run.status === "running";
  const ingest = record(run.summary.ingest);
  return (
    <section class="panel stack" aria-label="progress of the run">
      <div class="row">
        <Pill>{run.status}</Pill>
        <span class="small soft">
          {running ? "" : `${runOutcome(run)}, `}
          {run.endedAt === null ? `for ${duration(Date.now() - run.startedAt)}` : `took ${duration(run.endedAt - run.startedAt)}`}
          {ingest ? `, ${figure(ingest.files)} files of ${bytes(ingest.bytes)} read` : ""}
        </span>
      </div>
      <Stepper phase={run.phase} status={run.status} />
      {running ? <Work call={callOf(live, run)} idle={`${run.phase}…`} /> : null}
      {run.status === "failed" ? <Notice tone="bad">{String(run.summary.problem ?? runOutcome(run))}</Notice> : null}
    </section>
  );
}

function Training({ run }: { readonly run: LearningRun }): VNode {
  const last = run.curve.at(-1);
  return (
    <section class="panel" aria-labelledby="training-title">
      <header>
        <h2 id="training-title">Training</h2>
        <span class="small soft number">
          {last ? `step ${last.step}, loss ${last.loss.toFixed(3)}, ${figure(last.rate, 0)} tokens/s` : "not begun"}
        </span>
      </header>
      <Curve points={run.curve} />
    </section>
  );
}

function RunSkeleton(): VNode {
  return (
    <div class="stack">
      <Skeleton height="9rem" />
      <div class="halves">
        <Skeleton height="21rem" />
        <Skeleton height="21rem" />
      </div>
      <Skeleton height="24rem" />
    </div>
  );
}

function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  // why: any object may be read by its keys
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
}
