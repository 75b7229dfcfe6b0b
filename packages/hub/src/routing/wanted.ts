/** What the tools take: a request for an agent as JSON, and what it becomes. */
import { z } from "zod";
import { type Chain, chainSchema, dataClasses } from "../base/sla-extension.ts";
import type { TextReading } from "./candidate.ts";
import { type RouteRequest, routeRequest } from "./request.ts";

const names = z.array(z.string()).default([]);

/** A request for an agent. */
export const wantedSchema = z.object({
  text: z.string().default("").describe("what is wanted, in words; matched with what agents say of their skills"),
  skill: z.string().optional().describe("a skill's id, or one of its tags"),
  inputModes: names.describe("media types that the agent must take"),
  outputModes: names.describe("media types that the agent must give"),
  extensions: names.describe("URIs of A2A extensions that it must support"),
  region: z.string().optional().describe("region that it must be in, as its card names it"),
  dataClass: z.enum(dataClasses).optional().describe("class of the data sent: only agents that accept it are asked"),
  mayRetain: z.boolean().default(true).describe("the agent may keep what it is given"),
  mayTrain: z.boolean().default(true).describe("the agent may train on what it is given"),
  maxPrice: z.number().min(0).optional().describe("most credits that the agent may charge"),
  allow: names.describe("only these agents"),
  deny: names.describe("none of these agents"),
  agreement: z
    .string()
    .optional()
    .describe("an agreement that the caller has: its contractor alone is asked, and the task counts and is judged under it"),
  withinMs: z.number().positive().optional().describe("time until an answer is of no use any more, ms"),
  idempotent: z.boolean().default(false).describe("sending it twice does no harm, so it may be retried and hedged"),
  aim: z.enum(["first-event", "end"]).default("end").describe("what is waited for: the first sign of life or the end"),
  chain: chainSchema
    .optional()
    .describe("the chain of work this belongs to, as it came in the message's metadata; its limit is the most it may cost"),
});
export type Wanted = z.output<typeof wantedSchema>;

/** The request that was meant. `chain` is the one it belongs to, `now` the moment from which its time counts. */
export function requestOf(wanted: Wanted, chain: Chain, reading: TextReading, now: number): RouteRequest {
  const { skill, region, maxPrice, withinMs, dataClass, mayRetain, mayTrain } = wanted;
  const words = new Set(reading.wordsOf(wanted.text));
  return routeRequest({
    ...wanted,
    skill,
    region,
    maxPrice,
    chain,
    words,
    vector: words.size === 0 ? new Float32Array(0) : reading.vectorOf(wanted.text),
    data: { class: dataClass, mayRetain, mayTrain },
    deadlineAt: withinMs === undefined ? undefined : now + withinMs,
  });
}
