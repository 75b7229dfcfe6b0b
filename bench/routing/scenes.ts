/** The scenes that routing is measured in. */
import type { Nature } from "./agents.ts";
import type { Scene } from "./simulator.ts";

const goodAgents = 7;
const hands = 4;
const meanWorkMs = 100;

/**
 * Ten agents of four hands: two slow (a fourth of the speed), one dead from the beginning, seven good. `load` is the share
 * of what the seven can do together. Work is log-normal with sigma 1.2: its 99th percentile is eight times its mean.
 */
export function tenAgents(load: number, calls: number, signs = true): Scene {
  const agents = Array.from(
    { length: 10 },
    (_, i): Nature => ({
      name: `agent-${i}`,
      slowness: i < 2 ? 4 : 1,
      hands,
      ...(i === 9 ? { dead: { from: 0, to: Number.POSITIVE_INFINITY } } : {}),
    }),
  );
  const callsPerSecond = (load * goodAgents * hands * 1000) / meanWorkMs;
  return { agents, calls, callsPerSecond, meanWorkMs, sigma: 1.2, ownShare: 1, signs };
}

/** When the black hole of `twoAgents` opens and closes, ms. */
export const blackHole = { from: 20_000, to: 45_000 };

/** Two equal agents at 20 calls a second, for a minute and a half; one swallows everything for 25 seconds. */
export function twoAgents(): Scene {
  const equal = { slowness: 1, hands: 8 };
  const agents: readonly Nature[] = [
    { name: "steady", ...equal },
    { name: "swallows", ...equal, dead: blackHole },
  ];
  return { agents, calls: 1800, callsPerSecond: 20, meanWorkMs, sigma: 0.8, ownShare: 1, signs: true };
}

/** What a run of `twoAgents` says of the black hole. */
export interface BlackHoleReport {
  readonly failed: number;
  /** Calls that it swallowed before it was ejected, and how long that took. */
  readonly callsToEjection: number;
  readonly msToEjection: number;
  /** From the end of its last ejection, or of the hole where that was later, to the next call that went well there. */
  readonly msToReturn: number;
}
