import type { VNode } from "preact";
import type { BargainAnalysis, BargainView } from "../hub/bargain.ts";
import type { HubEvent } from "../hub/event.ts";
import { useTool } from "../hub/use-tool.ts";
import { ConcessionsPanel } from "../parts/concessions-panel.tsx";
import { Drawing } from "../parts/drawing.tsx";
import { ErrorNotice } from "../parts/notice.tsx";
import { OffersPanel } from "../parts/offers-panel.tsx";
import { Page } from "../parts/page.tsx";
import { Skeleton } from "../parts/skeleton.tsx";
import { WatchPanel } from "../parts/watch-panel.tsx";
import { BargainPill } from "./negotiations.tsx";

/** One session: where it stands, the offers in the utility space and over rounds, who conceded when, and the agreement with its watch. */
export function Negotiation({ id }: { readonly id: string }): VNode {
  const on = ({ kind, subject }: HubEvent): boolean => kind.startsWith("bargain.") && subject === id;
  const status = useTool<BargainView>("negotiate_status", { id }, { on });
  const analysis = useTool<BargainAnalysis>("negotiate_analyse", { id }, { on });
  const view = status.data;
  const back = <a href="/negotiations">All negotiations</a>;
  if (!view)
    return (
      <Page title="Negotiation" actions={back}>
        {status.error ? <ErrorNotice error={status.error} retry={status.reload} /> : <Skeleton height="24rem" />}
      </Page>
    );
  return (
    <Page title={view.subject} sub={`Between ${view.parties.map(({ name }) => name).join(" and ")}.`} actions={back}>
      <div class="stack">
        {analysis.error && !analysis.data ? <ErrorNotice error={analysis.error} retry={analysis.reload} /> : null}
        <Table view={view} />
        <Drawings view={view} analysis={analysis.data} />
        {analysis.data ? <ConcessionsPanel analysis={analysis.data} /> : <Skeleton height="9rem" />}
        {view.agreement === null ? null : <WatchPanel id={view.agreement} />}
        <OffersPanel view={view} analysis={analysis.data} />
      </div>
    </Page>
  );
}

const seats: Readonly<Record<string, string>> = {
  strategy: "a strategy of the hub",
  agent: "the agent, asked in its turn",
  self: "itself, by tools",
  model: "a language model",
};

const endings: Readonly<Record<string, string>> = {
  deadline: "the time was up",
  ended: "a party walked away",
  fault: "a party did not act in time",
};

function Table({ view }: { readonly view: BargainView }): VNode {
  const { status, turn, standing, agreed, reason, round, rounds, replaces, parties } = view;
  const terms = agreed ?? standing?.offer;
  return (
    <section class="panel stack" aria-labelledby="table-title">
      <div class="row">
        <h2 id="table-title">{agreed ? "What was agreed" : "On the table"}</h2>
        <BargainPill status={status} />
        <span class="small soft number">
          round {rounds === null ? round + 1 : `${Math.min(round + 1, rounds)} of ${rounds}`}
          {turn === null ? "" : `, it is the turn of ${turn}`}
        </span>
      </div>
      {terms ? (
        <ul class="terms-now">
          {Object.entries(terms).map(([issue, value]) => (
            <li key={issue}>
              <span class="soft small">{issue}</span>
              <strong>{value}</strong>
            </li>
          ))}
        </ul>
      ) : (
        <p class="soft">{status === "no-deal" ? "Nothing was agreed." : "Nobody has offered anything yet."}</p>
      )}
      <dl class="facts">
        {standing && !agreed ? (
          <>
            <dt>Offered by</dt>
            <dd>{standing.by}</dd>
          </>
        ) : null}
        {reason === null ? null : (
          <>
            <dt>Why</dt>
            <dd>{endings[reason] ?? reason}</dd>
          </>
        )}
        {parties.map(({ name, by }, p) => (
          <Seat key={name} name={name} by={seats[by] ?? by} place={p} />
        ))}
        {replaces === null ? null : (
          <>
            <dt>In place of</dt>
            <dd>
              <a href={`/negotiations/${encodeURIComponent(replaces.replace(/^agr/, "bar"))}`}>{replaces}</a>, which was broken
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}

function Seat({ name, by, place }: { readonly name: string; readonly by: string; readonly place: number }): VNode {
  return (
    <>
      <dt class={`party p${place % 4}`}>{name}</dt>
      <dd>{by}</dd>
    </>
  );
}

function Drawings({ view, analysis }: { readonly view: BargainView; readonly analysis: BargainAnalysis | undefined }): VNode {
  if (!analysis) return <Skeleton height="22rem" />;
  const unknown = analysis.parties.filter(({ preferences }) => preferences === "unknown").map(({ name }) => name);
  return (
    <section class="panel" aria-labelledby="drawings-title">
      <header>
        <h2 id="drawings-title">Offers, drawn</h2>
      </header>
      {analysis.drawings ? (
        <div class="halves drawings">
          <Drawing svg={analysis.drawings.space} />
          <Drawing svg={analysis.drawings.rounds} />
        </div>
      ) : (
        <p class="soft">
          {unknown.length > 0
            ? `What ${unknown.join(" and ")} ${unknown.length > 1 ? "want" : "wants"} is not known before an offer; the drawings come with it.`
            : `There is too much that ${view.parties.length} parties could agree on to draw it.`}
        </p>
      )}
    </section>
  );
}
