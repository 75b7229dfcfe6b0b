import type { Listeners } from "../base/listeners.ts";

/** What tells the id of each thing that changed; returns how to stop. */
export interface ChangeSource {
  onChange(hear: (id: string) => void): () => void;
}

/** Tells that the resources of what changed did, each at most every `restMs`; returns how to stop. */
export function notices(
  source: ChangeSource,
  restMs: number,
  urisOf: (id: string) => readonly string[],
  changes: Listeners<string>,
): () => void {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const tell = (): void => {
    timer = undefined;
    const ids = [...changed];
    changed.clear();
    for (const id of ids) for (const uri of urisOf(id)) changes.tell(uri);
  };
  const stop = source.onChange((id) => {
    changed.add(id);
    timer ??= setTimeout(tell, restMs).unref();
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}
