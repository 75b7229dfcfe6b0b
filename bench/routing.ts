/**
 * `npm run bench -- routing [--seeds N]`: the hub's routing code in a discrete-event simulation, beside round robin,
 * random, least outstanding and an oracle that knows each agent's speed, hands and queue, in the same run with the same
 * arrivals and the same work. Regret is how much longer the mean call takes than with the oracle. Time is simulated: those
 * figures do not depend on the machine. The last rows, of the code's own speed, do.
 */
import { type Bench, type Row, row } from "./contract.ts";
import { fallIn } from "./routing/black-hole.ts";
import { decisionUs } from "./routing/deciding.ts";
import { tenAgents } from "./routing/scenes.ts";
import { type Result, simulate } from "./routing/simulator.ts";
import { anyOne, entente, leastOutstanding, oracle, roundRobin } from "./routing/ways.ts";

const bench: Bench = async ({ quick, options }) => {
  const seeds = Number(options.seeds ?? (quick ? 3 : 20));
  const calls = quick ? 6_000 : 20_000;
  const rows: Row[] = [];
  for (const load of [0.25, 0.5, 0.7]) {
    const runs = every(seeds, (seed) => {
      const scene = tenAgents(load, calls);
      return [entente, roundRobin, anyOne, leastOutstanding, oracle].map((way) => simulate(scene, seed, way));
    });
    rows.push(...compared(`load ${load}`, runs));
  }
  const mute = every(Math.ceil(seeds / 2), (seed) => {
    const scene = tenAgents(0.5, calls, false);
    return [entente, roundRobin, anyOne, leastOutstanding, oracle].map((way) => simulate(scene, seed, way));
  });
  rows.push(...compared("load 0.5, agents that say nothing before the end", mute, false));
  const holes = every(seeds * 5, fallIn);
  const inTime = holes.filter(({ callsToEjection, msToEjection }) => callsToEjection <= 5 || msToEjection <= 2000);
  rows.push(
    row("black hole, idempotent calls failed, all seeds", sum(holes.map(({ failed }) => failed)), "", "<=", 0),
    row("black hole, ejected within 5 calls or 2 s", inTime.length / holes.length, "of runs", ">=", 1),
    row("black hole, calls swallowed before, worst", Math.max(...holes.map(({ callsToEjection }) => callsToEjection)), ""),
    row("black hole, time to ejection, worst", Math.max(...holes.map(({ msToEjection }) => msToEjection)), "ms"),
    row("black hole, back after half-open, worst", Math.max(...holes.map(({ msToReturn }) => msToReturn)), "ms", "<=", 2000),
  );
  for (const agents of [10, 1000]) rows.push(row(`one decision among ${agents} agents, by text`, decisionUs(agents), "us"));
  return rows;
};
export default bench;

function compared(where: string, runs: readonly (readonly Result[])[], bars = true): readonly Row[] {
  const of = (way: string, pick: (result: Result) => number): readonly number[] =>
    runs.map((results) => pick(results.find((result) => result.way === way)!)); // why: every run has every way
  const ours = of("entente", ({ p99Ms }) => p99Ms);
  const against = (way: string): readonly number[] => of(way, ({ p99Ms }) => p99Ms).map((ms, i) => (ours[i] ?? 0) / ms);
  const means = of("oracle", ({ meanMs }) => meanMs);
  const regret = of("entente", ({ meanMs }) => meanMs).map((ms, i) => ms / (means[i] ?? 0) - 1);
  const held = (metric: string, value: number, unit: string, most: number): Row =>
    bars ? row(metric, value, unit, "<=", most) : row(metric, value, unit);
  return [
    held(`${where}: p99 against round robin, median`, median(against("round robin")), "x", 0.6),
    row(`${where}: p99 against random, median`, median(against("random")), "x"),
    held(`${where}: p99 against least outstanding, median`, median(against("least outstanding")), "x", 0.9),
    row(`${where}: p99 against least outstanding, worst`, Math.max(...against("least outstanding")), "x"),
    held(`${where}: regret against the oracle, median`, median(regret), "", 0.1),
    held(`${where}: regret against the oracle, mean`, sum(regret) / regret.length, "", 0.1),
    held(`${where}: regret against the oracle, 95th percentile of seeds`, share95(regret), "", 0.1),
    row(`${where}: regret against the oracle, worst seed`, Math.max(...regret), ""),
    held(`${where}: calls failed`, sum(of("entente", ({ failed }) => failed)), "", 0),
    row(`${where}: attempts beyond the first`, median(of("entente", ({ extraShare }) => extraShare)), "of calls"),
    row(`${where}: p99, entente`, median(ours), "ms"),
  ];
}

function every<T>(seeds: number, run: (seed: number) => T): readonly T[] {
  return Array.from({ length: seeds }, (_, seed) => run(seed + 1));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

function share95(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(0.95 * values.length) - 1] ?? Number.NaN;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
