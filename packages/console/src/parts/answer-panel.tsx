import type { VNode } from "preact";
import { duration, figure, percent } from "../figures.ts";
import type { SolveResult } from "../hub/optimisation.ts";
import { EnergyCurve, EnergyHistogram } from "./energy-panel.tsx";
import { Pill } from "./pill.tsx";
import { Json } from "./raw.tsx";

const shortestMs = 100; // a search that short has no course to draw

/** What a search found: in the problem's terms, over time, and where it comes from. */
export function AnswerPanel({ result }: { readonly result: SolveResult }): VNode {
  const { energy, objective, feasible, answer, sample, trace, histogram, provenance } = result;
  return (
    <section class="panel stack" aria-labelledby="answer-title">
      <div class="row">
        <h2 id="answer-title">Answer</h2>
        {feasible === null ? null : feasible ? <Pill tone="good">keeps every rule</Pill> : <Pill tone="bad">breaks rules</Pill>}
        {provenance?.gap === 0 ? <Pill tone="good">proven best</Pill> : null}
        {provenance ? <Pill tone="plain">{provenance.kind}</Pill> : null}
      </div>
      <ul class="terms-now">
        {objective === null || objective === undefined ? null : <Figure name="value" value={objective} />}
        {energy === null ? null : <Figure name="energy" value={energy} />}
        {provenance ? (
          <li>
            <span class="soft small">time</span>
            <strong class="number">{duration(provenance.timeMs)}</strong>
          </li>
        ) : null}
      </ul>
      <div class="halves">
        <div>
          <h3>Energy over time</h3>
          {trace.length > 1 || (provenance?.timeMs ?? 0) > shortestMs ? (
            <EnergyCurve trace={trace} endMs={provenance?.timeMs ?? 0} />
          ) : (
            <p class="soft">It was found at once.</p>
          )}
        </div>
        <div class="stack">
          {histogram && histogram.length > 1 ? (
            <div>
              <h3>Energies of the samples</h3>
              <EnergyHistogram histogram={histogram} />
            </div>
          ) : null}
          {answer === null ? null : (
            <div>
              <h3>In the problem’s terms</h3>
              <Json value={answer} />
            </div>
          )}
          {answer === null && sample ? (
            <div>
              <h3>Best sample</h3>
              <Json value={sample} />
            </div>
          ) : null}
        </div>
      </div>
      {provenance ? <ProvenanceFacts provenance={provenance} /> : null}
    </section>
  );
}

function Figure({ name, value }: { readonly name: string; readonly value: number }): VNode {
  return (
    <li>
      <span class="soft small">{name}</span>
      <strong class="number">{figure(value)}</strong>
    </li>
  );
}

function ProvenanceFacts({ provenance }: { readonly provenance: NonNullable<SolveResult["provenance"]> }): VNode {
  const { solver, why, seed, reads, threads, bound, gap, fixed, lanes } = provenance;
  return (
    <dl class="facts">
      <dt>Solver</dt>
      <dd>
        <span class="mono">{solver}</span>, {why}
      </dd>
      <dt>Effort</dt>
      <dd class="number">
        {reads} reads, seed {seed}
        {threads > 1 ? `, ${threads} threads` : ""}
        {lanes === null ? "" : `, ${lanes} kernel`}
      </dd>
      <dt>Bound</dt>
      <dd class="number">{bound === null ? "none known" : `${figure(bound)}, ${percent(gap ?? 0, 2)} below at most`}</dd>
      {fixed > 0 ? (
        <>
          <dt>Fixed</dt>
          <dd class="number">{fixed} variables by roof duality, without search</dd>
        </>
      ) : null}
    </dl>
  );
}
