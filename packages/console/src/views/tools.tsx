import type { VNode } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { HubError, listTools, type ToolDescription } from "../hub/mcp.ts";
import { LiveContext } from "../hub/use-live.ts";
import { ErrorNotice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { Skeleton } from "../parts/skeleton.tsx";
import { ToolPanel } from "../parts/tool-panel.tsx";

/** Every tool of the hub, to read about and to call. */
export function Tools({ name }: { readonly name: string | undefined }): VNode {
  const live = useContext(LiveContext);
  const [tools, setTools] = useState<readonly ToolDescription[] | HubError | undefined>(undefined);
  const [search, setSearch] = useState("");

  useEffect(() => {
    const aborter = new AbortController();
    listTools(aborter.signal).then(setTools, (error: unknown) => {
      if (aborter.signal.aborted) return;
      if (!(error instanceof HubError)) throw error;
      if (error.status === 401) live.refuse();
      setTools(error);
    });
    return () => aborter.abort();
  }, [live]);

  if (tools instanceof HubError)
    return (
      <Page title="Tools">
        <ErrorNotice error={tools} />
      </Page>
    );
  const words = search.toLowerCase().split(/\s+/);
  const found = tools?.filter((tool) => words.every((word) => `${tool.name} ${tool.description}`.toLowerCase().includes(word)));
  const chosen = tools?.find((tool) => tool.name === name);
  return (
    <Page
      title="Tools"
      sub={
        tools ? `${tools.length} tools, the same for this console, the command line, agents and MCP clients.` : "Asking the hub…"
      }
    >
      <div class="toolbox">
        <nav class="panel" aria-label="tools">
          <label>
            <span class="unseen">search tools</span>
            <input
              class="field"
              type="search"
              placeholder="Search tools"
              value={search}
              onInput={(event) => setSearch(event.currentTarget.value)}
            />
          </label>
          <ul class="tool-list">
            {found ? (
              found.map((tool) => (
                <li key={tool.name}>
                  <a href={`/tools/${tool.name}`} aria-current={tool.name === name ? "page" : undefined} title={tool.description}>
                    {tool.name}
                  </a>
                </li>
              ))
            ) : (
              <Skeleton height="24rem" />
            )}
            {found?.length === 0 ? <li class="soft small">no tool fits</li> : null}
          </ul>
        </nav>
        {chosen ? <ToolPanel key={chosen.name} tool={chosen} /> : <NoTool name={name} loading={tools === undefined} />}
      </div>
    </Page>
  );
}

function NoTool({ name, loading }: { readonly name: string | undefined; readonly loading: boolean }): VNode {
  return (
    <section class="panel" aria-label="tool">
      {loading ? <Skeleton height="24rem" /> : null}
      {!loading && name === undefined ? <p class="soft">Choose a tool to see what it takes, and to call it.</p> : null}
      {!loading && name !== undefined ? <p class="soft">There is no tool “{name}” here.</p> : null}
    </section>
  );
}
