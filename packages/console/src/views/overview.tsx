import type { VNode } from "preact";
import { duration, figure, percent } from "../figures.ts";
import type { Agent } from "../hub/agent.ts";
import type { HubEvent } from "../hub/event.ts";
import type { HubStatus } from "../hub/status.ts";
import { useLive } from "../hub/use-live.ts";
import { useTool } from "../hub/use-tool.ts";
import type { VersionList } from "../hub/version.ts";
import { AgentCard } from "../parts/agent-card.tsx";
import { Compare } from "../parts/compare.tsx";
import { Empty } from "../parts/empty.tsx";
import { Feed } from "../parts/feed.tsx";
import { ErrorNotice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { RunPanel } from "../parts/run-panel.tsx";
import { Skeleton } from "../parts/skeleton.tsx";

const statusEveryMs = 15_000;
const isRunNews = ({ kind }: HubEvent): boolean => /^(run|task|version|hub)\./.test(kind);
const isAgentNews = ({ kind }: HubEvent): boolean => /^(task|agreement|agent)\./.test(kind);
const isVersionNews = ({ kind }: HubEvent): boolean => kind.startsWith("version.");

/** The hub at a glance. */
export function Overview(): VNode {
  const live = useLive();
  const status = useTool<HubStatus>("hub_status", {}, { on: isRunNews, everyMs: statusEveryMs });
  const agents = useTool<{ agents: readonly Agent[] }>("agent_list", {}, { on: isAgentNews });
  const versions = useTool<VersionList>("learning_list_versions", {}, { on: isVersionNews });
  return (
    <Page title="Overview" sub={status.data ? summary(status.data) : "Asking the hub…"}>
      <div class="overview">
        {status.error && !status.data ? (
          <div class="wide">
            <ErrorNotice error={status.error} retry={status.reload} />
          </div>
        ) : null}
        {status.data?.run ? (
          <RunPanel run={status.data.run} live={live} />
        ) : (
          <section class="panel wide" aria-label="learning">
            {status.data ? (
              <Empty title="Nothing has been learned yet" command="npx entente learn PATH">
                Point the hub at a folder of text or code. Its agents read it, bid for the work, train a model and let it in only
                when it is better; everything they do appears here.
              </Empty>
            ) : (
              <Skeleton height="8.1rem" />
            )}
          </section>
        )}
        <Tiles status={status.data} versions={versions.data} />
        <section aria-labelledby="agents-title" class="stack">
          <h2 id="agents-title">Agents</h2>
          {agents.error && !agents.data ? <ErrorNotice error={agents.error} retry={agents.reload} /> : null}
          <ul class="agents">
            {agents.data
              ? agents.data.agents.map((agent) => <AgentCard key={agent.name} agent={agent} />)
              : [1, 2, 3, 4].map((place) => <Skeleton key={place} height="12rem" />)}
          </ul>
        </section>
        <Feed events={live.events} loading={live.state === "connecting" && live.events.length === 0} />
      </div>
    </Page>
  );
}

function summary({ run, agents, service }: HubStatus): string {
  const calls =
    service.calls === 0
      ? "no calls in the last hour"
      : service.failed === 0
        ? "every call of the last hour went well"
        : `${service.failed} of ${service.calls} calls of the last hour failed`;
  return `${run?.status === "running" ? `Learning: ${run.phase}` : "All quiet"}. ${agents} agents here, ${calls}.`;
}

function Tiles({
  status,
  versions,
}: {
  readonly status: HubStatus | undefined;
  readonly versions: VersionList | undefined;
}): VNode {
  if (!status)
    return (
      <div class="tiles wide">
        {["champion", "calls", "times", "tasks", "events"].map((name) => (
          <div key={name} class={`panel tile ${name}`}>
            <Skeleton height="1.2rem" width="50%" />
            <Skeleton height="2rem" width="75%" />
          </div>
        ))}
      </div>
    );
  const { service } = status;
  return (
    <div class="tiles wide">
      <Champion status={status} versions={versions} />
      <section class="panel tile">
        <h3>Success, last hour</h3>
        <p class="figure">{percent(service.successRate)}</p>
        <p class="small soft number">
          {figure(service.calls)} calls, {service.failed} failed
        </p>
      </section>
      <section class="panel tile">
        <h3>Time of a call</h3>
        <p class="figure">
          {duration(service.p50Ms)} <small>p50</small>
        </p>
        <p class="small soft number">{duration(service.p95Ms)} p95, long jobs too</p>
      </section>
      <section class="panel tile">
        <h3>Open tasks</h3>
        <p class="figure">{status.tasksOpen}</p>
        <p class="small soft">of {status.agents} agents</p>
      </section>
      <section class="panel tile">
        <h3>Events in the log</h3>
        <p class="figure">{figure(status.events)}</p>
        <p class="small soft number">up {duration(status.uptimeMs)}</p>
      </section>
    </div>
  );
}

function Champion({ status, versions }: { readonly status: HubStatus; readonly versions: VersionList | undefined }): VNode {
  const { champion } = status;
  const verdict = versions?.versions.find((version) => version.id === champion?.id)?.verdict;
  return (
    <section class="panel tile champion">
      <h3>Champion</h3>
      <p class="figure">
        {champion ? <a href="/versions">version {champion.number}</a> : "none"}{" "}
        {verdict?.gzip && verdict.bitsPerByte !== null ? (
          <small>
            {percent(Math.abs(1 - verdict.bitsPerByte / verdict.gzip), 0)}{" "}
            {verdict.bitsPerByte <= verdict.gzip ? "below" : "above"} gzip
          </small>
        ) : null}
      </p>
      {verdict ? (
        <Compare
          unit="bits per byte of held-out text, fewer is better"
          values={[
            ...(verdict.bitsPerByte === null ? [] : [{ label: "bits per byte", value: verdict.bitsPerByte, ours: true }]),
            ...(verdict.gzip === null ? [] : [{ label: "gzip -9", value: verdict.gzip }]),
          ]}
        />
      ) : (
        <p class="small soft">{champion ? "" : "The first version that passes the gate becomes the champion."}</p>
      )}
    </section>
  );
}
