import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { clockTime, figure } from "../figures.ts";
import type { Act, BargainAnalysis, BargainView } from "../hub/bargain.ts";

const shown = 20;

/** What was said, act by act, newest first: the terms of each offer, what changed from the party's offer before, and what it is worth. */
export function OffersPanel({
  view,
  analysis,
}: {
  readonly view: BargainView;
  readonly analysis: BargainAnalysis | undefined;
}): VNode {
  const [all, setAll] = useState(false);
  const { transcript, issues, parties } = view;
  const worth = new Map(analysis?.offers.map(({ seq, utilities }) => [seq, utilities]));
  const acts = transcript.toReversed().slice(0, all ? undefined : shown);
  const before = previousOffers(transcript);
  return (
    <section class="panel" aria-labelledby="offers-title">
      <header>
        <h2 id="offers-title">What was said</h2>
        <p class="small soft">{transcript.length === 0 ? "" : "Marked is what changed from a party's offer before."}</p>
      </header>
      {transcript.length === 0 ? <p class="soft">Nobody has offered anything yet.</p> : null}
      {transcript.length === 0 ? null : (
        <div class="scroll-x">
          <table class="table cards offers">
            <thead>
              <tr>
                <th scope="col" class="number">
                  No.
                </th>
                <th scope="col">Who</th>
                {issues.map(({ name }) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
                {parties.map(({ name }) => (
                  <th key={name} scope="col">
                    worth to {name}
                  </th>
                ))}
                <th scope="col" class="number">
                  When
                </th>
              </tr>
            </thead>
            <tbody>
              {acts.map((act) => (
                <Row key={act.seq} act={act} before={before.get(act.seq)} view={view} utilities={worth.get(act.seq) ?? []} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {transcript.length > shown ? (
        <button type="button" class="button below" onClick={() => setAll(!all)}>
          {all ? `Show the last ${shown}` : `Show all ${transcript.length}`}
        </button>
      ) : null}
    </section>
  );
}

interface RowProps {
  readonly act: Act;
  readonly before: Act | undefined;
  readonly view: BargainView;
  readonly utilities: readonly number[];
}

function Row({ act, before, view, utilities }: RowProps): VNode {
  const { issues, parties } = view;
  const place = parties.findIndex(({ name }) => name === act.by);
  const words = { accept: "accepts the offer", end: "ends it", timer: "time is up" }[act.act] ?? act.act;
  return (
    <tr>
      <td class="number">{act.seq}</td>
      <td>
        <strong class={place < 0 ? "" : `party p${place % 4}`}>{act.by}</strong>
        {act.text ? <q class="said">{act.text}</q> : null}
      </td>
      {act.offer === null ? (
        <td colSpan={issues.length + parties.length} class="soft">
          {words}
        </td>
      ) : (
        <>
          {issues.map(({ name }) => (
            <td key={name} data-label={name}>
              {before?.offer && before.offer[name] !== act.offer?.[name] ? <mark>{act.offer?.[name]}</mark> : act.offer?.[name]}
            </td>
          ))}
          {parties.map(({ name }, p) => (
            <td key={name} class="worth" data-label={`worth to ${name}`}>
              <Worth value={utilities[p]} place={p} />
            </td>
          ))}
        </>
      )}
      <td class="number soft" data-label="When">
        {clockTime(act.at)}
      </td>
    </tr>
  );
}

function Worth({ value, place }: { readonly value: number | undefined; readonly place: number }): VNode {
  if (value === undefined) return <span class="soft">–</span>;
  return (
    <span class="budget">
      <span class={`meter p${place % 4}`} aria-hidden="true">
        <span style={{ width: `${Math.max(0, Math.min(1, value)) * 100}%` }} />
      </span>
      <span class="number">{figure(value)}</span>
    </span>
  );
}

// For each offer the one that its party had made before.
function previousOffers(transcript: readonly Act[]): ReadonlyMap<number, Act> {
  const last = new Map<string, Act>();
  const before = new Map<number, Act>();
  for (const act of transcript) {
    if (act.offer === null) continue;
    const own = last.get(act.by);
    if (own) before.set(act.seq, own);
    last.set(act.by, act);
  }
  return before;
}
