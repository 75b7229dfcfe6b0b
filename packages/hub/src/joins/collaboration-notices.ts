import type { Listeners } from "../base/listeners.ts";
import type { Watch } from "../negotiation/watch.ts";
import { notices } from "./notices.ts";

const resources = { brd_: "boards", plan_: "plans" } as const;

/** Tells that boards, plans and transcripts changed, on this hub or another of the store, each at most every 100 ms; returns how to stop. */
export function collaborationNotices(watch: Watch, changes: Listeners<string>): () => void {
  return notices(watch, 100, urisOf, changes);
}

function urisOf(id: string): readonly string[] {
  const own = Object.entries(resources).flatMap(([prefix, name]) => (id.startsWith(prefix) ? [`entente://${name}/${id}`] : []));
  return [`entente://transcripts/${id}`, ...own];
}
