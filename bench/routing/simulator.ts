/** A discrete-event simulation of calls to agents: the same arrivals and the same work for every way of routing. */
import { Agenda, type Nature, normal, SimulatedAgent, seeded } from "./agents.ts";
import type { Way, World } from "./ways.ts";

/** What is simulated. Times in ms. */
export interface Scene {
  readonly agents: readonly Nature[];
  readonly calls: number;
  readonly callsPerSecond: number;
  /** Mean work of a call on an agent of slowness 1. */
  readonly meanWorkMs: number;
  /** Shape of the log-normal work: 1 makes the 99th percentile six times the mean. */
  readonly sigma: number;
  /** Share of the variance (of the logarithm) that is the call's own, the same at every agent; the rest is luck. */
  readonly ownShare: number;
  /** Whether agents say that they have begun; one that does not is silent to its end. */
  readonly signs: boolean;
}

/** What came of it. */
export interface Result {
  readonly way: string;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failed: number;
  readonly finished: number;
  /** Calls sent to each agent, by when. */
  readonly sends: readonly { readonly at: number; readonly agent: number }[];
  /** Answers that came, by when. */
  readonly goodEnds: readonly { readonly at: number; readonly agent: number }[];
  readonly ejections: readonly { readonly agent: string; readonly at: number }[];
  readonly extraShare: number;
}

const wayThereMs = 1;

/** Runs one way through a scene. The first tenth of the calls is a warm-up and not measured. */
export function simulate(scene: Scene, seed: number, make: (world: World) => Way): Result {
  const agenda = new Agenda();
  const arrivals = seeded(seed * 2 + 1);
  const works = Array.from({ length: scene.calls }, () => normal(arrivals));
  const luck = seeded(seed * 2 + 2);
  const agents = scene.agents.map((nature) => new SimulatedAgent(nature, agenda));
  const sends: { at: number; agent: number }[] = [];
  const goodEnds: { at: number; agent: number }[] = [];
  const begun: number[] = [];
  const took: number[] = [];
  let failed = 0;
  const world: World = {
    agenda,
    agents,
    random: seeded(seed + 77),
    send: (call, index, heard, ended) => {
      sends.push({ at: agenda.now, agent: index });
      const own = Math.sqrt(scene.ownShare) * (works[call] ?? 0) + Math.sqrt(1 - scene.ownShare) * normal(luck);
      const workMs = scene.meanWorkMs * Math.exp(scene.sigma * own - scene.sigma ** 2 / 2);
      let cancel = (): void => {};
      let cancelled = false;
      agenda.at(agenda.now + wayThereMs, () => {
        const end = (): void => {
          goodEnds.push({ at: agenda.now, agent: index });
          ended();
        };
        if (!cancelled) cancel = agents[index]?.take(workMs, scene.signs ? heard : () => {}, end) ?? cancel;
      });
      return () => {
        cancelled = true;
        cancel();
      };
    },
    finished: (call, ok) => {
      if (!ok) failed += 1;
      if (call >= scene.calls / 10) took.push(agenda.now - (begun[call] ?? 0));
    },
  };
  const way = make(world);
  let at = 0;
  for (let call = 0; call < scene.calls; call++) {
    at += (-Math.log(1 - arrivals()) * 1000) / scene.callsPerSecond;
    agenda.at(at, () => {
      begun[call] = agenda.now;
      way.arrive(call);
    });
  }
  agenda.run();
  const sorted = took.toSorted((a, b) => a - b);
  const quantile = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return {
    way: way.name,
    meanMs: took.reduce((sum, ms) => sum + ms, 0) / took.length,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    failed,
    finished: took.length,
    sends,
    goodEnds,
    ejections: way.ejections ?? [],
    extraShare: (way.extraSends?.() ?? 0) / scene.calls,
  };
}
