import type { VNode } from "preact";
import { dayTime } from "../figures.ts";
import type { BargainRow } from "../hub/bargain.ts";
import type { HubEvent } from "../hub/event.ts";
import { useTool } from "../hub/use-tool.ts";
import { Empty } from "../parts/empty.tsx";
import { ErrorNotice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { Pill } from "../parts/pill.tsx";
import { Skeleton } from "../parts/skeleton.tsx";

const isNews = ({ kind }: HubEvent): boolean => kind.startsWith("bargain.");

/** Every session of alternating offers, newest first. */
export function Negotiations(): VNode {
  const { data, error, reload } = useTool<{ negotiations: readonly BargainRow[] }>(
    "negotiate_list",
    { limit: 100 },
    { on: isNews },
  );
  return (
    <Page title="Negotiations" sub="Agents make offers in turn; what they agree on is signed and watched.">
      <section class="panel" aria-label="negotiations">
        {error && !data ? <ErrorNotice error={error} retry={reload} /> : null}
        {!data && !error ? <Skeleton height="12rem" /> : null}
        {data?.negotiations.length === 0 ? (
          <Empty title="No negotiation yet" command="npm run example -- examples/two-companies/run.ts">
            One begins when somebody calls <span class="mono">negotiate_start</span>, or with this example of two companies.
          </Empty>
        ) : null}
        {data && data.negotiations.length > 0 ? <BargainTable rows={data.negotiations} /> : null}
      </section>
    </Page>
  );
}

function BargainTable({ rows }: { readonly rows: readonly BargainRow[] }): VNode {
  return (
    <div class="scroll-x">
      <table class="table cards">
        <thead>
          <tr>
            <th scope="col">Subject</th>
            <th scope="col">Between</th>
            <th scope="col">Status</th>
            <th scope="col" class="number">
              Acts
            </th>
            <th scope="col" class="number">
              Begun
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, subject, parties, status, acts, replaces, createdAt }) => (
            <tr key={id}>
              <td>
                <a href={`/negotiations/${id}`}>{subject}</a>
                {replaces === null ? null : <span class="soft"> again, after a breach</span>}
              </td>
              <td class="soft">{parties.join(", ")}</td>
              <td>
                <BargainPill status={status} />
              </td>
              <td class="number" data-label="Acts">
                {acts}
              </td>
              <td class="number" data-label="Begun">
                {dayTime(createdAt)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** How a session stands. */
export function BargainPill({ status }: { readonly status: string }): VNode {
  if (status === "agreement") return <Pill tone="good">agreement</Pill>;
  if (status === "no-deal") return <Pill tone="warn">no deal</Pill>;
  return <Pill tone="busy">open</Pill>;
}
