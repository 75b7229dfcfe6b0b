/**
 * One call on its way: who has it, when a second agent is asked, when it is over. A pure machine over the call and the
 * pool; the host sends, cancels and keeps the time.
 *
 * A call has at most `maxAttempts` attempts, never two at one agent. An attempt is silent until its first sign of life;
 * silent for longer than the silence limit it has failed. What failed is tried elsewhere when sending twice does no harm
 * (the call or the skill is idempotent) or surely nothing was begun (it was rejected, or never reached the agent), the
 * retry budget affords it, and there is time left. An idempotent call without a sign of life after the 95th percentile of first signs is
 * hedged: sent to a second agent too, and as soon as one of them begins the other is called off (tied requests; Dean and
 * Barroso, The Tail at Scale, 2013). An agent that has begun is left to it: what takes longest is mostly long work, and
 * would be done twice. Hedges have a budget of their own, except that of a probe: a probe may hit an agent that is still down, and there is one per
 * ejection.
 */
import { baseErrors, type EntenteError } from "../base/errors.ts";
import { type Attempt, type AttemptOutcome, changed, type Delivery, isOpen, mayRepeat, timesKey } from "./call.ts";
import { chainEnd } from "./chain.ts";
import { type Choice, type Choosing, choose } from "./choosing.ts";
import { routingErrors } from "./errors.ts";
import { hedgeTime, hedgeWeight } from "./hedging.ts";
import {
  type Ending,
  type Pool,
  poolAffords,
  poolCalled,
  poolEnded,
  poolHeard,
  poolSent,
  poolSpent,
  silenceLimit,
} from "./pool.ts";
import type { RouteRequest } from "./request.ts";

/** What happens to a call. */
export type DeliveryEvent =
  | { readonly type: "begin" }
  | { readonly type: "first-event"; readonly attempt: string }
  | {
      readonly type: "ended";
      readonly attempt: string;
      readonly outcome: "ok" | "failed" | "rejected" | "unreached" | "lost";
      readonly problem?: string;
    }
  | { readonly type: "timer" }
  | { readonly type: "abort"; readonly reason: string }
  /** The hub could not go on with it. */
  | { readonly type: "broke"; readonly problem: string };

/** What the host must do. */
export type DeliveryEffect =
  | { readonly type: "send"; readonly attempt: string; readonly agent: string }
  | { readonly type: "cancel"; readonly attempt: string; readonly reason: string }
  | { readonly type: "settle"; readonly winner: string | undefined; readonly error: EntenteError | undefined };

type Step = readonly [Delivery, Pool, readonly DeliveryEffect[]];

/** The next moment at which a timer event is due, or undefined. */
export function nextTimer(delivery: Delivery, pool: Pool, from: Choosing): number | undefined {
  if (delivery.settled) return undefined;
  const limit = (agent: string): number => silenceLimit(pool, agent, timesKey(delivery), from.policy);
  const silent = delivery.attempts.filter((attempt) => isOpen(attempt) && attempt.firstAt === undefined);
  const moments = [
    delivery.hedgeAt,
    delivery.request.deadlineAt,
    ...silent.map((attempt) => (mayRepeat(delivery) ? attempt.sentAt + limit(attempt.agent) : undefined)),
  ].filter((at) => at !== undefined);
  return moments.length === 0 ? undefined : Math.min(...moments);
}

/** Decides one event. */
export function deliver(delivery: Delivery, pool: Pool, event: DeliveryEvent, from: Choosing, now: number): Step {
  if (delivery.settled) return [delivery, pool, []];
  switch (event.type) {
    case "begin":
      return begun(delivery, poolCalled(pool, now, from.policy), from, now);
    case "first-event":
      return heardFrom(delivery, pool, event.attempt, from, now);
    case "ended":
      return event.outcome === "ok"
        ? won(delivery, pool, event.attempt, from, now)
        : lostOne(delivery, pool, event.attempt, event.outcome, event.problem ?? event.outcome, from, now);
    case "timer":
      return timeWentBy(delivery, pool, from, now);
    case "abort":
      return ended(delivery, pool, undefined, baseErrors.CANCELLED({ reason: event.reason }), event.reason, from, now);
    case "broke":
      return ended(delivery, pool, undefined, brokeError(delivery, event.problem), event.problem, from, now);
  }
}

/** How a call ends that the hub could not go on with. */
export function brokeError(delivery: Delivery, problem: string): EntenteError {
  return failedError(delivery, `the hub could not go on with it: ${problem}`);
}

function begun(delivery: Delivery, pool: Pool, from: Choosing, now: number): Step {
  const { deadlineAt, chain } = delivery.request;
  if (deadlineAt !== undefined && now >= deadlineAt) return overdue(delivery, pool, from, now);
  const end = chainEnd(chain, from.policy.maxDepth);
  if (end) return ended(delivery, pool, undefined, end, "the chain may not go on", from, now);
  return sendTo(delivery, pool, "first", from, now) ?? [delivery, pool, []];
}

// Sends to whoever is chosen now; undefined when a retry or hedge finds nobody (the first attempt ends the call then).
function sendTo(delivery: Delivery, pool: Pool, as: Attempt["as"], from: Choosing, now: number): Step | undefined {
  const tried = new Set(delivery.attempts.map((attempt) => attempt.agent));
  const choice = choose(pool, delivery.request, from, tried, as === "first" && delivery.request.idempotent, now);
  const chosen = { ...delivery, choices: [...delivery.choices, choice] };
  if (!choice.pick) {
    if (as !== "first") return undefined;
    return ended(chosen, pool, undefined, nobodyError(delivery.request, choice), "nobody can be asked", from, now);
  }
  const attempt: Attempt = {
    id: `${delivery.id}.${delivery.attempts.length + 1}`,
    agent: choice.pick.agent,
    as,
    probe: choice.how === "probe",
    sentAt: now,
    firstAt: undefined,
    endedAt: undefined,
    outcome: undefined,
    problem: undefined,
  };
  const covering = delivery.attempts.some((one) => one.probe && isOpen(one));
  const weight = as === "hedge" ? hedgeWeight(delivery, pool, from, now) : 1;
  const spentPool = as === "first" || covering ? pool : poolSpent(pool, as, weight, now, from.policy);
  const next: Delivery = { ...chosen, attempts: [...chosen.attempts, attempt] };
  return [
    { ...next, hedgeAt: as === "first" ? hedgeTime(next, pool, choice.pick, from, now) : undefined },
    poolSent(spentPool, attempt.agent, attempt.id, now),
    [{ type: "send", attempt: attempt.id, agent: attempt.agent }],
  ];
}

function heardFrom(delivery: Delivery, pool: Pool, id: string, from: Choosing, now: number): Step {
  const attempt = delivery.attempts.find((one) => one.id === id);
  if (!attempt || !isOpen(attempt) || attempt.firstAt !== undefined) return [delivery, pool, []];
  const counted = poolHeard(pool, attempt.agent, id, timesKey(delivery), now - attempt.sentAt, now, from.policy);
  const why = "another agent began first";
  return calledOff(changed(delivery, id, { firstAt: now }), counted, attempt, (one) => one.firstAt === undefined, why, from, now);
}

function won(delivery: Delivery, pool: Pool, id: string, from: Choosing, now: number): Step {
  const attempt = delivery.attempts.find((one) => one.id === id);
  if (!attempt || !isOpen(attempt)) return [delivery, pool, []];
  const times = {
    firstMs: attempt.firstAt === undefined ? undefined : attempt.firstAt - attempt.sentAt,
    totalMs: now - attempt.sentAt,
  };
  const about = { skill: timesKey(delivery), why: "", times };
  const counted = poolEnded(pool, attempt.agent, id, "ok", about, now, from.policy);
  return ended(
    changed(delivery, id, { endedAt: now, outcome: "ok" }),
    counted,
    id,
    undefined,
    "another answered first",
    from,
    now,
  );
}

function lostOne(
  delivery: Delivery,
  pool: Pool,
  id: string,
  outcome: AttemptOutcome,
  problem: string,
  from: Choosing,
  now: number,
): Step {
  const attempt = delivery.attempts.find((one) => one.id === id);
  if (!attempt || !isOpen(attempt)) return [delivery, pool, []];
  // To say no is not to fail: an agent that rejects is as healthy as before.
  const ending: Ending = outcome === "rejected" ? "neutral" : "failed";
  const about = { skill: timesKey(delivery), why: problem, times: undefined };
  const counted = poolEnded(pool, attempt.agent, id, ending, about, now, from.policy);
  const next = changed(delivery, id, { endedAt: now, outcome, problem });
  if (next.attempts.some(isOpen)) return [next, counted, []];
  return goOn(next, counted, outcome, from, now);
}

// The last open attempt has failed: try another agent, or end the call.
function goOn(delivery: Delivery, pool: Pool, outcome: AttemptOutcome, from: Choosing, now: number): Step {
  const { policy } = from;
  const { deadlineAt } = delivery.request;
  if (deadlineAt !== undefined && now >= deadlineAt) return overdue(delivery, pool, from, now);
  const untouched = outcome === "rejected" || outcome === "unreached";
  const stopped = !(mayRepeat(delivery) || untouched)
    ? "sending it twice might do harm (neither the call nor the skill is idempotent)"
    : delivery.attempts.length >= policy.maxAttempts
      ? `a call has ${policy.maxAttempts} attempts`
      : !poolAffords(pool, "retry", 1, now, policy)
        ? `the retry budget is spent (${policy.retryShare * 100} % of calls)`
        : undefined;
  if (stopped === undefined) {
    const again = sendTo(delivery, pool, "retry", from, now);
    if (again) return again;
  }
  const error = failedError(delivery, stopped ?? "no other agent can be asked");
  return ended(delivery, pool, undefined, error, "the call failed", from, now);
}

function timeWentBy(delivery: Delivery, pool: Pool, from: Choosing, now: number): Step {
  const { deadlineAt } = delivery.request;
  if (deadlineAt !== undefined && now >= deadlineAt) return overdue(delivery, pool, from, now);
  let step: Step = [delivery, pool, []];
  if (mayRepeat(delivery)) {
    for (const attempt of delivery.attempts) {
      const limit = silenceLimit(pool, attempt.agent, timesKey(delivery), from.policy);
      if (!isOpen(attempt) || attempt.firstAt !== undefined || now < attempt.sentAt + limit) continue;
      const [next, counted, effects] = lostOne(
        step[0],
        step[1],
        attempt.id,
        "silent",
        `gave no sign of life for ${limit} ms`,
        from,
        now,
      );
      const cancel: DeliveryEffect = { type: "cancel", attempt: attempt.id, reason: "it gave no sign of life" };
      step = [next, counted, [...step[2], cancel, ...effects]];
      if (next.settled) return step;
    }
  }
  const [current, counted, effects] = step;
  if (current.hedgeAt === undefined || now < current.hedgeAt) return step;
  // An agent that has begun is left to it: what takes longest is mostly long work, and that would be done twice.
  const begun = current.attempts.some((one) => isOpen(one) && one.firstAt !== undefined);
  if (begun) return [{ ...current, hedgeAt: undefined }, counted, effects];
  const hedged = hedge({ ...current, hedgeAt: undefined }, counted, from, now);
  return [hedged[0], hedged[1], [...effects, ...hedged[2]]];
}

function hedge(delivery: Delivery, pool: Pool, from: Choosing, now: number): Step {
  const { policy } = from;
  const covered = delivery.attempts.some((attempt) => attempt.probe && isOpen(attempt));
  if (delivery.attempts.length >= policy.maxAttempts) return [delivery, pool, []];
  if (!covered && !poolAffords(pool, "hedge", hedgeWeight(delivery, pool, from, now), now, policy)) {
    const note = `not hedged after ${now - delivery.begunAt} ms: the hedge budget is spent (${policy.hedgeShare * 100} % of the load)`;
    return [{ ...delivery, notes: [...delivery.notes, note] }, pool, []];
  }
  const sent = sendTo(delivery, pool, "hedge", from, now);
  return sent ?? [{ ...delivery, notes: [...delivery.notes, "not hedged: no other agent can be asked"] }, pool, []];
}

function overdue(delivery: Delivery, pool: Pool, from: Choosing, now: number): Step {
  const lateMs = Math.max(0, now - (delivery.request.deadlineAt ?? now));
  const error = routingErrors.ROUTE_DEADLINE({ lateMs, attempts: delivery.attempts.length });
  return ended(delivery, pool, undefined, error, "the deadline passed", from, now);
}

// Ends the call: whoever still works on it is called off.
function ended(
  delivery: Delivery,
  pool: Pool,
  winner: string | undefined,
  error: EntenteError | undefined,
  reason: string,
  from: Choosing,
  now: number,
): Step {
  const winning = delivery.attempts.find((attempt) => attempt.id === winner);
  const over: Delivery = { ...delivery, hedgeAt: undefined, settled: { at: now, winner, error } };
  const [next, counted, effects] = calledOff(over, pool, winning, () => true, reason, from, now);
  return [next, counted, [...effects, { type: "settle", winner, error }]];
}

// Calls off the open attempts but one (the other half of a tied request, or all that is left at the end). One that was
// asked earlier than the one that answered and has been silent all the time was outrun, which counts as a failure in a
// row but not in the success rate; one that was silent up to the deadline has failed; of any other nothing is known.
function calledOff(
  delivery: Delivery,
  pool: Pool,
  kept: Attempt | undefined,
  which: (attempt: Attempt) => boolean,
  reason: string,
  from: Choosing,
  now: number,
): Step {
  let [next, counted] = [delivery, pool];
  const effects: DeliveryEffect[] = [];
  for (const attempt of delivery.attempts) {
    if (!isOpen(attempt) || attempt.id === kept?.id || !which(attempt)) continue;
    const silent = attempt.firstAt === undefined;
    const outrun = silent && kept !== undefined && kept.sentAt > attempt.sentAt;
    const late = silent && delivery.settled?.error?.code === "ROUTE_DEADLINE";
    const outcome: AttemptOutcome = outrun ? "outrun" : late ? "silent" : "withdrawn";
    const problem = outrun ? "an agent asked later was first, and it gave no sign of life" : reason;
    next = changed(next, attempt.id, { endedAt: now, outcome, problem });
    const ending: Ending = outrun ? "outrun" : late ? "failed" : "neutral";
    const about = { skill: timesKey(delivery), why: problem, times: undefined };
    counted = poolEnded(counted, attempt.agent, attempt.id, ending, about, now, from.policy);
    effects.push({ type: "cancel", attempt: attempt.id, reason });
  }
  return [next, counted, effects];
}

function failedError(delivery: Delivery, stopped: string): EntenteError {
  const attempts = delivery.attempts.map((attempt) => `${attempt.agent}: ${attempt.problem ?? attempt.outcome ?? "open"}`);
  return routingErrors.ROUTE_FAILED({ attempts, stopped });
}

function nobodyError(request: RouteRequest, choice: Choice): EntenteError {
  // Everyone with the skill has had the work: the caller asked for a loop, and should hear so by name.
  const others = choice.dropped.filter((drop) => drop.filter !== "skill" && drop.filter !== "policy");
  const [loop] = others;
  if (loop && others.every((drop) => drop.filter === "chain"))
    return routingErrors.ROUTE_LOOP({ agent: loop.agent, path: request.chain.path });
  return routingErrors.ROUTE_NOBODY({
    wanted: request.skill === undefined ? "by its text" : `skill "${request.skill}"`,
    dropped: choice.dropped.map((drop) => `${drop.agent}: ${drop.why}`),
  });
}
