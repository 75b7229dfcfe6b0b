// What a start leaves behind: modules compiled and read once, and a young generation that grew while they were. The collector
// would give it back much later or never, since an idle hub allocates little. One full collection takes about 0.15 s and gives
// back some 40 MB, and the young generation may then be large, which spares a busy hub an eighth of its CPU.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Collects all garbage of this thread and gives the memory back to the system. Takes some 0.15 s, in which nothing else runs. */
export function giveBackMemory(): void {
  // The collector can be asked only through a function that a new context gets while this flag is set.
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  setFlagsFromString("--no-expose-gc");
  if (typeof collect === "function") collect({ type: "major", flavor: "last-resort" });
}
