import { Registry } from "../../src/a2a/registry.ts";
import { type Agent, defineAgent } from "../../src/base/agent.ts";
import { type Clock, systemClock } from "../../src/base/clock.ts";
import type { Logger } from "../../src/base/logger.ts";
import type { ModelEndpoint } from "../../src/base/model-endpoint.ts";
import { Models } from "../../src/models/models.ts";
import { type BargainCall, Bargaining } from "../../src/negotiation/bargains/bargaining.ts";
import { preferencesSchema, readPreferences } from "../../src/negotiation/bargains/preferences.ts";
import type { SeatSecrets } from "../../src/negotiation/bargains/seat.ts";
import type { BargainIssue } from "../../src/negotiation/bargains/terms.ts";
import { bidderReply } from "../../src/negotiation/bidder.ts";
import type { Store } from "../../src/store/store.ts";
import { openLog } from "../../src/telemetry/log.ts";
import { Metrics } from "../../src/telemetry/metrics.ts";
import { toolLess } from "../tool-less.ts";

/** A hub's bargaining over a store, without the rest of the hub. */
export interface House extends AsyncDisposable {
  readonly registry: Registry;
  readonly bargaining: Bargaining;
  readonly models: Models;
}

/** How a house differs from most. */
export interface HouseOptions {
  readonly clock?: Clock;
  readonly leaseMs?: number;
  readonly endpoints?: Readonly<Record<string, ModelEndpoint>>;
  readonly answers?: number;
  readonly tokensPerSession?: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly log?: Logger;
}

/** Opens bargaining with agents; those with `negotiate` are sent their turns. */
export async function openHouse(
  store: Store,
  dataFolder: string,
  agents: readonly Agent[],
  {
    clock = systemClock,
    leaseMs = 60_000,
    endpoints = {},
    answers = 3,
    tokensPerSession = 1_000_000,
    environment = {},
    log = openLog("silent"),
  }: HouseOptions = {},
): Promise<House> {
  const registry = new Registry({
    store,
    metrics: new Metrics(),
    log,
    clock,
    dataFolder,
    version: "0.0.0",
    contextFor: toolLess,
    replyFor: (agent) => bidderReply(agent, dataFolder, async () => undefined),
  });
  for (const agent of agents) await registry.add(agent, "http://127.0.0.1");
  const metrics = new Metrics();
  const models = new Models({ endpoints, defaultName: "", dataFolder, environment, clock, metrics });
  const bargaining = new Bargaining({
    ...{ store, registry, clock, log, dataFolder, leaseMs },
    openBargains: 1_000_000,
    byModel: { models, metrics, answers, tokensPerSession },
  });
  return {
    registry,
    bargaining,
    models,
    [Symbol.asyncDispose]: async () => {
      await bargaining[Symbol.asyncDispose]();
      await models[Symbol.asyncDispose]();
      await registry[Symbol.asyncDispose]();
    },
  };
}

/** An agent that does nothing but, perhaps, bargain. */
export function party(name: string, negotiate?: Agent["negotiate"]): Agent {
  return defineAgent({
    profile: { name, description: "Bargains.", skills: [{ id: "work", name: "Work", description: "Works." }] },
    execute: async () => ({ text: "done" }),
    ...(negotiate ? { negotiate } : {}),
  });
}

/** Price, time and place of a job. */
export const jobIssues: readonly BargainIssue[] = [
  { name: "price", values: ["2", "4", "6", "8", "10"], slo: "cost" },
  { name: "time", values: ["500", "1000", "2000"], slo: "totalMs" },
  { name: "region", values: ["eu", "us"] },
];

/** Somebody who pays and waits, or is paid and takes time. */
export function wants(side: "buyer" | "seller", more: Partial<SeatSecrets> = {}): SeatSecrets {
  const rising = side === "seller";
  const scale = (values: readonly string[], up: boolean): Record<string, number> =>
    Object.fromEntries(values.map((value, at) => [value, (up ? at : values.length - 1 - at) / (values.length - 1)]));
  const words = preferencesSchema.parse({
    weights: rising ? { price: 3, time: 1, region: 1 } : { price: 2, time: 2, region: 1 },
    values: {
      price: scale(["2", "4", "6", "8", "10"], rising),
      time: scale(["500", "1000", "2000"], rising),
      region: { eu: rising ? 0.2 : 1, us: rising ? 1 : 0 },
    },
    reservation: 0.3,
  });
  return { preferences: readPreferences(jobIssues, words), ...more };
}

/** A session between two about a job. */
export function jobCall(more: Partial<BargainCall> = {}): BargainCall {
  return {
    subject: "the job",
    issues: jobIssues,
    openedBy: "ada",
    parties: ["ada", "bob"],
    seats: {},
    byTool: ["ada", "bob"],
    rounds: 20,
    moveWithinMs: 60_000,
    provider: "bob",
    tasks: 1,
    validMs: 3_600_000,
    onBreach: "nothing",
    ...more,
  };
}
