import type { VNode } from "preact";
import { bytes, percent } from "../figures.ts";
import type { Slice, Version } from "../hub/version.ts";
import { Compare } from "./compare.tsx";
import { Notice } from "./notice.tsx";
import { Pill } from "./pill.tsx";

/** The gate's verdict on a version: in words, against champion and gzip, and slice by slice. */
export function VerdictPanel({ version }: { readonly version: Version | null }): VNode {
  const verdict = version?.verdict;
  return (
    <section class="panel" aria-labelledby="verdict-title">
      <header>
        <h2 id="verdict-title">The gate</h2>
        {version ? <span class="small soft">version {version.number}</span> : null}
      </header>
      {verdict ? (
        <div class="stack">
          <Notice tone={verdict.passes ? "good" : "warn"}>
            <strong>{verdict.passes ? "Passes" : "Refused"}</strong>: {verdict.reason}.
          </Notice>
          <Compare
            unit="bits per byte of held-out text, fewer is better"
            values={[
              ...(verdict.bitsPerByte === null ? [] : [{ label: "this version", value: verdict.bitsPerByte, ours: true }]),
              ...(verdict.champion === null ? [] : [{ label: "champion", value: verdict.champion }]),
              ...(verdict.gzip === null ? [] : [{ label: "gzip -9", value: verdict.gzip }]),
            ]}
          />
          <p class="small soft">Bits per byte of held-out text; fewer is better.</p>
          <Slices slices={verdict.slices} margin={verdict.margin} />
        </div>
      ) : (
        <p class="soft">{version ? "Not examined yet." : "No version to examine yet."}</p>
      )}
    </section>
  );
}

function Slices({ slices, margin }: { readonly slices: readonly Slice[]; readonly margin: number }): VNode {
  return (
    <div class="scroll-x">
      <table class="table">
        <caption class="unseen">Slice by slice; a slice may get worse by {percent(margin)}</caption>
        <thead>
          <tr>
            <th scope="col">Slice</th>
            <th scope="col" class="number spare">
              Held out
            </th>
            <th scope="col" class="number">
              Bits/byte
            </th>
            <th scope="col" class="number">
              Champion
            </th>
            <th scope="col" class="number">
              Change
            </th>
            <th scope="col">Verdict</th>
          </tr>
        </thead>
        <tbody>
          {slices.map((slice) => (
            <tr key={slice.slice}>
              <td class="mono">{slice.slice}</td>
              <td class="number spare">{bytes(slice.bytes)}</td>
              <td class="number">{slice.bitsPerByte?.toFixed(3) ?? "–"}</td>
              <td class="number">{slice.champion?.toFixed(3) ?? "–"}</td>
              <td class="number">{slice.change === null ? "–" : `${slice.change > 0 ? "+" : ""}${percent(slice.change)}`}</td>
              <td>
                {slice.votes || !slice.passes ? (
                  <Pill tone={slice.passes ? "good" : "bad"}>{slice.passes ? "passes" : "fails"}</Pill>
                ) : (
                  <span title="too little text to tell; shown, but without a vote">
                    <Pill tone="plain">no vote</Pill>
                  </span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
