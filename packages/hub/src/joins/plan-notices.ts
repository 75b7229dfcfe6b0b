import type { Listeners } from "../base/listeners.ts";
import type { Planning } from "../negotiation/plans/planning.ts";

const restMs = 250;

/** Tells that the resources of plans changed, each at most every 250 ms; returns how to stop. */
export function planNotices(planning: Planning, changes: Listeners<string>): () => void {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const tell = (): void => {
    timer = undefined;
    const plans = [...changed];
    changed.clear();
    for (const plan of plans) changes.tell(`entente://plans/${encodeURIComponent(plan)}`);
  };
  const stop = planning.onChange((plan) => {
    changed.add(plan);
    timer ??= setTimeout(tell, restMs).unref();
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}
