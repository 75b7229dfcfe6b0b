import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { useLive } from "./hub/use-live.ts";
import { narrate } from "./narrator.ts";
import { Rail } from "./parts/rail.tsx";
import { matchPath } from "./path.ts";
import { followLinks, useAddress } from "./router.ts";
import { Agent } from "./views/agent.tsx";
import { Ask } from "./views/ask.tsx";
import { Negotiation } from "./views/negotiation.tsx";
import { Negotiations } from "./views/negotiations.tsx";
import { Nowhere } from "./views/nowhere.tsx";
import { Optimisation } from "./views/optimisation.tsx";
import { Overview } from "./views/overview.tsx";
import { Run } from "./views/run.tsx";
import { Runs } from "./views/runs.tsx";
import { SignIn } from "./views/sign-in.tsx";
import { Tools } from "./views/tools.tsx";
import { Versions } from "./views/versions.tsx";

/** The console: the rail, the view that the address names, and what to say when the hub is gone. */
export function App(): VNode {
  const address = useAddress();
  const live = useLive();
  useEffect(() => {
    void live.start();
    const stop = followLinks();
    return () => {
      stop();
      live.stop();
    };
  }, [live]);

  const spent = address.searchParams.get("link") === "spent";
  if (live.state === "refused" || spent) return <SignIn spent={spent} />;
  return (
    <>
      <a class="skip" href="#main">
        Skip to the view
      </a>
      <div class="shell">
        <Rail path={address.pathname} state={live.state} />
        <main class="main" id="main" tabIndex={-1}>
          {viewAt(address)}
        </main>
      </div>
      {live.state === "lost" ? (
        <div class="banner" role="alert">
          <span class="dot warn" />
          The hub does not answer. Reconnecting; what is shown may be old.
        </div>
      ) : null}
      <p class="unseen" role="status">
        {announcement(live.events.find(({ kind }) => /^(run|version)\./.test(kind)))}
      </p>
    </>
  );
}

function viewAt(address: URL): VNode {
  const path = address.pathname;
  if (path === "/") return <Overview />;
  if (matchPath("/runs", path)) return <Runs />;
  const run = matchPath("/runs/:id", path)?.id;
  if (run !== undefined) return <Run key={run} id={run} />;
  const agent = matchPath("/agents/:name", path)?.name;
  if (agent !== undefined) return <Agent key={agent} name={agent} />;
  if (matchPath("/negotiations", path)) return <Negotiations />;
  const bargain = matchPath("/negotiations/:id", path)?.id;
  if (bargain !== undefined) return <Negotiation key={bargain} id={bargain} />;
  if (matchPath("/optimisation", path)) return <Optimisation />;
  if (matchPath("/versions", path)) return <Versions />;
  if (matchPath("/ask", path)) return <Ask question={address.searchParams.get("q") ?? ""} />;
  if (matchPath("/tools", path)) return <Tools name={undefined} />;
  const tool = matchPath("/tools/:name", path)?.name;
  return tool === undefined ? <Nowhere path={path} /> : <Tools name={tool} />;
}

// Said to screen readers only: the feed itself would talk without end.
function announcement(event: Parameters<typeof narrate>[0] | undefined): string {
  return event ? `${event.actor} ${narrate(event).text}` : "";
}
