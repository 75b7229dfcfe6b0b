/** A house of agents that bid for jobs, and one that has a job to give. */
import type { Bid } from "@entente/sdk";
import { Registry } from "../src/a2a/registry.ts";
import { type Agent, type AgentContext, defineAgent } from "../src/base/agent.ts";
import { systemClock } from "../src/base/clock.ts";
import { bidderReply } from "../src/negotiation/bidder.ts";
import { Contracting } from "../src/negotiation/contracting.ts";
import { coverage } from "../src/negotiation/coverage.ts";
import type { JobCall } from "../src/negotiation/job.ts";
import { openStore, type Store } from "../src/store/store.ts";
import { openLog } from "../src/telemetry/log.ts";
import { Metrics } from "../src/telemetry/metrics.ts";
import { scratchFolder } from "./scratch.ts";
import { toolLess } from "./tool-less.ts";

/** Is never aborted. */
export const never: AbortSignal = new AbortController().signal;
/** What a worker asks. */
export const offer = (price: number, more: Partial<Bid> = {}): Bid => ({
  price,
  promisedMs: 60_000,
  quality: 0.5,
  reason: "because",
  ...more,
});
/** Works until it is called off. */
export const untilAborted = ({ signal }: AgentContext): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));

/** An agent for the skill "work" that bids what it is told and answers with its name. */
export function worker(name: string, bid: Agent["bid"] | Bid, execute?: Agent["execute"]): Agent {
  return defineAgent({
    profile: { name, description: "Works.", skills: [{ id: "work", name: "Work", description: "Does what is asked." }] },
    execute: execute ?? (async () => ({ text: "done", data: { by: name } })),
    ...(typeof bid === "function" ? { bid } : bid ? { bid: async () => bid } : {}),
  });
}

const initiator = defineAgent({
  profile: { name: "asker", description: "Asks.", skills: [] },
  execute: async () => ({ text: "nothing" }),
});

/** What there is in it. */
export interface House {
  readonly store: Store;
  readonly registry: Registry;
  readonly contracting: Contracting;
}

/** Runs `work` in a house of these agents; `another` opens it again on the same store. */
export async function withHouse(
  agents: readonly Agent[],
  work: (house: House, another: () => Promise<House>) => Promise<void>,
  limits: { readonly liveTasks?: number } = {},
): Promise<void> {
  using folder = scratchFolder();
  const dataFolder = folder.path;
  await using store = await openStore({ url: "", dataFolder, clock: systemClock });
  const log = openLog("silent");
  const open = async (): Promise<House> => {
    const registry: Registry = new Registry({
      store,
      metrics: new Metrics(),
      log,
      clock: systemClock,
      dataFolder,
      version: "0.0.0",
      contextFor: toolLess,
      cover: coverage(store, systemClock),
      ...limits,
      replyFor: (agent) =>
        bidderReply(agent, dataFolder, (negotiation, bidder) => contracting.records.proposal(negotiation, bidder)),
    });
    const contracting: Contracting = new Contracting({ store, registry, clock: systemClock, dataFolder });
    for (const agent of [initiator, ...agents]) await registry.add(agent, "http://127.0.0.1");
    return { store, registry, contracting };
  };
  await work(await open(), open);
}

/** A job as it is called for, with what differs. */
export const job = (more: Partial<JobCall> = {}): JobCall => ({
  run: "run_1",
  subject: "the job",
  skill: "work",
  initiator: "asker",
  job: { run: "run_1", size: 3 },
  criteria: { price: 1, promisedTime: 0, reliability: 0, quality: 0 },
  awards: 1,
  replyMs: 5000,
  completeWithinMs: 20_000,
  ...more,
});
