/** What routing knows of the agents: load, breaker, recent outcomes, and the budgets that all calls share. Pure. */
import { type Breaker, breakerAt, closedBreaker, ejected, failed, probing, succeeded, withdrawn } from "./breaker.ts";
import { affords, type Budget, called, emptyBudget, spent } from "./budget.ts";
import { done, givenUp, heard, type Load, noLoad, seen, sent } from "./load.ts";
import { outliers, type Tally } from "./outliers.ts";
import type { RoutingPolicy } from "./policy.ts";
import { entriesOf, mappedShards, noShards, type Shards, valueIn, withValueIn } from "./shards.ts";

/** One agent's standing. `ok` and `failed` are decayed counts of how its calls ended. */
export interface Standing {
  readonly load: Load;
  readonly breaker: Breaker;
  readonly ok: number;
  readonly failed: number;
  readonly at: number;
  /** Since the last look for outliers. */
  readonly tally: Tally;
  /** Whether the newest call that went well gave a sign of life before its end. */
  readonly speaks: boolean;
}

/** All agents. `times` holds the newest times of each skill, as they come: to the first sign of life, and to the end. */
export interface Pool {
  readonly agents: Shards<Standing>;
  readonly times: Shards<Times>;
  readonly retries: Budget;
  readonly hedges: Budget;
  readonly outliersAt: number;
}

interface Times {
  readonly first: readonly number[];
  readonly total: readonly number[];
}

/**
 * How an attempt ended for the agent's record. `outrun`: silent until another agent, asked later, was first; a failure in
 * a row, unless the agent is at work on others, but none of its success rate. `neutral` says nothing about the agent (the caller went away).
 */
export type Ending = "ok" | "failed" | "outrun" | "neutral";

export const emptyPool: Pool = {
  agents: noShards(),
  times: noShards(),
  retries: emptyBudget,
  hedges: emptyBudget,
  outliersAt: 0,
};

const newcomer: Standing = {
  load: noLoad,
  breaker: closedBreaker,
  ok: 0,
  failed: 0,
  at: 0,
  tally: { ok: 0, failed: 0 },
  speaks: false,
};
const keptTimes = 256;
const memoryMs = 600_000;

/** An agent's standing at `now`. */
export function standingOf(pool: Pool, agent: string, now: number): Standing {
  const standing = valueIn(pool.agents, agent) ?? newcomer;
  const breaker = breakerAt(standing.breaker, now);
  return breaker === standing.breaker ? standing : { ...standing, breaker };
}

/**
 * Share of calls that went well, fading over ten minutes, as if ten calls had gone before of which nine went well: a
 * newcomer stands at 0.9, near enough to the proven ones to be tried.
 */
export function reliabilityOf(standing: Standing, now: number): number {
  const fade = Math.exp(-Math.max(0, now - standing.at) / memoryMs);
  return (standing.ok * fade + 9) / ((standing.ok + standing.failed) * fade + 10);
}

/** A call is counted, whatever becomes of it. */
export function poolCalled(pool: Pool, now: number, policy: RoutingPolicy): Pool {
  return {
    ...pool,
    retries: called(pool.retries, now, policy.budgetWindowMs),
    hedges: called(pool.hedges, now, policy.budgetWindowMs),
  };
}

/** Whether one more retry or hedge, which weighs as much as `weight` calls, is within its budget. */
export function poolAffords(pool: Pool, what: "retry" | "hedge", weight: number, now: number, policy: RoutingPolicy): boolean {
  return what === "retry"
    ? affords(pool.retries, now, policy.budgetWindowMs, { share: policy.retryShare, floor: policy.retryFloor }, weight)
    : affords(pool.hedges, now, policy.budgetWindowMs, { share: policy.hedgeShare, floor: policy.hedgeFloor }, weight);
}

/** A retry or hedge is spent. */
export function poolSpent(pool: Pool, what: "retry" | "hedge", weight: number, now: number, policy: RoutingPolicy): Pool {
  return what === "retry"
    ? { ...pool, retries: spent(pool.retries, now, policy.budgetWindowMs, weight) }
    : { ...pool, hedges: spent(pool.hedges, now, policy.budgetWindowMs, weight) };
}

/** An attempt was sent. */
export function poolSent(pool: Pool, agent: string, attempt: string, now: number): Pool {
  const standing = standingOf(pool, agent, now);
  return put(pool, agent, {
    ...standing,
    load: sent(standing.load, attempt, now),
    breaker: probing(standing.breaker, attempt),
  });
}

/** An attempt gave its first sign of life after `ms`. */
export function poolHeard(
  pool: Pool,
  agent: string,
  attempt: string,
  skill: string,
  ms: number,
  now: number,
  policy: RoutingPolicy,
): Pool {
  const standing = standingOf(pool, agent, now);
  const known = { ...standing, load: heard(standing.load, attempt, now, policy.decayMs) };
  return timed(put(pool, agent, known), skill, { first: ms });
}

/** An attempt ended. `times` are of an attempt that ran to its end by itself. */
export function poolEnded(
  pool: Pool,
  agent: string,
  attempt: string,
  ending: Ending,
  about: {
    readonly skill: string;
    readonly why: string;
    readonly times: { firstMs: number | undefined; totalMs: number } | undefined;
  },
  now: number,
  policy: RoutingPolicy,
): Pool {
  const standing = standingOf(pool, agent, now);
  const end = about.times && ending === "ok" ? done : givenUp;
  const lives = ending === "outrun" && standing.breaker.state === "closed" && isAtWork(pool, standing, about.skill, now, policy);
  const ended = counted(
    { ...standing, load: end(standing.load, attempt, now, policy.decayMs) },
    attempt,
    lives ? "neutral" : ending,
    about.why,
    now,
    policy,
  );
  // Back from an ejection: what was measured before and during it says nothing about the agent now.
  const back = standing.breaker.state !== "closed" && ended.breaker.state === "closed";
  const load = back ? { ...noLoad, underWay: ended.load.underWay } : ended.load;
  if (ending !== "ok" || !about.times) return put(pool, agent, { ...ended, load });
  const { firstMs, totalMs } = about.times;
  const next = put(pool, agent, { ...ended, load, speaks: firstMs !== undefined });
  return timed(next, about.skill, firstMs === undefined ? { first: totalMs, total: totalMs } : { total: totalMs });
}

// Whether an agent that says nothing to a call works on others: it has begun some, and it began or ended one within the
// mean time of a call. What waits behind long work is not lost, and to eject a healthy agent when all are busy makes the
// others busier still. One that went dumb is believed no longer than that.
function isAtWork(pool: Pool, standing: Standing, skill: string, now: number, policy: RoutingPolicy): boolean {
  const mean = meanTotal(pool, skill, policy);
  if (mean === undefined || now - standing.load.signAt > mean) return false;
  return standing.load.underWay.values().some(({ heard }) => heard);
}

/** A task was seen that somebody else sent. */
export function poolSaw(
  pool: Pool,
  agent: string,
  task: string,
  ending: Ending,
  times: { firstMs: number | undefined; totalMs: number } | undefined,
  now: number,
  policy: RoutingPolicy,
): Pool {
  const standing = standingOf(pool, agent, now);
  const load = times && ending === "ok" ? seen(standing.load, times, now, policy.decayMs) : standing.load;
  return put(pool, agent, counted({ ...standing, load }, task, ending, "a task that another caller sent failed", now, policy));
}

/** Looks for success-rate outliers when an interval is over, and begins the next. Gives who was ejected. */
export function poolSwept(
  pool: Pool,
  now: number,
  policy: RoutingPolicy,
): readonly [Pool, readonly { readonly agent: string; readonly why: string }[]] {
  if (now - pool.outliersAt < policy.outlierIntervalMs) return [pool, []];
  const standings = [...entriesOf(pool.agents)];
  const out = new Set(standings.flatMap(([agent]) => (standingOf(pool, agent, now).breaker.state === "closed" ? [] : [agent])));
  const tallies = Object.fromEntries(standings.map(([agent, { tally }]) => [agent, tally]));
  const found = pool.outliersAt === 0 ? [] : outliers(tallies, out, policy);
  const agents = mappedShards(pool.agents, (standing, agent) => {
    const why = found.find((outlier) => outlier.agent === agent)?.why;
    const breaker = why === undefined ? standing.breaker : ejected(standing.breaker, why, now, policy);
    return { ...standing, breaker, tally: newcomer.tally };
  });
  return [{ ...pool, agents, outliersAt: now }, found];
}

/** The value below which `share` of a skill's newest times lie, ms; undefined until enough were seen. */
export function timeQuantile(
  pool: Pool,
  skill: string,
  which: "first" | "total",
  share: number,
  policy: RoutingPolicy,
): number | undefined {
  const times = valueIn(pool.times, skill)?.[which] ?? [];
  if (times.length < policy.quantileCalls) return undefined;
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/** The mean of a skill's newest times to the end, ms; undefined until enough were seen. */
export function meanTotal(pool: Pool, skill: string, policy: RoutingPolicy): number | undefined {
  const times = valueIn(pool.times, skill)?.total ?? [];
  return times.length < policy.quantileCalls ? undefined : times.reduce((sum, ms) => sum + ms, 0) / times.length;
}

/**
 * How long an agent may give no sign of life before an attempt counts as failed, ms. Of one that is silent to the end
 * even when all is well, silence says little: it has the longest time.
 */
export function silenceLimit(pool: Pool, agent: string, skill: string, policy: RoutingPolicy): number {
  const usual = valueIn(pool.agents, agent)?.speaks ? timeQuantile(pool, skill, "first", 0.99, policy) : undefined;
  const wanted = usual === undefined ? policy.maxSilenceMs : usual * policy.silenceFactor;
  return Math.min(policy.maxSilenceMs, Math.max(policy.minSilenceMs, wanted));
}

function counted(standing: Standing, call: string, ending: Ending, why: string, now: number, policy: RoutingPolicy): Standing {
  if (ending === "neutral") return { ...standing, breaker: withdrawn(standing.breaker, call) };
  if (ending === "outrun") return { ...standing, breaker: failed(standing.breaker, call, why, now, policy) };
  const ok = ending === "ok";
  const fade = Math.exp(-Math.max(0, now - standing.at) / memoryMs);
  return {
    ...standing,
    breaker: ok ? succeeded(standing.breaker, call) : failed(standing.breaker, call, why, now, policy),
    ok: standing.ok * fade + (ok ? 1 : 0),
    failed: standing.failed * fade + (ok ? 0 : 1),
    at: now,
    tally: { ok: standing.tally.ok + (ok ? 1 : 0), failed: standing.tally.failed + (ok ? 0 : 1) },
  };
}

function put(pool: Pool, agent: string, standing: Standing): Pool {
  return { ...pool, agents: withValueIn(pool.agents, agent, standing) };
}

function timed(pool: Pool, skill: string, times: { first?: number; total?: number }): Pool {
  const known = valueIn(pool.times, skill) ?? { first: [], total: [] };
  const next: Times = {
    first: times.first === undefined ? known.first : [...known.first.slice(1 - keptTimes), times.first],
    total: times.total === undefined ? known.total : [...known.total.slice(1 - keptTimes), times.total],
  };
  return { ...pool, times: withValueIn(pool.times, skill, next) };
}
