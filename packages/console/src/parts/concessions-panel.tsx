import type { VNode } from "preact";
import { figure, percent } from "../figures.ts";
import type { BargainAnalysis, WeighedParty } from "../hub/bargain.ts";

const knowing: Readonly<Record<WeighedParty["preferences"], string>> = {
  known: "its own preferences",
  estimated: "estimated from its offers",
  unknown: "nothing is known of what it wants",
};

/** Who conceded when, and what the end is worth to whom. */
export function ConcessionsPanel({ analysis }: { readonly analysis: BargainAnalysis }): VNode {
  return (
    <section class="panel" aria-labelledby="concessions-title">
      <header>
        <h2 id="concessions-title">Who conceded</h2>
      </header>
      <div class="scroll-x">
        <table class="table cards">
          <thead>
            <tr>
              <th scope="col">Party</th>
              <th scope="col" class="number">
                Asked first
              </th>
              <th scope="col" class="number">
                Asked last
              </th>
              <th scope="col" class="number">
                Went
              </th>
              <th scope="col" class="number">
                Half of it by
              </th>
              <th scope="col" class="number">
                Without a deal
              </th>
              <th scope="col" class="number">
                The deal
              </th>
            </tr>
          </thead>
          <tbody>
            {analysis.parties.map((party, p) => (
              <tr key={party.name}>
                <td>
                  <strong class={`party p${p % 4}`}>{party.name}</strong> <span class="soft">{knowing[party.preferences]}</span>
                </td>
                <td class="number" data-label="Asked first">
                  {figure(party.concession?.first)}
                </td>
                <td class="number" data-label="Asked last">
                  {figure(party.concession?.last)}
                </td>
                <td class="number" data-label="Went">
                  {party.concession ? `${percent(party.concession.rate, 0)} of the way` : "–"}
                </td>
                <td class="number" data-label="Half of it by">
                  {party.concession?.halfByRound ? `round ${party.concession.halfByRound}` : "–"}
                </td>
                <td class="number" data-label="Without a deal">
                  {figure(party.reservation)}
                </td>
                <td class="number" data-label="The deal">
                  <strong>{figure(party.agreed)}</strong>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {analysis.distances ? <Distances analysis={analysis} /> : null}
    </section>
  );
}

const points: readonly (readonly [string, string])[] = [
  ["pareto", "the Pareto front"],
  ["nash", "the Nash point"],
  ["kalaiSmorodinsky", "the Kalai–Smorodinsky point"],
  ["welfare", "the highest sum"],
];

function Distances({ analysis: { distances, front } }: { readonly analysis: BargainAnalysis }): VNode {
  const told = points.flatMap(([name, words]) => {
    const near = distances?.[name];
    return near ? [`${figure(near.distance, 3)} from ${words}`] : [];
  });
  return (
    <p class="small soft below">
      The deal lies {told.join(", ")}. The front has {figure(front?.points)} points{front?.exact ? "" : ", near enough"}.
    </p>
  );
}
