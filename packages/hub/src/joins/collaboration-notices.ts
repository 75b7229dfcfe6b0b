import type { Listeners } from "../base/listeners.ts";
import type { Watch } from "../negotiation/watch.ts";

const restMs = 100;

/** Tells that boards, plans and transcripts changed, on this hub or another of the store, each at most every 100 ms; returns how to stop. */
export function collaborationNotices(watch: Watch, changes: Listeners<string>): () => void {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const tell = (): void => {
    timer = undefined;
    const ids = [...changed];
    changed.clear();
    for (const id of ids) for (const uri of urisOf(id)) changes.tell(uri);
  };
  const stop = watch.onChange((id) => {
    changed.add(id);
    timer ??= setTimeout(tell, restMs).unref();
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}

const resources = { brd_: "boards", plan_: "plans" } as const;

function urisOf(id: string): readonly string[] {
  const own = Object.entries(resources).flatMap(([prefix, name]) => (id.startsWith(prefix) ? [`entente://${name}/${id}`] : []));
  return [`entente://transcripts/${id}`, ...own];
}
