import type { Listeners } from "../base/listeners.ts";
import type { Sla } from "../sla/sla.ts";

const restMs = 250;

/** Tells that the resources of agents' service levels changed, each at most every 250 ms; returns how to stop. */
export function slaNotices(sla: Sla, changes: Listeners<string>): () => void {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const tell = (): void => {
    timer = undefined;
    const agents = [...changed];
    changed.clear();
    for (const agent of agents) changes.tell(`entente://sla/${encodeURIComponent(agent)}`);
  };
  const stop = sla.onChange((agent) => {
    changed.add(agent);
    timer ??= setTimeout(tell, restMs).unref();
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}
