import type { VNode } from "preact";
import { dayTime, duration } from "../figures.ts";
import type { HubEvent } from "../hub/event.ts";
import type { RunRow } from "../hub/run.ts";
import { useTool } from "../hub/use-tool.ts";
import { Empty } from "../parts/empty.tsx";
import { ErrorNotice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { Pill } from "../parts/pill.tsx";
import { runOutcome } from "../parts/run-panel.tsx";
import { Skeleton } from "../parts/skeleton.tsx";

const isRunNews = ({ kind }: HubEvent): boolean => kind.startsWith("run.");

/** Every learning run, newest first. */
export function Runs(): VNode {
  const { data, error, reload } = useTool<{ runs: readonly RunRow[] }>("learning_list_runs", { limit: 100 }, { on: isRunNews });
  return (
    <Page title="The loop" sub="Each run reads a folder, has agents bid for every job, trains, and asks the gate.">
      <section class="panel" aria-label="runs">
        {error && !data ? <ErrorNotice error={error} retry={reload} /> : null}
        {!data && !error ? <Skeleton height="12rem" /> : null}
        {data?.runs.length === 0 ? (
          <Empty title="No run yet" command="npx entente learn PATH">
            A run begins when the hub is pointed at a folder.
          </Empty>
        ) : null}
        {data && data.runs.length > 0 ? <RunTable runs={data.runs} /> : null}
      </section>
    </Page>
  );
}

function RunTable({ runs }: { readonly runs: readonly RunRow[] }): VNode {
  return (
    <div class="scroll-x">
      <table class="table cards">
        <thead>
          <tr>
            <th scope="col">Started</th>
            <th scope="col">Folder</th>
            <th scope="col">Status</th>
            <th scope="col">What became of it</th>
            <th scope="col" class="number">
              Took
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id}>
              <td class="number">
                <a href={`/runs/${run.id}`}>{dayTime(run.startedAt)}</a>
              </td>
              <td class="mono path">{run.root}</td>
              <td>
                <Pill>{run.status}</Pill>
              </td>
              <td class="soft">{runOutcome(run)}</td>
              <td class="number" data-label="Took">
                {duration((run.endedAt ?? Date.now()) - run.startedAt)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
