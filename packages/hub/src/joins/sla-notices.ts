import type { Listeners } from "../base/listeners.ts";
import type { Sla } from "../sla/sla.ts";
import { notices } from "./notices.ts";

/** Tells that the resources of agents' service levels changed, each at most every 250 ms; returns how to stop. */
export function slaNotices(sla: Sla, changes: Listeners<string>): () => void {
  return notices(sla, 250, (agent) => [`entente://sla/${encodeURIComponent(agent)}`], changes);
}
