/**
 * A party that is bargained for by its client's own model, over MCP sampling. The client brings each answer back in a call of its own, with
 * what the hub gave it along, sealed: the session, how far it had come, and how many answers there were. An answer to a session that has
 * gone on meanwhile is dropped.
 */
import { z } from "zod";
import { asEntenteError } from "../../../base/errors.ts";
import type { Json } from "../../../base/json.ts";
import type { SampleAnswer, SampleRequest } from "../../../base/tool.ts";
import type { Bargaining } from "../bargaining.ts";
import { seatMandates } from "../guard.ts";
import type { BargainRecords, KeptBargain } from "../records.ts";
import { type TurnEffect, wordsOf } from "../session.ts";
import { readAnswer } from "./answer.ts";
import { promptAgain, promptFor } from "./prompt.ts";
import { outward } from "./speech.ts";

const maxTokens = 1024;
const stateSchema = z.object({ id: z.string(), party: z.string(), after: z.number(), answers: z.number(), bad: z.number() });

/** What came of the answers of a client's model so far. */
export interface Played {
  readonly answers: number;
  /** Answers in a row that did not count, and the last of them with what was wrong with it. */
  readonly bad: number;
  readonly problem: string | null;
  readonly said: string;
}

const nothing: Played = { answers: 0, bad: 0, problem: null, said: "" };

/** Has a party act as its client's model said, where it said something. */
export async function afterSample(
  bargaining: Bargaining,
  kept: KeptBargain,
  party: string,
  sampled: SampleAnswer | undefined,
): Promise<Played> {
  const asked = stateSchema.safeParse(sampled?.state).data;
  if (!sampled || asked?.id !== kept.id || asked.party !== party) return nothing;
  const { answers, after, bad } = asked;
  const wrong = (problem: string): Played => ({ answers, bad: bad + 1, problem, said: sampled.text });
  const counted: Played = { ...nothing, answers };
  if (kept.session.entries.length !== after) return counted;
  const { terms, state } = kept.session;
  const read = readAnswer(sampled.text, terms, state.standing && wordsOf(terms, state.standing.outcome));
  if ("problem" in read) return wrong(read.problem);
  const mandates = await seatMandates(bargaining.records, kept, party, "model");
  try {
    await bargaining.act(kept.id, party, outward(read.act, mandates), "model", after);
    return counted;
  } catch (thrown) {
    const { code, message } = asEntenteError(thrown);
    if (code !== "OFFER_INVALID" && code !== "MANDATE_EXCEEDED" && code !== "ACT_REFUSED") throw thrown;
    return wrong(message);
  }
}

/** What to ask the client's model in a turn. */
export async function sampleFor(
  records: BargainRecords,
  kept: KeptBargain,
  turn: TurnEffect,
  instructions: string | undefined,
  { answers, bad, problem, said }: Played,
): Promise<{ readonly request: SampleRequest; readonly state: Json }> {
  const { id, session, seats } = kept;
  const mandates = await seatMandates(records, kept, turn.to, "model");
  const first = promptFor({ session, turn, preferences: seats[turn.to]?.preferences, mandates, instructions });
  const [system, ...messages] = problem === null ? first : promptAgain(first, said, problem);
  return {
    request: {
      system: system?.content ?? "",
      messages: messages.map(({ role, content }) => ({ role: role === "assistant" ? role : "user", text: content })),
      maxTokens,
    },
    state: { id, party: turn.to, after: session.entries.length, answers: answers + 1, bad },
  };
}
