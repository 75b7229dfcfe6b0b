import { type ContractNetState, contractNet, explain } from "@entente/negotiation";
import { z } from "zod";
import { baseErrors } from "../../base/errors.ts";
import { defineNegotiationTool } from "../desk.ts";
import { replay } from "../transcript.ts";

const partSchema = z.object({ offered: z.number().nullable(), score: z.number(), weight: z.number(), points: z.number() });

export default defineNegotiationTool({
  name: "negotiation_get",
  description:
    "One negotiation by Contract Net whole: who was asked, each bid with its price, promised time, quality and reason, how the bids were scored, who won and why, every event, and the agreement.",
  input: z.object({ id: z.string().describe("a negotiation id (neg_…)") }),
  output: z.object({
    id: z.string(),
    run: z.string().nullable(),
    subject: z.string(),
    status: z.string(),
    result: z.string().nullable(),
    because: z.string(),
    createdAt: z.number(),
    participants: z.array(
      z.object({
        name: z.string(),
        standing: z.string(),
        price: z.number().nullable(),
        promisedMs: z.number().nullable(),
        quality: z.number().nullable(),
        reason: z.string().nullable(),
      }),
    ),
    ranking: z.array(
      z.object({ name: z.string(), place: z.number(), total: z.number(), parts: z.record(z.string(), partSchema) }),
    ),
    events: z.array(z.object({ at: z.number(), event: z.record(z.string(), z.json()) })),
    agreements: z.array(z.string()),
  }),
  hints: { readOnly: true },
  run: async (input, _ctx, { store }) => {
    const row = await store.db
      .selectFrom("negotiations")
      .selectAll()
      .where("id", "=", input.id)
      .where("protocol", "=", "contract-net")
      .executeTakeFirst();
    if (!row) throw baseErrors.NOT_FOUND({ what: "negotiation", id: input.id });
    const session = replay(JSON.parse(row.terms_json), JSON.parse(row.events_json));
    const explained = explain(session.state);
    const agreements = await store.db
      .selectFrom("agreements")
      .select("id")
      .where("negotiation_id", "=", row.id)
      .orderBy("created_at")
      .execute();
    return {
      id: row.id,
      run: row.run_id,
      subject: row.subject,
      status: row.status,
      result: contractNet.result(session.state)?.outcome ?? null,
      because: explained.because,
      createdAt: row.created_at,
      participants: session.state.participants.map(participantOf),
      ranking: explained.bids.map((bid) => ({ name: bid.name, place: bid.place, total: bid.total, parts: { ...bid.parts } })),
      events: session.entries.map((entry) => ({
        at: entry.at,
        event: JSON.parse(JSON.stringify("event" in entry ? entry.event : { type: "pause", ms: entry.pauseMs })),
      })),
      agreements: agreements.map((agreement) => agreement.id),
    };
  },
});

function participantOf(participant: ContractNetState["participants"][number]) {
  const { proposal } = participant;
  const details = z.object({ reason: z.string() }).safeParse(proposal?.details);
  return {
    name: participant.name,
    standing: participant.standing,
    price: proposal?.price ?? null,
    promisedMs: proposal?.promisedMs ?? null,
    quality: proposal?.quality ?? null,
    reason: participant.reason ?? (details.success ? details.data.reason : null),
  };
}
