import type { VNode } from "preact";
import { ago, duration } from "../figures.ts";
import type { LiveStream, RunningCall } from "../hub/live.ts";
import type { RunRow } from "../hub/run.ts";
import { Pill } from "./pill.tsx";
import { Stepper } from "./stepper.tsx";
import { Work } from "./work.tsx";

/** The call that carries a run's phase right now. */
export function callOf(live: LiveStream, run: Pick<RunRow, "phase" | "status">): RunningCall | undefined {
  if (run.status !== "running") return undefined;
  return [...live.calls.values()].find((call) => call.tool === `learning_${run.phase}`);
}

/** What became of a run in a sentence for people. */
export function runOutcome(run: Pick<RunRow, "status" | "phase">): string {
  switch (run.status) {
    case "running":
      return `now: ${run.phase}`;
    case "promoted":
      return "promoted a new version";
    case "refused":
      return "trained a version that the gate refused";
    case "unchanged":
      return "found nothing new to learn";
    case "cancelled":
      return "was cancelled";
    default:
      return `failed during ${run.phase}`;
  }
}

interface RunPanelProps {
  readonly run: Omit<RunRow, "endedAt" | "model">;
  readonly live: LiveStream;
}

/** The newest run at a glance. */
export function RunPanel({ run, live }: RunPanelProps): VNode {
  const running = run.status === "running";
  return (
    <section class="panel wide" aria-labelledby="run-title">
      <header>
        <h2 id="run-title">
          <a href={`/runs/${run.id}`}>{running ? "Learning now" : "Last run"}</a>
        </h2>
        <span class="row small">
          <span class="soft mono">{run.root}</span>
          <Pill>{run.status}</Pill>
        </span>
      </header>
      <div class="stack">
        <Stepper phase={run.phase} status={run.status} />
        {running ? (
          <Work call={callOf(live, run)} idle={`${run.phase}, for ${duration(Date.now() - run.startedAt)} in all`} />
        ) : (
          <p class="small soft">
            Started {ago(run.startedAt, Date.now())}, {runOutcome(run)}.
          </p>
        )}
      </div>
    </section>
  );
}
