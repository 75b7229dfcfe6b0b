/**
 * One session of alternating offers at work on this hub: takes its acts one after another, and carries it on - asks an agent over A2A, a
 * language model or a strategy in its turn, waits for a party that acts by tools, and keeps the deadlines.
 */
import { type AlternatingOffersEvent, alternatingOffers } from "@entente/negotiation";
import type { Clock } from "../../base/clock.ts";
import { EntenteError } from "../../base/errors.ts";
import type { PartyKey } from "../../security/keys.ts";
import type { NewEvent } from "../../store/event-log.ts";
import { negotiationErrors } from "../errors.ts";
import { aborted } from "../or-aborted.ts";
import type { AgentParties } from "./agent-parties.ts";
import { agreementOf, signForAll } from "./agreement.ts";
import { guarded, seatMandates } from "./guard.ts";
import type { Writer } from "./mandate.ts";
import type { ModelParties } from "./models/model-parties.ts";
import type { ModelSeat } from "./models/model-seat.ts";
import { newsOf } from "./news.ts";
import type { BargainRecords, KeptBargain } from "./records.ts";
import { StrategySeat } from "./seat.ts";
import { advanceBargain, type Happened, type TurnEffect, turnOf } from "./session.ts";

/** What a session at work stands on. */
export interface AtWorkInput {
  readonly records: BargainRecords;
  readonly clock: Clock;
  readonly hub: string;
  readonly agents: AgentParties;
  readonly models: ModelParties;
  readonly keyOf: (party: string) => Promise<PartyKey>;
  /** The session as the store has it. Throws NOT_FOUND. */
  readonly known: (id: string) => Promise<KeptBargain>;
}

/** What an act may bring beside itself. */
export interface Acting {
  /** How many events the session had when it was thought of; in a longer one it counts no more. */
  readonly after?: number | undefined;
  /** Told with it. */
  readonly news?: readonly NewEvent[];
  /** Whether it is on disk before whoever acted hears of it; behind, when left out. */
  readonly disk?: "waits" | "behind";
}

const tooLate = { refused: "not-your-turn" } as const;
const longestTimerMs = 2 ** 31 - 1;
// Made once: it says where it was made to nobody, and happens with every act.
const goneOn = new Error("the negotiation has gone on");

/** See the head of this file. */
export class BargainAtWork {
  kept: KeptBargain;
  /** Whether this hub carries it on now. */
  driving = false;
  /** Resolved when the session has ended, or is another hub's. */
  readonly over: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #input: AtWorkInput;
  readonly #seats = new Map<string, StrategySeat>();
  // Acts are taken one after another.
  #queue: Promise<unknown> = Promise.resolve();
  #wake = (): void => {};
  #moved: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(kept: KeptBargain, input: AtWorkInput) {
    this.kept = kept;
    this.#input = input;
  }

  /** Resolves when the session has gone on from where it is now. */
  get moved(): Promise<void> {
    return this.#moved.promise;
  }

  /** Looks again whose turn it is. */
  wake(): void {
    this.#wake();
  }

  /**
   * Takes an act, after all that came before it here, and by the store's own numbering between hubs. Who acts by a tool hears that its act
   * is on disk; the others hear nothing but their next turn. Throws ACT_REFUSED, MANDATE_EXCEEDED.
   */
  apply(happened: Happened, writer: Writer, acting: Acting = {}): Promise<void> {
    const applied = this.#queue.then(() => this.#applied(happened, writer, acting));
    this.#queue = applied.catch(() => {}); // Whoever asked hears of it.
    return applied;
  }

  /** Waits for whoever's turn it is, or acts for it, until the session is over or is no more for this hub to carry on. */
  async carryOn(ours: () => boolean): Promise<void> {
    while (ours()) {
      const { session } = this.kept;
      const turn = turnOf(session);
      const due = alternatingOffers.nextTimer(session.state);
      if (!turn || due === undefined) return;
      const left = due - this.#sessionNow();
      if (left <= 0) {
        await this.apply({ event: { type: "timer" } }, "operator");
        continue;
      }
      const by = session.terms.parties.find(({ name }) => name === turn.to)?.by ?? "self";
      if (by === "strategy") {
        await this.#actByStrategy(turn);
        continue;
      }
      const model = this.kept.seats[turn.to]?.model;
      const until = new AbortController();
      this.#wake = () => until.abort(goneOn);
      const timer = setTimeout(() => until.abort(new Error("the party's time is up")), Math.min(left, longestTimerMs));
      try {
        if (by === "agent")
          await this.#input.agents.ask(this.kept, turn, this.#input.clock.now() + left, until.signal, {
            act: (happened) => this.apply(happened, "agent"),
            goneOn: () => this.kept.session !== session,
          });
        else if (by === "model" && model)
          await this.#input.models.take(this.kept, turn, model, left, until.signal, {
            act: (happened) => this.apply(happened, "model", { after: session.entries.length }),
            fallBack: (to, news) => this.#fallBack(turn, to, news),
            goneOn: () => this.kept.session !== session,
          });
        else await aborted(until.signal);
      } finally {
        clearTimeout(timer);
        this.#wake = () => {};
      }
    }
  }

  async #fallBack(turn: TurnEffect, to: ModelSeat["fallback"], news: NewEvent): Promise<void> {
    if (to === "strategy") return this.#actByStrategy(turn, [news]);
    const event = { type: "end", from: turn.to, reason: "no answer" } as const;
    await this.apply({ event }, "model", { after: this.kept.session.entries.length, news: [news] });
  }

  async #actByStrategy(turn: TurnEffect, news: readonly NewEvent[] = []): Promise<void> {
    const { session, seats } = this.kept;
    let seat = this.#seats.get(turn.to);
    if (!seat) {
      const mandates = await seatMandates(this.#input.records, this.kept, turn.to, "strategy");
      seat = new StrategySeat(session.terms, turn.to, seats[turn.to] ?? {}, mandates);
      this.#seats.set(turn.to, seat);
    }
    const action = seat.act(session, turn);
    const from = turn.to;
    const event: AlternatingOffersEvent =
      action.act === "offer" ? { type: "offer", from, outcome: action.outcome } : { type: action.act, from };
    await this.apply({ event }, "strategy", { news }).catch(async (thrown: unknown) => {
      const refused = thrown instanceof EntenteError && thrown.code === "ACT_REFUSED";
      if (refused && this.kept.session !== session) return;
      if (!refused && !(thrown instanceof EntenteError && thrown.code === "MANDATE_EXCEEDED")) throw thrown;
      // What a mandate says is the party's own; the others hear that there was one.
      const reason = refused ? thrown.message : "its mandate";
      await this.apply({ event: { type: "end", from, reason } }, "strategy", { news });
    });
  }

  async #applied(happened: Happened, writer: Writer, { after, news: more = [], disk = "behind" }: Acting): Promise<void> {
    for (;;) {
      const { kept } = this;
      const { id } = kept;
      const late = after !== undefined && after !== kept.session.entries.length;
      const advance = late ? tooLate : advanceBargain(kept.session, happened, this.#sessionNow());
      const { event } = happened;
      if ("refused" in advance) {
        if (event.type === "timer" || advance.refused === undefined) return;
        const turn = turnOf(kept.session);
        throw negotiationErrors.ACT_REFUSED({
          negotiation: id,
          party: event.from,
          reason: advance.refused,
          turn: turn ? `it is the turn of "${turn.to}"` : `it ended with ${kept.session.state.result?.outcome}`,
        });
      }
      const { session: next, entry } = advance;
      const promises = await guarded(this.#input.records, kept, next, event, writer, this.#input.clock.now());
      const document = agreementOf(id, next, this.#input.clock.now());
      const agreement = document && { document, signatures: await signForAll(document, this.#input.keyOf) };
      const news = [...more, ...newsOf(id, next, happened)];
      if (await this.#input.records.keep({ kept, next, entry, hub: this.#input.hub, promises, agreement, news, disk })) {
        this.kept = { ...kept, session: next, driver: this.#input.hub };
        this.#moved.resolve();
        this.#moved = Promise.withResolvers();
        this.#wake();
        if (next.state.result) {
          this.over.resolve();
          this.#input.agents.tellEnd(id, next, document);
        }
        return;
      }
      this.kept = await this.#input.known(id);
      this.#wake();
    }
  }

  #sessionNow(): number {
    return Math.floor(this.#input.clock.now()) - this.kept.pausedMs;
  }
}
