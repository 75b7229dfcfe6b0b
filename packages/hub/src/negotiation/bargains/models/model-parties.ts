/**
 * The parties for which a language model bargains: in each turn it is asked, told what was wrong with an answer that does not count, a few
 * times, and then its fallback takes the turn. No transaction is open while a model thinks. The time for its answers ends before the turn
 * does, so that the fallback never comes too late.
 */
import type { Clock } from "../../../base/clock.ts";
import { asEntenteError, type EntenteError } from "../../../base/errors.ts";
import type { Logger } from "../../../base/logger.ts";
import type { ChatAnswer, ChatMessage } from "../../../models/chat.ts";
import type { Models } from "../../../models/models.ts";
import type { EventLog, NewEvent } from "../../../store/event-log.ts";
import type { Metrics } from "../../../telemetry/metrics.ts";
import { negotiationErrors } from "../../errors.ts";
import { seatMandates } from "../guard.ts";
import type { BargainRecords, KeptBargain } from "../records.ts";
import { type Happened, happenedBy, type TurnEffect, wordsOf } from "../session.ts";
import { readAnswer } from "./answer.ts";
import type { ModelSeat } from "./model-seat.ts";
import { answerSchema, promptAgain, promptFor } from "./prompt.ts";
import { outward } from "./speech.ts";

/** What models' parties stand on. */
export interface ModelPartiesInput {
  readonly models: Models;
  readonly events: EventLog;
  readonly records: BargainRecords;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Answers in one turn before the fallback takes it, and tokens in one session. */
  readonly answers: number;
  readonly tokensPerSession: number;
}

/** How a turn is taken. */
export interface TakingTurn {
  /** Has the party act as its model said. Rejects with OFFER_INVALID, MANDATE_EXCEEDED, ACT_REFUSED. */
  act(happened: Happened): Promise<void>;
  /** Has the fallback act, with the news of it. */
  fallBack(to: ModelSeat["fallback"], news: NewEvent): Promise<void>;
  /** Whether the session has gone on meanwhile, so that the turn is over. */
  goneOn(): boolean;
}

const eventKind = "model.asked";
const page = 1000;

/** See the head of this file. */
export class ModelParties {
  readonly #input: ModelPartiesInput;

  constructor(input: ModelPartiesInput) {
    this.#input = input;
  }

  /** Has a party's model, or its fallback, take a turn that ends in `leftMs`; nothing happens once the signal is aborted. */
  async take(
    kept: KeptBargain,
    turn: TurnEffect,
    seat: ModelSeat,
    leftMs: number,
    signal: AbortSignal,
    taking: TakingTurn,
  ): Promise<void> {
    const { metrics, log } = this.#input;
    const { endpoint, fallback } = seat;
    const problem = await this.#taken(kept, turn, seat, leftMs, signal, taking);
    const acted = problem === "acted";
    if (!acted && (!problem || signal.aborted || taking.goneOn())) return;
    metrics.modelTurns.inc({ endpoint, outcome: acted ? problem : problem.code });
    if (acted) return;
    log.warn({ problem: problem.message, negotiation: kept.id, party: turn.to }, "a model's fallback takes its turn");
    const data = { about: kept.session.terms.subject, endpoint, code: problem.code, fallback };
    await taking.fallBack(fallback, { kind: "bargain.fell-back", actor: turn.to, subject: kept.id, data });
  }

  // Gives why the model did not take the turn; undefined when nobody must any more.
  async #taken(
    kept: KeptBargain,
    turn: TurnEffect,
    { endpoint, instructions }: ModelSeat,
    leftMs: number,
    signal: AbortSignal,
    taking: TakingTurn,
  ): Promise<EntenteError | "acted" | undefined> {
    const { models, clock, records, answers, tokensPerSession } = this.#input;
    const { id, session, seats } = kept;
    const { terms } = session;
    const until = clock.now() + leftMs - fallbackMs(leftMs);
    const mandates = await seatMandates(records, kept, turn.to, "model");
    const { preferences } = seats[turn.to] ?? {};
    const first = promptFor({ session, turn, preferences, mandates, instructions });
    const schema = answerSchema(terms, mandates);
    const standing = turn.standing && wordsOf(terms, turn.standing.outcome);
    let messages: readonly ChatMessage[] = first;
    let problem = "";
    for (let bad = 0; bad < answers; bad++) {
      const used = await this.#used(id);
      if (used >= tokensPerSession)
        return negotiationErrors.MODEL_TOKENS_SPENT({ negotiation: id, used, limit: tokensPerSession });
      let answer: ChatAnswer;
      try {
        // What the operator shares with nobody any more is not used in sessions that had begun, either.
        models.resolve(endpoint, kept.openedBy);
        answer = await models.ask(endpoint, { messages, schema }, Math.max(0, until - clock.now()), signal);
        const { promptTokens, completionTokens } = answer;
        const data = { endpoint, model: models.modelOf(endpoint), promptTokens, completionTokens };
        await this.#input.events.record({ kind: eventKind, actor: turn.to, subject: id, data });
      } catch (thrown) {
        return signal.aborted ? undefined : asEntenteError(thrown);
      }
      if (signal.aborted || taking.goneOn()) return undefined;
      const { text, cut } = answer;
      const read = readAnswer(text, terms, standing);
      if ("problem" in read) problem = cut ? `it was too long and was cut off; ${read.problem}` : read.problem;
      else
        try {
          await taking.act(happenedBy(terms, turn.to, outward(read.act, mandates)));
          return "acted";
        } catch (thrown) {
          const { code, message } = asEntenteError(thrown);
          if (signal.aborted || (code === "ACT_REFUSED" && taking.goneOn())) return undefined;
          if (code !== "OFFER_INVALID" && code !== "MANDATE_EXCEEDED" && code !== "ACT_REFUSED") throw thrown;
          problem = message;
        }
      messages = promptAgain(first, text, problem);
    }
    return negotiationErrors.MODEL_ANSWERS_WRONG({ party: turn.to, answers, problem });
  }

  // What the session's model has used so far, at whichever hub.
  async #used(id: string): Promise<number> {
    let [used, after] = [0, 0];
    for (;;) {
      const events = await this.#input.events.read({ kind: eventKind, subject: id, after, limit: page });
      for (const { data } of events) used += Number(data.promptTokens) + Number(data.completionTokens);
      if (events.length < page) return used;
      after = events.at(-1)?.seq ?? after;
    }
  }
}

// A tenth of a turn, and never more than two seconds.
function fallbackMs(leftMs: number): number {
  return Math.min(2000, leftMs / 10);
}
