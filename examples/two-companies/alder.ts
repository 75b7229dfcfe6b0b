/** Alder runs stores. Its planner buys the splitting of its delivery network into two nights; its auditor looks at what it got. */
import { type Agent, type AgentContext, defineAgent } from "@entente/sdk";
import { z } from "zod";
import { maxCutText, networkOf, trafficBetween } from "./network.ts";

/** What Alder negotiates of a split. Price in credits, deadline in ms; the quality is what the auditor finds, and the region where the data may go. */
export const issues = [
  { name: "price", values: [2, 4, 6, 8], slo: "cost" },
  { name: "deadline", values: [1000, 2000, 4000], slo: "totalMs" },
  { name: "quality", values: ["0.95", "0.98", "0.99"] },
  { name: "region", values: ["eu", "us"] },
];

const wants = {
  preferences: {
    weights: { price: 3, deadline: 3, quality: 2, region: 1 },
    values: {
      price: { 2: 1, 4: 0.7, 6: 0.4, 8: 0.1 },
      deadline: { 1000: 1, 2000: 0.6, 4000: 0.2 },
      quality: { "0.95": 0.3, "0.98": 0.8, "0.99": 1 },
      region: { eu: 1, us: 0 },
    },
    reservation: 0.3,
  },
  // Whatever bargains for Alder: its data stays in the EU, and one split costs 8 credits at most.
  mandate: { issues: { region: { allow: ["eu"] }, price: { most: 8 } } },
};

const startedSchema = z.object({ negotiation: z.string() });
const endedSchema = z.object({
  status: z.enum(["open", "agreement", "no-deal"]),
  agreed: z.record(z.string(), z.string()).nullable(),
  agreement: z.string().nullable(),
  transcript: z.array(z.object({ act: z.string() })),
});
const listSchema = z.object({ negotiations: z.array(z.object({ id: z.string(), replaces: z.string().nullable() })) });
const splitSchema = z.object({ text: z.string(), data: z.object({ nights: z.string(), tookMs: z.number() }) });
const auditSchema = z.object({ data: z.object({ quality: z.number() }) });
const agreementSchema = z.object({
  status: z.string(),
  tasks: z.object({ ended: z.array(z.object({ broken: z.array(z.string()) })) }),
});

interface Agreed {
  readonly id: string;
  readonly terms: Readonly<Record<string, string>>;
}

const networks = 3;
const waitMs = 30_000;

/** Buys a split for each of three networks, and bargains again when one came too late. */
export const planner: Agent = defineAgent({
  name: "alder-planner",
  description: "Plans the deliveries of Alder's stores.",
  skills: [{ id: "plan-deliveries", name: "Plan deliveries", description: "Splits each delivery network into two nights" }],
  execute: async (_task, context) => {
    const { call, status } = context;
    status("Alder asks Birch for terms: price, deadline, quality and the region of its data.");
    const offer = { subject: "splitting delivery networks", with: ["birch-desk"], issues, rounds: 30, tasks: networks };
    const { negotiation } = startedSchema.parse(await call("negotiate_start", { ...offer, ...wants, onBreach: "renegotiate" }));
    let agreed = await agreedIn(negotiation, context);
    let credits = 0;
    for (let seed = 1; seed <= networks; seed++) {
      const { kept, cost } = await split(seed, agreed, context);
      credits += cost;
      if (kept) continue;
      status("That broke the agreement. The hub has opened the bargaining again, between the same two.");
      const { negotiations } = listSchema.parse(await call("negotiate_list", { party: "birch-desk" }));
      const again = negotiations.find(({ replaces }) => replaces === agreed.id);
      if (!again) throw new Error("wanted a session that replaces the broken agreement; got none");
      agreed = await agreedIn(again.id, context);
    }
    const done = agreementSchema.parse(await call("agreement_get", { id: agreed.id }));
    return {
      text: `${networks} networks split for ${credits} credits; the last agreement is ${done.status}.`,
      data: { agreement: agreed.id },
    };
  },
});

/** Looks at a plan: counts its traffic itself, and sets it against a plan of its own making with more time. */
export const auditor: Agent = defineAgent({
  name: "alder-auditor",
  description: "Says how good a split of a network is, beside the best that it finds itself.",
  skills: [{ id: "audit-split", name: "Audit a split", description: "Measures the quality of a split, 1 for the best known" }],
  execute: async ({ data }, { call }) => {
    const { seed, nights } = z.object({ seed: z.number(), nights: z.string() }).parse(data);
    const network = networkOf(seed);
    const own = await call("quantum_solve", { text: maxCutText(network), format: "mc", seconds: 2, seed: 7 });
    const best = Math.max(Number(own.objective), trafficBetween(network, nights));
    const quality = trafficBetween(network, nights) / best;
    return { text: `It keeps ${(quality * 100).toFixed(2)} % of the best known traffic apart.`, data: { quality } };
  },
});

async function agreedIn(negotiation: string, { call, status }: AgentContext): Promise<Agreed> {
  const ended = endedSchema.parse(await call("negotiate_status", { id: negotiation, waitMs }));
  if (ended.status !== "agreement" || !ended.agreed || !ended.agreement)
    throw new Error(`wanted an agreement with Birch; got ${ended.status}`);
  const { price, deadline, quality, region } = ended.agreed;
  const offers = ended.transcript.filter(({ act }) => act === "offer").length;
  status(
    `Agreed after ${offers} offers: ${price} credits, ${deadline} ms, quality ${quality}, data in ${region} (${ended.agreement}).`,
  );
  return { id: ended.agreement, terms: ended.agreed };
}

async function split(
  seed: number,
  { id, terms }: Agreed,
  { call, status }: AgentContext,
): Promise<{ kept: boolean; cost: number }> {
  const { region = "", price, deadline, quality: wanted } = terms;
  const { roads } = networkOf(seed);
  const work = { text: "Split this network into two nights", agreement: id, data: { seed, region } };
  const { data } = splitSchema.parse(await call("routing_send_message", work));
  const audit = { agent: "alder-auditor", text: "Audit this", data: { seed, nights: data.nights } };
  const { quality } = auditSchema.parse(await call("agent_send_message", audit)).data;
  const { tasks } = agreementSchema.parse(await call("agreement_get", { id }));
  const [newest] = tasks.ended;
  const broken = newest?.broken ?? [];
  status(
    `Network ${seed}, ${roads.length} roads: ${Math.round(data.tookMs)} ms where ${deadline} were agreed, quality ${quality.toFixed(3)} of ${wanted}` +
      `${broken.length > 0 ? `; broken: ${broken.join(", ")}` : "; kept"}.`,
  );
  return { kept: broken.length === 0, cost: Number(price) };
}
