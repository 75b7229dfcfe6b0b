/** Birch sells optimisation. Its desk bargains and answers for the work; its engine does it, with the hub's solvers. */
import { type AdditivePreferences, deadlineMicro } from "@entente/negotiation";
import { type Agent, type AgentContext, bargainBy, defineAgent, type Table } from "@entente/sdk";
import { z } from "zod";
import { maxCutText, networkOf } from "./network.ts";

const jobSchema = z.object({ seed: z.number(), region: z.string() });
const workedSchema = z.object({ data: z.object({ nights: z.string() }) });
const listSchema = z.object({ agreements: z.array(z.object({ id: z.string() })) });
const agreementSchema = z.object({ document: z.object({ terms: z.record(z.string(), z.string()) }) });

const home = "eu";
// How long the engine searches. The desk does not know: on purpose it promises a second at first, and finds out.
const searchSeconds = 1.4;

/** Sells splits. What a deadline is worth to it follows from how long its own work took, once it has done some. */
export function makeDesk(): Agent {
  let longestMs = 0;
  return defineAgent({
    name: "birch-desk",
    description: "Sells the splitting of networks: agrees on terms, and answers for the work.",
    skills: [
      {
        id: "split-network",
        name: "Split a network",
        description: "Splits a network into two halves with most traffic between them",
      },
    ],
    negotiate: bargainBy((table) =>
      deadlineMicro.start({ ...table, domain: table, preferences: preferencesAt(table, longestMs), seed: 1 }),
    ),
    execute: async ({ data }, { call, status }) => {
      const job = jobSchema.parse(data);
      const began = performance.now();
      status("passing it to Birch's engine");
      const request = { text: "Split this network", skill: "search-split", allow: ["birch-engine"], data: job };
      const worked = workedSchema.parse(await call("routing_send_message", request));
      const tookMs = performance.now() - began;
      longestMs = Math.max(longestMs, tookMs);
      return { text: "Split.", data: { nights: worked.data.nights, tookMs }, cost: await agreedPrice(call) };
    },
  });
}

/** Searches for a split, in the region where it runs and nowhere else. */
export const engine: Agent = defineAgent({
  name: "birch-engine",
  description: "Searches for the best split of a network.",
  skills: [{ id: "search-split", name: "Search a split", description: "Searches for a split by annealing" }],
  execute: async ({ data }, { call }) => {
    const { seed, region } = jobSchema.parse(data);
    if (region !== home) throw new Error(`this engine runs in ${home}; the job asks for ${region}`);
    const solved = await call("quantum_solve", { text: maxCutText(networkOf(seed)), format: "mc", seconds: searchSeconds, seed });
    return { text: `Traffic of ${solved.objective} between the nights.`, data: { nights: String(solved.bits) } };
  },
});

// What the newest agreement with Alder says, which is the one that it works under.
async function agreedPrice(call: AgentContext["call"]): Promise<number> {
  const { agreements } = listSchema.parse(await call("agreement_list", { party: "alder-planner", status: "active", limit: 1 }));
  const { document } = agreementSchema.parse(await call("agreement_get", { id: agreements[0]?.id ?? "" }));
  return Number(document.terms.price);
}

// Price before all. A deadline that Birch has seen itself miss is worth nothing, and no deal with it is good enough.
function preferencesAt({ issues }: Table, longestMs: number): AdditivePreferences {
  const rising = (values: readonly string[]) => values.map((_, at) => (values.length < 2 ? 1 : at / (values.length - 1)));
  const worth: Readonly<Record<string, (values: readonly string[]) => readonly number[]>> = {
    price: rising,
    deadline: (values) => values.map((value) => (longestMs === 0 ? 0.9 : Number(value) < longestMs * 1.1 ? 0 : 1)),
    quality: (values) => rising(values).toReversed(),
    region: (values) => values.map((value) => (value === home ? 1 : 0)),
  };
  const weight: Readonly<Record<string, number>> = { price: 0.3, deadline: 0.4, quality: 0.1, region: 0.2 };
  return {
    kind: "additive",
    weights: issues.map(({ name }) => weight[name] ?? 0),
    evaluations: issues.map(({ name, values }) => [...(worth[name]?.(values) ?? values.map(() => 0))]),
    reservation: 0.62,
  };
}
