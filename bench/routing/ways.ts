/** The ways of routing that are compared: ours, which is the hub's own code, and four others. */

import { type Delivery, newDelivery } from "../../packages/hub/src/routing/call.ts";
import { candidateOf } from "../../packages/hub/src/routing/candidate.ts";
import type { Choosing } from "../../packages/hub/src/routing/choosing.ts";
import { type DeliveryEffect, type DeliveryEvent, deliver, nextTimer } from "../../packages/hub/src/routing/delivery.ts";
import { noFacts } from "../../packages/hub/src/routing/facts.ts";
import { defaultPolicy, type RoutingPolicy } from "../../packages/hub/src/routing/policy.ts";
import { emptyPool, type Pool, poolSwept, standingOf } from "../../packages/hub/src/routing/pool.ts";
import { routeRequest } from "../../packages/hub/src/routing/request.ts";
import type { Agenda, SimulatedAgent } from "./agents.ts";

/** What a way of routing is given. */
export interface World {
  readonly agenda: Agenda;
  readonly agents: readonly SimulatedAgent[];
  readonly random: () => number;
  /** Sends a call to an agent: gives how to call it off. */
  readonly send: (call: number, agent: number, heard: () => void, ended: () => void) => () => void;
  readonly finished: (call: number, ok: boolean) => void;
}

/** A way of routing: told of each call as it arrives. */
export interface Way {
  readonly name: string;
  readonly arrive: (call: number) => void;
  /** Moments at which an agent was taken out, and how many calls it had been sent in vain by then. */
  readonly ejections?: { agent: string; at: number }[];
  readonly extraSends?: () => number;
}

const skill = "work";
const silenceMs = defaultPolicy.minSilenceMs;

/** Ours. */
export function entente(world: World, change: Partial<RoutingPolicy> = {}): Way {
  const { agenda, agents, random } = world;
  const policy = { ...defaultPolicy, ...change };
  const reading = { vectorOf: () => new Float32Array(0), wordsOf: () => [] };
  const candidates = agents.flatMap(
    ({ nature }) =>
      candidateOf(nature.name, { description: "", skills: [{ id: skill, name: skill, description: "", tags: [] }] }, reading) ??
      [],
  );
  const from: Choosing = { candidates, facts: () => noFacts, lists: { allow: [], deny: [] }, policy, random };
  const ejections: { agent: string; at: number }[] = [];
  const open = new Set<string>();
  let extra = 0;
  let pool: Pool = emptyPool;
  const watch = (): void => {
    for (const { nature } of agents) {
      const out = standingOf(pool, nature.name, agenda.now).breaker.state === "open";
      if (out && !open.has(nature.name)) ejections.push({ agent: nature.name, at: agenda.now });
      if (out) open.add(nature.name);
      else open.delete(nature.name);
    }
  };
  const arrive = (call: number): void => {
    [pool] = poolSwept(pool, agenda.now, policy);
    let delivery: Delivery = newDelivery(
      String(call),
      routeRequest({ skill, idempotent: true, chain: { id: String(call), path: [], spent: 0 } }),
      agenda.now,
    );
    const cancels = new Map<string, () => void>();
    const on = (event: DeliveryEvent): void => {
      if (delivery.settled) return;
      let effects: readonly DeliveryEffect[];
      [delivery, pool, effects] = deliver(delivery, pool, event, from, agenda.now);
      for (const effect of effects) carryOut(effect);
      watch();
      const due = nextTimer(delivery, pool, from);
      if (due !== undefined && due !== timerAt) {
        timerAt = due;
        agenda.at(due, () => timerAt === due && on({ type: "timer" }));
      }
    };
    let timerAt = -1;
    const carryOut = (effect: DeliveryEffect): void => {
      if (effect.type === "cancel") cancels.get(effect.attempt)?.();
      else if (effect.type === "settle") world.finished(call, effect.error === undefined);
      else {
        if (!effect.attempt.endsWith(".1")) extra += 1;
        const index = agents.findIndex(({ nature }) => nature.name === effect.agent);
        const { attempt } = effect;
        cancels.set(
          attempt,
          world.send(
            call,
            index,
            () => on({ type: "first-event", attempt }),
            () => on({ type: "ended", attempt, outcome: "ok" }),
          ),
        );
      }
    };
    on({ type: "begin" });
  };
  return { name: "entente", arrive, ejections, extraSends: () => extra };
}

/** A way that only picks; a call without a sign of life for a second goes to whom it picks next, as often as it takes. */
function picking(name: string, world: World, pick: (untried: readonly number[]) => number): Way {
  const { agenda, agents } = world;
  const arrive = (call: number): void => {
    let settled = false;
    const tried = new Set<number>();
    const attempt = (): void => {
      const untried = agents.map((_, index) => index).filter((index) => !tried.has(index));
      if (untried.length === 0) {
        settled = true;
        world.finished(call, false);
        return;
      }
      const index = pick(untried);
      tried.add(index);
      outstanding[index] = (outstanding[index] ?? 0) + 1;
      let over = false;
      let heard = false;
      const finish = (): void => {
        if (!over) outstanding[index] = (outstanding[index] ?? 0) - 1;
        over = true;
      };
      const cancel = world.send(
        call,
        index,
        () => (heard = true),
        () => {
          finish();
          if (!settled) world.finished(call, true);
          settled = true;
        },
      );
      agenda.at(agenda.now + silenceMs, () => {
        // Heard or ended, it is well; one that is only waiting in a queue is left alone by a patient caller.
        if (heard || settled || over || !agents[index]?.isDead()) return;
        finish();
        cancel();
        attempt();
      });
    };
    attempt();
  };
  const outstanding: number[] = outstandingOf(world);
  return { name, arrive };
}

const counts = new WeakMap<World, number[]>();

function outstandingOf(world: World): number[] {
  const known = counts.get(world) ?? world.agents.map(() => 0);
  counts.set(world, known);
  return known;
}

/** Each in turn. */
export function roundRobin(world: World): Way {
  let turn = 0;
  return picking("round robin", world, (untried) => {
    for (;;) {
      const index = turn++ % world.agents.length;
      if (untried.includes(index)) return index;
    }
  });
}

/** Any. */
export function anyOne(world: World): Way {
  return picking("random", world, (untried) => untried[Math.floor(world.random() * untried.length)] ?? 0);
}

/** Whoever has fewest calls under way; of several, any. */
export function leastOutstanding(world: World): Way {
  const outstanding = outstandingOf(world);
  return picking("least outstanding", world, (untried) => {
    const least = Math.min(...untried.map((index) => outstanding[index] ?? 0));
    const best = untried.filter((index) => outstanding[index] === least);
    return best[Math.floor(world.random() * best.length)] ?? 0;
  });
}

/** Knows each agent's speed, hands, queue and death: whoever would be done first, were this call of mean work. */
export function oracle(world: World): Way {
  return picking("oracle", world, (untried) => {
    const time = (index: number): number => {
      const agent = world.agents[index];
      if (!agent || agent.isDead()) return Number.POSITIVE_INFINITY;
      const { slowness, hands } = agent.nature;
      return slowness * (1 + Math.max(0, agent.jobs + 1 - hands) / hands);
    };
    const least = Math.min(...untried.map(time));
    const best = untried.filter((index) => time(index) === least);
    return best[Math.floor(world.random() * best.length)] ?? 0;
  });
}
