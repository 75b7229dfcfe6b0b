import type { VNode } from "preact";
import { duration, figure } from "../figures.ts";
import type { HubEvent } from "../hub/event.ts";
import type { Negotiation, Participant } from "../hub/negotiation.ts";
import { useTool } from "../hub/use-tool.ts";
import { AgreementLine } from "./agreement-line.tsx";
import { ErrorNotice } from "./notice.tsx";
import { Pill, type PillTone } from "./pill.tsx";
import { Raw } from "./raw.tsx";
import { ScoreBar } from "./score-bar.tsx";
import { Skeleton } from "./skeleton.tsx";

const standings: Readonly<Record<string, readonly [string, PillTone]>> = {
  done: ["won, done", "good"],
  awarded: ["won, at work", "busy"],
  proposed: ["bid", "plain"],
  reserve: ["in reserve", "plain"],
  rejected: ["outbid", "plain"],
  invited: ["asked", "plain"],
  "no-reply": ["no answer", "warn"],
  refused: ["declined", "plain"],
  failed: ["failed", "bad"],
  "timed-out": ["out of time", "bad"],
};

/** A job: who bid what for it, how the bids scored, why the winner won, and the agreement that came of it. */
export function Job({ id, subject }: { readonly id: string; readonly subject: string }): VNode {
  const on = (event: HubEvent): boolean =>
    (event.kind.startsWith("negotiation.") && event.subject === id) ||
    (event.kind.startsWith("agreement.") && event.data.about === subject);
  const { data, error, reload } = useTool<Negotiation>("negotiation_get", { id }, { on });
  return (
    <article class="job stack" aria-labelledby={id}>
      <h3 id={id}>{subject}</h3>
      {data ? (
        <>
          <Bids negotiation={data} />
          {data.because ? (
            <p class="small">
              <strong>Why:</strong> {data.because}.
            </p>
          ) : null}
          {data.agreements.map((agreement) => (
            <AgreementLine key={agreement} id={agreement} />
          ))}
          <Raw label="Negotiation as JSON" value={data} />
        </>
      ) : error ? (
        <ErrorNotice error={error} retry={reload} />
      ) : (
        <Skeleton height="9rem" />
      )}
    </article>
  );
}

function Bids({ negotiation }: { readonly negotiation: Negotiation }): VNode {
  const placed = (who: Participant): number => negotiation.ranking.find((bid) => bid.name === who.name)?.place ?? 99;
  const rows = [...negotiation.participants].sort((a, b) => placed(a) - placed(b));
  return (
    <div class="scroll-x">
      <table class="table bids cards">
        <thead>
          <tr>
            <th scope="col">Agent</th>
            <th scope="col" class="number">
              Credits
            </th>
            <th scope="col" class="number">
              Promised
            </th>
            <th scope="col" class="number">
              Quality
            </th>
            <th scope="col">Why</th>
            <th scope="col">Score</th>
            <th scope="col">Outcome</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((who) => {
            const bid = negotiation.ranking.find((ranked) => ranked.name === who.name);
            const [word, tone] = standings[who.standing] ?? [who.standing, "plain"];
            return (
              <tr key={who.name} class={tone === "good" || tone === "busy" ? "won" : undefined}>
                <td>{who.name}</td>
                <td class="number" data-label="Credits">
                  {figure(who.price)}
                </td>
                <td class="number" data-label="Promised">
                  {who.promisedMs === null ? "–" : duration(who.promisedMs)}
                </td>
                <td class="number" data-label="Quality">
                  {figure(who.quality)}
                </td>
                <td class="soft why">{who.reason ?? ""}</td>
                <td class="bar">
                  {bid ? (
                    <span class="scored">
                      <ScoreBar bid={bid} />
                      {bid.total.toFixed(3)}
                    </span>
                  ) : null}
                </td>
                <td>
                  <Pill tone={tone}>{word}</Pill>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
