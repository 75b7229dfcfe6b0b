import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { ago, dayTime, duration, figure } from "../figures.ts";
import type { HubEvent } from "../hub/event.ts";
import { callTool, HubError } from "../hub/mcp.ts";
import { useTool } from "../hub/use-tool.ts";
import type { Version, VersionList } from "../hub/version.ts";
import { Empty } from "../parts/empty.tsx";
import { ErrorNotice, Notice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { Pill } from "../parts/pill.tsx";
import { Raw } from "../parts/raw.tsx";
import { Skeleton } from "../parts/skeleton.tsx";

const isVersionNews = ({ kind }: HubEvent): boolean => kind.startsWith("version.");

/** Every version of the model, and the way back to the champion before. */
export function Versions(): VNode {
  const { data, error, reload } = useTool<VersionList>("learning_list_versions", {}, { on: isVersionNews });
  const champion = data?.versions.find((version) => version.id === data.champion);
  return (
    <Page
      title="Versions"
      sub={data ? `Every version of the model “${data.model}”, newest first.` : "Every version of the model, newest first."}
      actions={champion ? <Rollback champion={champion} done={reload} /> : undefined}
    >
      <section class="panel" aria-label="versions">
        {error && !data ? <ErrorNotice error={error} retry={reload} /> : null}
        {!data && !error ? <Skeleton height="14rem" /> : null}
        {data?.versions.length === 0 ? (
          <Empty title="No version yet" command="npx entente learn PATH">
            A learning run makes one; the gate decides whether it becomes the champion.
          </Empty>
        ) : null}
        {data && data.versions.length > 0 ? <VersionTable list={data} /> : null}
      </section>
    </Page>
  );
}

type Outcome = { readonly from: number; readonly to: number } | HubError;

function Rollback({ champion, done }: { readonly champion: Version; readonly done: () => void }): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const [outcome, setOutcome] = useState<Outcome | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const goBack = async (): Promise<void> => {
    setBusy(true);
    try {
      const { from, to } = await callTool<{ from: Version; to: Version }>("learning_rollback", { model: champion.model });
      setOutcome({ from: from.number, to: to.number });
      done();
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      setOutcome(error);
    } finally {
      setBusy(false);
      dialog.current?.close();
    }
  };
  return (
    <div class="row">
      {outcome instanceof HubError ? <ErrorNotice error={outcome} /> : null}
      {outcome && !(outcome instanceof HubError) ? (
        <Notice tone="good">
          Went back from version {outcome.from} to version {outcome.to}.
        </Notice>
      ) : null}
      <button type="button" class="button danger" onClick={() => dialog.current?.showModal()}>
        Roll back…
      </button>
      <dialog class="confirm" ref={dialog} aria-labelledby="confirm-title">
        <div class="stack">
          <h2 id="confirm-title">Go back from version {champion.number}?</h2>
          <p>
            The champion before it answers again from now on, bit for bit: its weights are checked against their hash first.
            Version {champion.number} stays in the table as rolled back.
          </p>
        </div>
        <div class="row">
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            Keep version {champion.number}
          </button>
          <button type="button" class="button danger" disabled={busy} onClick={() => void goBack()}>
            {busy ? "Going back…" : "Roll back"}
          </button>
        </div>
      </dialog>
    </div>
  );
}

function VersionTable({ list }: { readonly list: VersionList }): VNode {
  const numbers = new Map(list.versions.map((version) => [version.id, version.number]));
  return (
    <div class="scroll-x">
      <table class="table cards">
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col">Status</th>
            <th scope="col">Learned on from</th>
            <th scope="col" class="number">
              Bits/byte
            </th>
            <th scope="col" class="number">
              gzip -9
            </th>
            <th scope="col">The gate said</th>
            <th scope="col">Trained</th>
            <th scope="col">Made</th>
          </tr>
        </thead>
        <tbody>
          {list.versions.map((version) => (
            <Row
              key={version.id}
              version={version}
              champion={version.id === list.champion}
              parent={version.parent === null ? undefined : numbers.get(version.parent)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  readonly version: Version;
  readonly champion: boolean;
  readonly parent: number | undefined;
}

function Row({ version, champion, parent }: RowProps): VNode {
  const { verdict, training } = version;
  return (
    <tr class={champion ? "won" : undefined}>
      <td>
        <a href={`/runs/${version.run}`}>version {version.number}</a>
      </td>
      <td>
        <Pill>{version.status}</Pill>
      </td>
      <td data-label="Learned on from" class="soft">
        {version.parent === null ? "nothing" : `version ${parent ?? "?"}`}
      </td>
      <td data-label="Bits/byte" class="number">
        {verdict ? verdict.bitsPerByte.toFixed(3) : "–"}
      </td>
      <td data-label="gzip -9" class="number">
        {verdict?.gzip?.toFixed(3) ?? "–"}
      </td>
      <td class="why soft">{verdict?.reason ?? "not examined"}</td>
      <td class="why soft">
        {String(training.trainer ?? "–")}, {figure(training.tokens)} tokens in{" "}
        {duration(typeof training.seconds === "number" ? training.seconds * 1000 : undefined)}
        <Raw value={version} />
      </td>
      <td data-label="Made" class="soft number" title={dayTime(version.createdAt)}>
        {ago(version.createdAt, Date.now())}
      </td>
    </tr>
  );
}
