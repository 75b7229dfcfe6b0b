import type { VNode } from "preact";
import { bytes, duration } from "../src/figures.ts";
import type { HubStatus } from "../src/hub/status.ts";
import { useTool } from "../src/hub/use-tool.ts";
import { ErrorNotice } from "../src/parts/notice.tsx";
import { Page } from "../src/parts/page.tsx";
import { Skeleton } from "../src/parts/skeleton.tsx";

/** How the hub's process is. */
export function Health(): VNode {
  const { data, error, reload } = useTool<HubStatus>("hub_status", {}, { on: ({ kind }) => kind.startsWith("run.") });
  return (
    <Page title="Health">
      {error ? <ErrorNotice error={error} retry={reload} /> : null}
      {data ? `up ${duration(data.uptimeMs)}, ${bytes(data.memoryBytes)}` : <Skeleton height="1.5rem" />}
    </Page>
  );
}
