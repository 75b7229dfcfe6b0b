import type { VNode } from "preact";
import { duration, figure } from "../figures.ts";
import type { Agent as AgentFacts } from "../hub/agent.ts";
import type { HubEvent } from "../hub/event.ts";
import type { Decision, RouterStanding } from "../hub/routing.ts";
import type { ServiceLevels } from "../hub/service-level.ts";
import { useTool } from "../hub/use-tool.ts";
import { BreachesPanel } from "../parts/breaches-panel.tsx";
import { DecisionsPanel } from "../parts/decisions-panel.tsx";
import { Empty } from "../parts/empty.tsx";
import { ErrorNotice, Notice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { Pill } from "../parts/pill.tsx";
import { Raw } from "../parts/raw.tsx";
import { Skeleton } from "../parts/skeleton.tsx";
import { TermsPanel } from "../parts/terms-panel.tsx";
import { TimesPanel } from "../parts/times-panel.tsx";
import { serviceFacts } from "../service-words.ts";

const everyMs = 15_000;
const shownDecisions = 8;
const isNews = ({ kind }: HubEvent): boolean => /^(task|agreement|agent|routing|sla)\./.test(kind);

/** One agent: what its card says, how it is, what it promised and how it keeps that, and the work it was chosen for. */
export function Agent({ name }: { readonly name: string }): VNode {
  const fresh = { on: isNews, everyMs };
  const agents = useTool<{ agents: readonly AgentFacts[] }>("agent_list", {}, fresh);
  const agent = agents.data?.agents.find((one) => one.name === name);
  const asked = agent ? { agent: name } : undefined;
  const levels = useTool<ServiceLevels>("sla_get_report", asked, fresh);
  const router = useTool<{ agents: readonly RouterStanding[] }>("routing_list_agents", asked, fresh);
  const decisions = useTool<{ decisions: readonly Decision[] }>(
    "routing_list_decisions",
    asked && { ...asked, limit: shownDecisions },
    fresh,
  );
  const back = <a href="/">All agents</a>;
  if (agents.data && !agent)
    return (
      <Page title={name} actions={back}>
        <section class="panel" aria-label="agent">
          <Empty title="No such agent" command="npx entente agents">
            This hub has no agent of that name now.
          </Empty>
        </section>
      </Page>
    );
  if (!agent)
    return (
      <Page title={name} actions={back}>
        {agents.error ? <ErrorNotice error={agents.error} retry={agents.reload} /> : <Skeleton height="24rem" />}
      </Page>
    );
  const failed = [levels, router, decisions].find(({ data, error }) => error && !data);
  return (
    <Page title={agent.name} sub={agent.description} actions={back}>
      <div class="stack">
        {failed?.error ? <ErrorNotice error={failed.error} retry={failed.reload} /> : null}
        <div class="halves">
          <Card agent={agent} />
          <Health agent={agent} standing={router.data?.agents[0]} />
        </div>
        {levels.data ? <TermsPanel levels={levels.data} /> : <Skeleton height="14rem" />}
        {levels.data ? <TimesPanel times={levels.data.times} /> : <Skeleton height="10rem" />}
        <div class="halves loose">
          {levels.data ? <BreachesPanel breaches={levels.data.breaches} /> : <Skeleton height="10rem" />}
          {decisions.data ? <DecisionsPanel agent={name} decisions={decisions.data.decisions} /> : <Skeleton height="10rem" />}
        </div>
      </div>
    </Page>
  );
}

function Card({ agent }: { readonly agent: AgentFacts }): VNode {
  return (
    <section class="panel stack" aria-labelledby="card-title">
      <div class="row">
        <h2 id="card-title">Card</h2>
        {agent.signed ? <Pill tone="good">signature verified</Pill> : <Pill tone="bad">signature not verified</Pill>}
      </div>
      <dl class="facts">
        <dt>Skills</dt>
        <dd>
          <ul>
            {agent.skills.map((skill) => (
              <li key={skill.id}>
                <strong>{skill.name}</strong> <span class="soft">{skill.description}</span>
              </li>
            ))}
          </ul>
        </dd>
        <dt>A2A</dt>
        <dd class="mono address">{agent.url}</dd>
        {serviceFacts(agent.card).map(([label, value]) => (
          <Fact key={label} label={label} value={value} />
        ))}
      </dl>
      <Raw label="Card as JSON" value={agent.card} />
    </section>
  );
}

function Health({ agent, standing }: { readonly agent: AgentFacts; readonly standing: RouterStanding | undefined }): VNode {
  const { fulfilled, late, failed, active } = agent.agreements;
  return (
    <section class="panel stack" aria-labelledby="health-title">
      <div class="row">
        <h2 id="health-title">Health</h2>
        {agent.tasks.working > 0 ? <Pill tone="busy">working</Pill> : <Pill tone="plain">idle</Pill>}
        {standing?.breaker === "open" ? <Pill tone="bad">ejected</Pill> : null}
        {standing?.breaker === "half-open" ? <Pill tone="warn">on probation</Pill> : null}
        {standing?.breaker === "closed" ? <Pill tone="good">healthy</Pill> : null}
      </div>
      {standing?.breaker === "open" ? (
        <Notice tone="bad">
          <strong>Not asked for {duration(Math.max(0, (standing.openUntil ?? 0) - Date.now()))} more</strong>: {standing.why}.
        </Notice>
      ) : null}
      {standing ? (
        <dl class="facts">
          <Fact label="First sign of life" value={`${duration(standing.firstMs)} on average, peaks at once`} />
          <Fact label="To the end" value={`${duration(standing.totalMs)} on average`} />
          <Fact label="Success" value={`${figure(standing.reliability)} (0.90 for a newcomer)`} />
          <Fact label="Calls under way" value={figure(standing.outstanding)} />
          <Fact label="Ejections in a row" value={figure(standing.ejections)} />
          <Fact
            label="Tasks"
            value={`${figure(agent.tasks.completed)} done, ${figure(agent.tasks.failed)} failed or cancelled, ${figure(agent.tasks.working)} open`}
          />
          <Fact
            label="Agreements"
            value={
              agent.bids || fulfilled + late + failed + active > 0
                ? `${fulfilled} kept, ${late} late, ${failed} broken, ${active} open`
                : "asks, does not bid"
            }
          />
        </dl>
      ) : (
        <Skeleton height="11rem" />
      )}
    </section>
  );
}

function Fact({ label, value }: { readonly label: string; readonly value: string }): VNode {
  return (
    <>
      <dt>{label}</dt>
      <dd class="number">{value}</dd>
    </>
  );
}
