import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { bytes, figure } from "../figures.ts";
import { callTool, HubError } from "../hub/mcp.ts";
import { useLive } from "../hub/use-live.ts";
import { ErrorNotice } from "./notice.tsx";
import { Work } from "./work.tsx";

interface Surprises {
  readonly model: string;
  readonly version: number;
  readonly measured: number;
  readonly files: readonly {
    readonly path: string;
    readonly slice: string;
    readonly bytes: number;
    readonly bitsPerByte: number;
    readonly ratio: number;
  }[];
}

/** The files that the champion finds least like the rest of their kind; measured when asked for. */
export function Unusual(): VNode {
  const live = useLive();
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Surprises | HubError | undefined>(undefined);
  const measure = async (): Promise<void> => {
    setBusy(true);
    try {
      setOutcome(await callTool<Surprises>("learning_surprise", {}));
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      setOutcome(error);
    } finally {
      setBusy(false);
    }
  };
  const call = [...live.calls.values()].find(({ tool }) => tool === "learning_surprise");
  return (
    <section class="panel" aria-labelledby="unusual-title">
      <header>
        <h2 id="unusual-title">The most unusual files</h2>
        <button type="button" class="button" disabled={busy} onClick={() => void measure()}>
          {busy ? "Reading…" : outcome ? "Measure again" : "Measure"}
        </button>
      </header>
      <div class="stack">
        <p class="soft small">
          A small model of your own files is good at saying what does not look like the rest: what surprises it most for its kind.
        </p>
        {busy ? <Work call={call} idle="reading files" /> : null}
        {outcome instanceof HubError ? <ErrorNotice error={outcome} /> : null}
        {outcome && !(outcome instanceof HubError) ? <Table found={outcome} /> : null}
      </div>
    </section>
  );
}

function Table({ found }: { readonly found: Surprises }): VNode {
  return (
    <div class="scroll-x">
      <table class="table">
        <caption class="unseen">{found.measured} files were measured</caption>
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col">Kind</th>
            <th scope="col" class="number">
              Read
            </th>
            <th scope="col" class="number">
              Bits/byte
            </th>
            <th scope="col" class="number">
              Against its kind
            </th>
          </tr>
        </thead>
        <tbody>
          {found.files.map((file) => (
            <tr key={file.path}>
              <td class="mono path">{file.path}</td>
              <td>{file.slice}</td>
              <td class="number">{bytes(file.bytes)}</td>
              <td class="number">{figure(file.bitsPerByte, 3)}</td>
              <td class="number">{figure(file.ratio)} ×</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
