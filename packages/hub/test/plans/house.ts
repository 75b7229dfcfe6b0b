import { Registry } from "../../src/a2a/registry.ts";
import { type Agent, defineAgent } from "../../src/base/agent.ts";
import { systemClock } from "../../src/base/clock.ts";
import type { Json } from "../../src/base/json.ts";
import { bidderReply } from "../../src/negotiation/bidder.ts";
import { Contracting } from "../../src/negotiation/contracting.ts";
import { coverage } from "../../src/negotiation/coverage.ts";
import { Planning } from "../../src/negotiation/plans/planning.ts";
import { planDocument, planSchema } from "../../src/negotiation/plans/terms.ts";
import { viewOfPlan } from "../../src/negotiation/plans/view.ts";
import type { Store } from "../../src/store/store.ts";
import { openLog } from "../../src/telemetry/log.ts";
import { Metrics } from "../../src/telemetry/metrics.ts";
import { toolLess } from "../tool-less.ts";

/** A hub's plans over a store, without the rest of the hub. */
export interface House extends AsyncDisposable {
  readonly registry: Registry;
  readonly planning: Planning;
  /** Begins a plan of ada's. */
  readonly start: (given: object, callerId?: string) => Promise<string>;
  /** Waits for the end of a plan and gives it as its owner sees it. */
  readonly ended: (id: string) => Promise<ReturnType<typeof viewOfPlan>>;
  readonly add: (agent: Agent) => Promise<void>;
}

/** What plans may have in tests. */
export const limits = { replyMs: 2000, planTasks: 50, planParallel: 8 };

/** Opens plans with agents. */
export async function openHouse(
  store: Store,
  dataFolder: string,
  agents: readonly Agent[],
  { leaseMs = 60_000, openPlans = 100 }: { readonly leaseMs?: number; readonly openPlans?: number } = {},
): Promise<House> {
  const log = openLog("silent");
  const clock = systemClock;
  const registry: Registry = new Registry({
    store,
    metrics: new Metrics(),
    log,
    clock,
    dataFolder,
    version: "0.0.0",
    contextFor: toolLess,
    cover: coverage(store, clock),
    replyFor: (agent) =>
      bidderReply(agent, dataFolder, (negotiation, bidder) => contracting.records.proposal(negotiation, bidder)),
  });
  const contracting: Contracting = new Contracting({ store, registry, clock, dataFolder });
  const add = async (agent: Agent): Promise<void> => void (await registry.add(agent, "http://127.0.0.1"));
  for (const agent of agents) await add(agent);
  const planning = new Planning({ store, contracting, clock, log, dataFolder, leaseMs, openPlans, limits });
  return {
    registry,
    planning,
    add,
    start: (given, callerId) => planning.start("ada", planDocument(planSchema.parse(given), limits, clock.now()), callerId),
    ended: async (id) => {
      const signal = AbortSignal.timeout(20_000);
      for (let kept = await planning.read(id); ; kept = await planning.changed(id, kept.session.entries.length, signal))
        if (kept.session.state.phase === "closed") return viewOfPlan(kept);
    },
    [Symbol.asyncDispose]: async () => {
      await planning[Symbol.asyncDispose]();
      await registry[Symbol.asyncDispose]();
    },
  };
}

/** An agent with one skill and one price; what it does with a job is its answer's data. */
export function worker(
  name: string,
  skill: string,
  price: number | ((job: Json) => number),
  work: (job: { readonly [key: string]: Json }, signal: AbortSignal) => Json | Promise<Json> = (job) => ({ by: name, job }),
): Agent {
  return defineAgent({
    profile: { name, description: "Works.", skills: [{ id: skill, name: skill, description: "Does what is asked." }] },
    bid: async ({ job }) => ({
      price: typeof price === "number" ? price : price(JSON.parse(JSON.stringify(job))),
      promisedMs: 60_000,
      quality: 0.5,
      reason: "because",
    }),
    execute: async (task, ctx) => {
      const { job } = JSON.parse(JSON.stringify(task.data));
      return { text: "done", data: await work(job, ctx.signal) };
    },
  });
}
