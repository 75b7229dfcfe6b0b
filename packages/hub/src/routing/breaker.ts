/**
 * Whether an agent may be asked. Closed: yes. Open: not before `until`. Half-open: one call goes through as a probe, and
 * what comes of it closes or opens the breaker again, each time for twice as long. `streak` counts failures in a row,
 * `ejections` the openings in a row, forgotten one by one as successes come.
 */
import type { RoutingPolicy } from "./policy.ts";

/** A breaker. `probe` is the call that tries it out. */
export type Breaker =
  | { readonly state: "closed"; readonly streak: number; readonly ejections: number }
  | { readonly state: "open"; readonly until: number; readonly ejections: number; readonly why: string }
  | { readonly state: "half-open"; readonly since: number; readonly ejections: number; readonly probe: string | undefined };

export const closedBreaker: Breaker = { state: "closed", streak: 0, ejections: 0 };

/** The breaker at `now`: an open one whose time is over is half-open. */
export function breakerAt(breaker: Breaker, now: number): Breaker {
  return breaker.state === "open" && now >= breaker.until
    ? { state: "half-open", since: breaker.until, ejections: breaker.ejections, probe: undefined }
    : breaker;
}

/** Opens a breaker. */
export function ejected(breaker: Breaker, why: string, now: number, policy: RoutingPolicy): Breaker {
  const ejections = breaker.ejections + 1;
  const forMs = Math.min(policy.maxEjectionMs, policy.ejectionMs * 2 ** Math.min(ejections - 1, 16));
  return { state: "open", until: now + forMs, ejections, why };
}

/** Takes note that a half-open breaker is being tried by `call`. */
export function probing(breaker: Breaker, call: string): Breaker {
  return breaker.state === "half-open" ? { ...breaker, probe: call } : breaker;
}

/** A call went well. Only its probe closes a half-open breaker; a late success of an open one counts as its probe too. */
export function succeeded(breaker: Breaker, call: string): Breaker {
  if (breaker.state === "closed")
    return breaker.streak === 0 && breaker.ejections === 0
      ? breaker
      : { state: "closed", streak: 0, ejections: Math.max(0, breaker.ejections - (breaker.streak === 0 ? 1 : 0)) };
  if (breaker.state === "half-open" && (breaker.probe === undefined || breaker.probe === call))
    return { state: "closed", streak: 0, ejections: breaker.ejections };
  return breaker;
}

/** A call failed. */
export function failed(breaker: Breaker, call: string, why: string, now: number, policy: RoutingPolicy): Breaker {
  if (breaker.state === "half-open") return breaker.probe === call ? ejected(breaker, why, now, policy) : breaker;
  if (breaker.state === "open") return breaker;
  const streak = breaker.streak + 1;
  return streak >= policy.consecutiveFailures
    ? ejected(breaker, `${streak} failures in a row, the last: ${why}`, now, policy)
    : { ...breaker, streak };
}

/** A call ended without saying anything of the agent's health: its place as the probe is free again. */
export function withdrawn(breaker: Breaker, call: string): Breaker {
  return breaker.state === "half-open" && breaker.probe === call ? { ...breaker, probe: undefined } : breaker;
}
