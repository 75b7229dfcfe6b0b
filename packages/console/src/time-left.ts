import type { RunningCall } from "./hub/live.ts";

const shortestPaceMs = 1000;

/** Time left of a call in ms: by its own count when that is in seconds, else by its pace so far. Pure. */
export function timeLeftMs(call: RunningCall, now: number): number | undefined {
  if (!call.total || call.done <= 0) return undefined;
  if (call.unit === "s") return Math.max(0, (call.total - call.done) * 1000);
  const elapsed = now - call.since;
  return elapsed < shortestPaceMs ? undefined : Math.max(0, (elapsed * (call.total - call.done)) / call.done);
}
