import { defaultPolicy } from "../../packages/hub/src/routing/policy.ts";
import { type BlackHoleReport, blackHole, twoAgents } from "./scenes.ts";
import { simulate } from "./simulator.ts";
import { entente } from "./ways.ts";

/** Runs the black hole once. */
export function fallIn(seed: number): BlackHoleReport {
  const { failed, sends, ejections, goodEnds } = simulate(twoAgents(), seed, entente);
  const out = ejections.filter(({ agent, at }) => agent === "swallows" && at >= blackHole.from);
  const first = out[0]?.at ?? Number.POSITIVE_INFINITY;
  const swallowed = sends.filter(({ agent, at }) => agent === 1 && at >= blackHole.from && at <= first).length;
  // Ejections in a row last twice as long each.
  let halfOpenAt = blackHole.to;
  for (const [index, { at }] of out.entries()) halfOpenAt = Math.max(halfOpenAt, at + defaultPolicy.ejectionMs * 2 ** index);
  const back = goodEnds.find(({ agent, at }) => agent === 1 && at > blackHole.to)?.at ?? Number.POSITIVE_INFINITY;
  return {
    failed,
    callsToEjection: swallowed,
    msToEjection: first - blackHole.from,
    msToReturn: back - halfOpenAt,
  };
}
