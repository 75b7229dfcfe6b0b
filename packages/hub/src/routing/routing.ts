/**
 * The routing service: carries out what delivery.ts decides. It holds the pool, sends, keeps the time, and leaves a
 * record of every decision. What it knows of agents is this hub's own; hubs that share a store each learn by themselves.
 */
import type { Clock } from "../base/clock.ts";
import { baseErrors } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import type { Json } from "../base/json.ts";
import type { Logger } from "../base/logger.ts";
import type { TaskSighting } from "../base/sighting.ts";
import type { Chain, ServiceParams } from "../base/sla-extension.ts";
import { toolsOf } from "../base/tool.ts";
import type { EventLog } from "../store/event-log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { newDelivery } from "./call.ts";
import { type Candidate, candidateOf, type TextReading } from "./candidate.ts";
import { newChain, passedTo } from "./chain.ts";
import { type Choice, type Choosing, choose } from "./choosing.ts";
import { Decisions } from "./decisions.ts";
import { brokeError, type DeliveryEffect, type DeliveryEvent, deliver, nextTimer } from "./delivery.ts";
import { type Decision, explain } from "./explanation.ts";
import type { Facts } from "./facts.ts";
import type { RoutingLists } from "./filters.ts";
import { HeldWork } from "./held-work.ts";
import type { RoutingPolicy } from "./policy.ts";
import { emptyPool, type Pool, poolSaw, poolSwept, reliabilityOf, type Standing, standingOf } from "./pool.ts";
import type { RouteRequest } from "./request.ts";
import type { Answer, Send, SendResult } from "./sending.ts";
import { TasksSeen } from "./tasks-seen.ts";
import { requestOf, type Wanted } from "./wanted.ts";

/** What routing stands on. */
export interface RoutingInput {
  readonly policy: RoutingPolicy;
  readonly lists: RoutingLists;
  readonly keptDecisions: number;
  readonly clock: Clock;
  readonly events: EventLog;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly reading: TextReading;
  /** The agents there are now, each with its card as A2A 1.0 JSON (or what turns into it). */
  readonly agents: () => readonly { readonly name: string; readonly card: object }[];
  /** What the operator says of agents' service, by name. */
  readonly services: Readonly<Record<string, ServiceParams>>;
  readonly facts: (agent: string) => Facts;
  readonly send: Send;
  /** With whom an initiator has an agreement that is open; undefined where it has none of that id. */
  readonly contractorOf?: (agreement: string, initiator: string) => Promise<string | undefined>;
  readonly random?: () => number;
}

/** Who asks for an agent, and what is said to it. */
export interface Errand {
  readonly from: string;
  /** Whether `from` is one of this hub's agents, which may be at work on another errand. */
  readonly fromAgent: boolean;
  readonly data?: Json | undefined;
  readonly contextId?: string | undefined;
}

/** An answer, with the decision that led to it and the chain as it is now. */
export interface Routed {
  readonly answer: Answer;
  readonly decision: Decision;
  readonly chain: Chain;
}

/** An agent's standing, for people. */
export interface Health {
  readonly agent: string;
  readonly breaker: "closed" | "open" | "half-open";
  readonly why: string | undefined;
  readonly openUntil: number | undefined;
  readonly ejections: number;
  readonly reliability: number;
  readonly firstMs: number | undefined;
  readonly totalMs: number | undefined;
  readonly outstanding: number;
}

/** Chooses agents and sends to them. */
export class Routing {
  readonly #input: RoutingInput;
  readonly #decisions: Decisions;
  readonly #seen = new TasksSeen();
  readonly #cards = new WeakMap<object, Candidate | undefined>();
  readonly #held = new HeldWork();
  #pool: Pool = emptyPool;

  constructor(input: RoutingInput) {
    this.#input = input;
    this.#decisions = new Decisions(input.keptDecisions);
  }

  /** The newest decisions. */
  get decisions(): Pick<Decisions, "list" | "get"> {
    return this.#decisions;
  }

  /** Whom a message would go to now, and why; nothing is sent. Throws NOT_FOUND for an agreement that the sender does not have. */
  async choose(asked: Wanted, errand: Errand): Promise<Choice> {
    const wanted = await this.#agreed(asked, errand);
    const now = this.#input.clock.now();
    const request = this.#requestOf(wanted, errand, now);
    return choose(this.#pool, request, this.#choosing(), new Set(), false, now);
  }

  /** Every agent's standing, by name. */
  health(): readonly Health[] {
    const now = this.#input.clock.now();
    return this.#input.agents().map(({ name }) => healthOf(name, standingOf(this.#pool, name, now), now));
  }

  /** Learns from a task that somebody else sent; those that it sent itself it knows. */
  observe(sighting: TaskSighting): void {
    const seen = this.#seen.observe(sighting);
    if (!seen) return;
    const { policy, clock } = this.#input;
    this.#pool = poolSaw(this.#pool, sighting.agent, sighting.task, seen.ending, seen.times, clock.now(), policy);
    this.#watch(sighting.agent);
  }

  /**
   * Chooses an agent, sends, tries again or hedges, and gives the answer. An abort calls everything off. Throws ROUTE_*,
   * CANCELLED, and NOT_FOUND for an agreement that the sender does not have.
   */
  async send(asked: Wanted, errand: Errand, signal: AbortSignal, told: (agent: string) => void = () => {}): Promise<Routed> {
    const { clock, events, log, policy } = this.#input;
    const begunAt = clock.now();
    const wanted = await this.#agreed(asked, errand);
    const request = this.#requestOf(wanted, errand, begunAt);
    const { chain } = request;
    const from = this.#choosing();
    const { promise, resolve } = Promise.withResolvers<void>();
    const work = new Map<string, { readonly stop: AbortController; result?: SendResult }>();
    let delivery = newDelivery(newId("route", begunAt), request, begunAt);
    let timer: NodeJS.Timeout | undefined;

    const on = (event: DeliveryEvent): void => {
      try {
        decide(event);
      } catch (error) {
        broke(error);
      }
    };
    const decide = (event: DeliveryEvent): void => {
      if (delivery.settled) return;
      let effects: readonly DeliveryEffect[];
      [this.#pool] = poolSwept(this.#pool, clock.now(), policy);
      [delivery, this.#pool, effects] = deliver(delivery, this.#pool, event, from, clock.now());
      // Kept before anything is sent: an agent that looks the decision up finds it.
      this.#decisions.keep(explain(delivery, errand.from));
      for (const effect of effects) carryOut(effect);
      clearTimeout(timer);
      const due = nextTimer(delivery, this.#pool, from);
      if (due !== undefined) timer = setTimeout(() => on({ type: "timer" }), Math.max(0, due - clock.now()));
    };
    const carryOut = (effect: DeliveryEffect): void => {
      if (effect.type === "settle") resolve();
      if (effect.type === "cancel") work.get(effect.attempt)?.stop.abort(new Error(effect.reason));
      if (effect.type !== "send") return;
      const { attempt, agent } = effect;
      const stop = new AbortController();
      const passed = passedTo(chain, agent);
      work.set(attempt, { stop });
      this.#held.take(agent, attempt, passed, request.deadlineAt);
      told(agent);
      const remainingMs = request.deadlineAt === undefined ? undefined : Math.max(0, request.deadlineAt - clock.now());
      const sending = this.#input.send(
        {
          agent,
          from: errand.from,
          text: wanted.text,
          data: errand.data,
          contextId: errand.contextId,
          travels: {
            chain: passed,
            ...(request.skill === undefined ? {} : { skill: request.skill }),
            ...(wanted.agreement === undefined ? {} : { agreement: wanted.agreement }),
            ...(remainingMs === undefined ? {} : { remainingMs }),
          },
        },
        {
          signal: stop.signal,
          deadlineAt: request.deadlineAt,
          onTask: (task) => this.#seen.own(task),
          onFirstEvent: () => on({ type: "first-event", attempt }),
        },
      );
      sending
        .then((result) => {
          this.#held.release(agent, attempt);
          work.set(attempt, { stop, result });
          on({ type: "ended", attempt, outcome: result.outcome, ...(result.problem ? { problem: result.problem } : {}) });
          this.#watch(agent);
        })
        .catch(broke);
    };
    // An error that left a timer, a listener or a promise would end the hub: it ends this call instead.
    const broke = (cause: unknown): void => {
      log.error({ err: cause, call: delivery.id }, "a routed call could not go on");
      const problem = cause instanceof Error ? cause.message : String(cause);
      const [before, now] = [delivery, clock.now()];
      try {
        [delivery, this.#pool] = deliver(before, this.#pool, { type: "broke", problem }, from, now);
      } catch {
        // What broke it breaks its end too: it ends without a word to the pool.
        delivery = { ...before, settled: { at: now, winner: undefined, error: brokeError(before, problem) } };
      }
      for (const { stop } of work.values()) stop.abort(new Error(problem));
      for (const { agent, id } of before.attempts) this.#held.release(agent, id);
      clearTimeout(timer);
      resolve();
    };

    const abort = (): void => on({ type: "abort", reason: String(signal.reason?.message ?? signal.reason) });
    on({ type: "begin" });
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    await promise;
    signal.removeEventListener("abort", abort);
    clearTimeout(timer);
    const decision = explain(delivery, errand.from);
    this.#decisions.keep(decision);
    this.#count(decision);
    await events.record({ kind: "routing.decided", actor: errand.from, subject: decision.id, data: recorded(decision) });
    const winner = delivery.attempts.find(({ id }) => id === delivery.settled?.winner);
    const result = winner && work.get(winner.id)?.result;
    if (delivery.settled?.error || !winner || !result?.answer)
      throw delivery.settled?.error ?? new Error("a call that went well has no answer");
    const price = this.#candidates().find(({ name }) => name === winner.agent)?.service.price ?? 0;
    const paid = { ...chain, spent: chain.spent + (result.cost ?? price) };
    this.#held.spend(errand.from, paid);
    return { answer: result.answer, decision, chain: paid };
  }

  // Work under an agreement is its contractor's.
  async #agreed(wanted: Wanted, { from }: Errand): Promise<Wanted> {
    const { agreement, allow } = wanted;
    if (agreement === undefined) return wanted;
    const contractor = await this.#input.contractorOf?.(agreement, from);
    if (contractor === undefined) throw baseErrors.NOT_FOUND({ what: "open agreement", id: agreement });
    if (allow.length > 0 && !allow.includes(contractor)) return { ...wanted, deny: [...wanted.deny, contractor] };
    return { ...wanted, allow: [contractor] };
  }

  #choosing(): Choosing {
    const { facts, lists, policy, random = Math.random } = this.#input;
    return { candidates: this.#candidates(), facts, lists, policy, random };
  }

  // A card is read once: a changed card is another object.
  #candidates(): readonly Candidate[] {
    const { agents, reading, services } = this.#input;
    return agents().flatMap(({ name, card }) => {
      if (!this.#cards.has(card))
        this.#cards.set(card, candidateOf(name, JSON.parse(JSON.stringify(card)), reading, services[name]));
      return this.#cards.get(card) ?? [];
    });
  }

  // The request with the chain and the deadline that its sender acts in.
  #requestOf(wanted: Wanted, errand: Errand, now: number): RouteRequest {
    const id = newId("chain", now);
    const acting = errand.fromAgent
      ? this.#held.actingIn(errand.from, wanted.chain, id)
      : { chain: wanted.chain ?? newChain(id, undefined), deadlineAt: undefined };
    const request = requestOf(wanted, acting.chain, this.#input.reading, now);
    const deadlines = [request.deadlineAt, acting.deadlineAt].filter((at) => at !== undefined);
    return { ...request, deadlineAt: deadlines.length === 0 ? undefined : Math.min(...deadlines) };
  }

  #count(decision: Decision): void {
    const { metrics } = this.#input;
    metrics.routingCalls.inc({ outcome: decision.outcome });
    metrics.routingDuration.observe({ outcome: decision.outcome }, (decision.totalMs ?? 0) / 1000);
    for (const attempt of decision.attempts)
      metrics.routingAttempts.inc({ agent: attempt.agent, as: attempt.as, outcome: attempt.outcome ?? "open" });
  }

  #watch(agent: string): void {
    const now = this.#input.clock.now();
    const { breaker } = standingOf(this.#pool, agent, now);
    this.#input.metrics.routingEjected.set({ agent }, breaker.state === "closed" ? 0 : 1);
  }
}

function healthOf(agent: string, standing: Standing, now: number): Health {
  const { breaker, load } = standing;
  return {
    agent,
    breaker: breaker.state,
    why: breaker.state === "open" ? breaker.why : undefined,
    openUntil: breaker.state === "open" ? breaker.until : undefined,
    ejections: breaker.ejections,
    reliability: reliabilityOf(standing, now),
    firstMs: load.first?.value,
    totalMs: load.total?.value,
    outstanding: load.underWay.size,
  };
}

function recorded(decision: Decision): { readonly [key: string]: Json } {
  const { agent, skill, because, outcome, totalMs, problem, chain } = decision;
  return {
    agent,
    skill,
    because: because.slice(0, 1000),
    outcome,
    totalMs,
    problem: problem?.slice(0, 500) ?? null,
    attempts: decision.attempts.map((attempt) => ({ agent: attempt.agent, as: attempt.as, outcome: attempt.outcome })),
    chain: chain.id,
    depth: chain.path.length,
  };
}

/** Declares a routing tool. */
export const defineRoutingTool = toolsOf<Routing>();
