import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ago, dayTime, duration, figure } from "../figures.ts";
import type { HubEvent } from "../hub/event.ts";
import { useTool } from "../hub/use-tool.ts";
import type { Version, VersionList } from "../hub/version.ts";
import { Empty } from "../parts/empty.tsx";
import { ErrorNotice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { Pill } from "../parts/pill.tsx";
import { Raw } from "../parts/raw.tsx";
import { Rollback, RollbackNotice, type RollbackOutcome } from "../parts/rollback.tsx";
import { Skeleton } from "../parts/skeleton.tsx";

const isVersionNews = ({ kind }: HubEvent): boolean => kind.startsWith("version.");

/** Every version of the model, and the way back to the champion before. */
export function Versions(): VNode {
  const { data, error, reload } = useTool<VersionList>("learning_list_versions", {}, { on: isVersionNews });
  const champion = data?.versions.find((version) => version.id === data.champion);
  const [outcome, setOutcome] = useState<RollbackOutcome | undefined>(undefined);
  const ended = (how: RollbackOutcome): void => {
    setOutcome(how);
    reload();
  };
  return (
    <Page
      title="Versions"
      sub={data ? `Every version of the model “${data.model}”, newest first.` : "Every version of the model, newest first."}
      actions={champion ? <Rollback champion={champion} ended={ended} /> : undefined}
    >
      <div class="stack">
        {outcome ? <RollbackNotice outcome={outcome} /> : null}
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
      </div>
    </Page>
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
        {verdict?.bitsPerByte?.toFixed(3) ?? "–"}
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
