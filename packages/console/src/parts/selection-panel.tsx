import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { bytes, duration, figure } from "../figures.ts";
import type { Selection } from "../hub/run.ts";
import { Compare } from "./compare.tsx";
import { Raw } from "./raw.tsx";

const shownFiles = 500;

/** The texts that were chosen to train on: how, how well against greedy and random choices, and which files. */
export function SelectionPanel({ selection }: { readonly selection: Selection | null }): VNode {
  return (
    <section class="panel" aria-labelledby="selection-title">
      <header>
        <h2 id="selection-title">Chosen texts</h2>
        {selection ? <span class="small soft">by {selection.method === "qubo" ? "QUBO" : selection.method}</span> : null}
      </header>
      {selection ? <Chosen selection={selection} /> : <p class="soft">No texts have been chosen yet.</p>}
    </section>
  );
}

function Chosen({ selection }: { readonly selection: Selection }): VNode {
  const [filter, setFilter] = useState("");
  const { candidates, candidateBytes, greedyScore, randomScore, timeMs } = selection.details;
  const wanted = filter.toLowerCase();
  const files = [...selection.files].sort().filter((file) => file.toLowerCase().includes(wanted));
  const scores = [
    { label: "this choice", value: selection.score, ours: true },
    ...(typeof greedyScore === "number" ? [{ label: "greedy", value: greedyScore }] : []),
    ...(typeof randomScore === "number" ? [{ label: "random", value: randomScore }] : []),
  ];
  return (
    <div class="stack">
      <p class="small">
        {figure(selection.texts)} of {figure(candidates)} texts, {bytes(selection.bytes)} of {bytes(candidateBytes)}, in{" "}
        {duration(timeMs)}. The score is coverage of the corpus without repetition, at most 1.
      </p>
      <Compare values={scores} unit="score of the choice" />
      <label>
        <span class="unseen">filter the files</span>
        <input
          class="field"
          type="search"
          placeholder={`Filter ${selection.files.length} files`}
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
      </label>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <ul class="files" tabIndex={0} aria-label="chosen files">
        {files.slice(0, shownFiles).map((file) => (
          <li key={file}>{file}</li>
        ))}
        {files.length > shownFiles ? <li class="soft">and {files.length - shownFiles} more</li> : null}
        {files.length === 0 ? <li class="soft">no file fits</li> : null}
      </ul>
      <Raw label="Selection as JSON" value={selection} />
    </div>
  );
}
