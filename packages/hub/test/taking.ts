import { systemClock } from "../src/base/clock.ts";
import { ingest } from "../src/learning/ingest/ingest.ts";
import type { Store } from "../src/store/store.ts";

/** Ingests a folder of a test with small limits, nothing held out unless asked for. */
export const take = (store: Store, root: string, options: { maxFileBytes?: number; heldOutShare?: number } = {}) =>
  ingest({
    store,
    clock: systemClock,
    root,
    actor: "tester",
    ignored: [".git", "*.lock"],
    maxFileBytes: 10_000,
    heldOutShare: 0,
    signal: new AbortController().signal,
    progress: () => {},
    ...options,
  });
