/** The parties that are agents: the hub's side of negotiation/v1, over A2A messages. */
import { negotiationExtension } from "../../a2a/cards.ts";
import { dataPart } from "../../a2a/parts.ts";
import type { Registry } from "../../a2a/registry.ts";
import { asEntenteError } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import { operator } from "../../base/principals.ts";
import { negotiationErrors } from "../errors.ts";
import { aborted, orAborted } from "../or-aborted.ts";
import type { BargainedDocument } from "./agreement.ts";
import type { KeptBargain } from "./records.ts";
import { type BargainSession, type Happened, happenedBy, type TurnEffect, wordsOf } from "./session.ts";
import { actIn, type Problem, turnFor, turnParts } from "./turn.ts";

const mostAnswers = 3;
const firstPauseMs = 200;

/** What becomes of an answer. */
export interface Answering {
  /** Has the party act. Rejects with OFFER_INVALID, MANDATE_EXCEEDED, ACT_REFUSED. */
  act(happened: Happened): Promise<void>;
  /** Whether the session has gone on meanwhile, so that the turn is over. */
  goneOn(): boolean;
}

/** See the head of this file. */
export class AgentParties {
  readonly #registry: Registry;
  readonly #log: Logger;

  constructor(registry: Registry, log: Logger) {
    this.#registry = registry;
    this.#log = log;
  }

  /**
   * Sends an agent its turn until it has acted. An answer that does not count is told what was wrong with it, a few times; an agent that
   * cannot be reached is asked again until its time is up, which is when the signal is aborted. `replyBy` is on the clock, ms.
   */
  async ask(kept: KeptBargain, turn: TurnEffect, replyBy: number, signal: AbortSignal, answering: Answering): Promise<void> {
    const { id, session, openedBy } = kept;
    let problem: Problem | undefined;
    let bad = 0;
    for (let pauseMs = firstPauseMs; !signal.aborted; ) {
      try {
        const parts = turnParts(turnFor(id, session, turn, replyBy, problem));
        const options = { extensions: [negotiationExtension], contextId: id, signal };
        const reply = await orAborted(this.#registry.send(turn.to, parts, openedBy, options), signal);
        const act = reply.kind === "message" ? actIn(reply.parts) : undefined;
        if (!act)
          throw negotiationErrors.OFFER_INVALID({ problem: "wanted a message with a data part: an act of offer, accept or end" });
        await answering.act(happenedBy(session.terms, turn.to, act));
        return;
      } catch (thrown) {
        if (signal.aborted) return;
        const { code, message } = asEntenteError(thrown);
        if (code === "ACT_REFUSED" && answering.goneOn()) return;
        if (code === "OFFER_INVALID" || code === "MANDATE_EXCEEDED" || code === "ACT_REFUSED") {
          problem = { code, message };
          bad += 1;
          if (bad < mostAnswers) continue;
          // What a mandate says is the party's own; the others hear that there was one.
          const reason = code === "MANDATE_EXCEEDED" ? "its mandate" : message;
          await answering.act({ event: { type: "end", from: turn.to, reason } });
          return;
        }
        this.#log.warn({ err: thrown, agent: turn.to, negotiation: id }, "an agent could not be told of its turn");
        await aborted(AbortSignal.any([signal, AbortSignal.timeout(pauseMs)]));
        pauseMs *= 2;
      }
    }
  }

  /** Tells the agents of a session's end. A courtesy: whoever does not hear it finds the end in negotiate_status. */
  tellEnd(id: string, { terms, state }: BargainSession, document: BargainedDocument | undefined): void {
    const { outcome, agreed, reason } = state.result ?? {};
    const data = {
      act: "closed",
      negotiation: id,
      outcome,
      ...(agreed ? { agreed: wordsOf(terms, agreed) } : {}),
      ...(reason ? { reason } : {}),
      ...(document ? { agreement: document.id } : {}),
    };
    const options = { extensions: [negotiationExtension], contextId: id };
    for (const { name, by } of terms.parties)
      if (by === "agent" && this.#registry.has(name))
        this.#registry
          .send(name, [dataPart(data)], operator.id, options)
          .catch((error: unknown) =>
            this.#log.warn({ err: error, agent: name, negotiation: id }, "an agent was not told of an end"),
          );
  }
}
