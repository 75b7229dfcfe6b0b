import { z } from "zod";
import type { Json } from "../../base/json.ts";
import { defineNegotiationTool } from "../desk.ts";

export default defineNegotiationTool({
  name: "negotiation_contract_job",
  description:
    "Gets a job done by Contract Net: announces it over A2A to every agent with the skill, awards it by weighted price, promised time, past reliability and promised quality, has both sides sign an agreement, watches it, and awards again when the winner fails. Called again for the same run and subject it goes on or gives the result.",
  input: z.object({
    run: z.string(),
    subject: z.string(),
    skill: z.string(),
    job: z.record(z.string(), z.json()),
    criteria: z.object({
      price: z.number().min(0),
      promisedTime: z.number().min(0),
      reliability: z.number().min(0),
      quality: z.number().min(0),
    }),
    awards: z.int().min(1).max(10).default(1).describe("how many bidders are to do the job, each whole"),
    most: z.number().min(0).optional().describe("most that one winner may ask for, in credits; bidders are not told"),
    replyMs: z.int().min(1),
    completeWithinMs: z.int().min(1),
  }),
  output: z.object({
    negotiation: z.string(),
    results: z.array(z.object({ contractor: z.string(), price: z.number(), output: z.json() })),
  }),
  run: async (input, ctx, desk) => {
    const done = await desk.contracting.contract(
      { ...input, job: input.job as { readonly [key: string]: Json }, initiator: ctx.principal.id },
      ctx.signal,
    ); // why: z.json() values are Json
    return { negotiation: done.negotiation, results: JSON.parse(JSON.stringify(done.results)) };
  },
});
