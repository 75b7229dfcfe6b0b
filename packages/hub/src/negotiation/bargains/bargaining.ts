/**
 * Bargaining: sessions of alternating offers as durable objects. The protocol decides (session.ts, over the library), the guard refuses
 * (mandate.ts), the store keeps (records.ts); this file is their loop and their clock. For a party that is an agent the hub sends each
 * turn as an A2A message (agent-parties.ts); for one with a strategy it acts itself; the others act by tools. Whoever acted last carries a session on, and
 * a hub that shows no sign of life loses it to one that does.
 */
import { type AlternatingOffersEvent, alternatingOffers } from "@entente/negotiation";
import type { NegotiationAct } from "@entente/sdk";
import { takesPartIn } from "../../a2a/cards.ts";
import { hubIdOf } from "../../a2a/engine/lease.ts";
import type { Registry } from "../../a2a/registry.ts";
import type { Clock } from "../../base/clock.ts";
import { baseErrors, EntenteError } from "../../base/errors.ts";
import { newId } from "../../base/ids.ts";
import type { Logger } from "../../base/logger.ts";
import { operator } from "../../base/principals.ts";
import type { Models } from "../../models/models.ts";
import { openPartyKey, type PartyKey } from "../../security/keys.ts";
import type { NewEvent } from "../../store/event-log.ts";
import type { Store } from "../../store/store.ts";
import type { Metrics } from "../../telemetry/metrics.ts";
import { negotiationErrors } from "../errors.ts";
import { aborted, orAborted } from "../or-aborted.ts";
import { AgentParties } from "./agent-parties.ts";
import { agreementOf, bargainedSchema, signForAll } from "./agreement.ts";
import { guarded, seatMandates } from "./guard.ts";
import type { Writer } from "./mandate.ts";
import { ModelParties } from "./models/model-parties.ts";
import type { ModelSeat } from "./models/model-seat.ts";
import { newsOf } from "./news.ts";
import { BargainRecords, type KeptBargain } from "./records.ts";
import { type SeatSecrets, StrategySeat } from "./seat.ts";
import {
  advanceBargain,
  type BargainSession,
  type Happened,
  happenedBy,
  openBargain,
  type TurnEffect,
  turnOf,
} from "./session.ts";
import type { BargainTerms, SeatKind } from "./terms.ts";

/** What bargaining stands on. */
export interface BargainingInput {
  readonly store: Store;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly log: Logger;
  readonly dataFolder: string;
  /** After how long another hub may take a session over, ms. */
  readonly leaseMs: number;
  /** Most open sessions that one principal may have begun. */
  readonly openBargains: number;
  /** The language models that may bargain, and their limits. */
  readonly byModel: {
    readonly models: Models;
    readonly metrics: Metrics;
    readonly answers: number;
    readonly tokensPerSession: number;
  };
}

/** What an act may bring beside itself. */
interface Acting {
  /** How many events the session had when it was thought of; in a longer one it counts no more. */
  readonly after?: number | undefined;
  /** Told with it. */
  readonly news?: readonly NewEvent[];
  /** Whether it is on disk before whoever acted hears of it; behind, when left out. */
  readonly disk?: "waits" | "behind";
}

/** A session to begin. `parties` in the order in which they act; `seats` what is known of some. */
export interface BargainCall extends Omit<BargainTerms, "parties" | "startAt" | "endAt"> {
  readonly openedBy: string;
  readonly parties: readonly string[];
  readonly deadlineMs?: number;
  readonly seats: Readonly<Record<string, SeatSecrets>>;
  /** Those who answer themselves, by tools. */
  readonly byTool: readonly string[];
}

interface Live {
  kept: KeptBargain;
  readonly seats: Map<string, StrategySeat>;
  /** Acts are taken one after another. */
  queue: Promise<unknown>;
  wake: () => void;
  driving: boolean;
  /** Resolved when the session has ended, or is another hub's. */
  readonly over: PromiseWithResolvers<void>;
  /** Resolved when the session has gone on, and then made anew. */
  moved: PromiseWithResolvers<void>;
}

const tooLate = { refused: "not-your-turn" } as const;
const beatsPerLease = 6;
const longestTimerMs = 2 ** 31 - 1;

/** Carries sessions of alternating offers on. */
export class Bargaining implements AsyncDisposable {
  readonly records: BargainRecords;
  readonly #input: BargainingInput;
  readonly #agents: AgentParties;
  readonly #models: ModelParties;
  readonly #hub: string;
  readonly #live = new Map<string, Live>();
  readonly #keys = new Map<string, Promise<PartyKey>>();
  readonly #loops = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #beat: NodeJS.Timeout | undefined;

  constructor(input: BargainingInput) {
    this.#input = input;
    this.#agents = new AgentParties(input.registry, input.log);
    this.#hub = hubIdOf(input.dataFolder, input.clock);
    this.records = new BargainRecords(input.store, input.clock);
    const { byModel, store, clock, log } = input;
    this.#models = new ModelParties({ ...byModel, events: store.events, records: this.records, clock, log });
  }

  /** The key that a party signs with at this hub. */
  keyOf(party: string): Promise<PartyKey> {
    const known = this.#keys.get(party) ?? openPartyKey(this.#input.dataFolder, party);
    this.#keys.set(party, known);
    return known;
  }

  /** Takes up the sessions of this hub that a stop cut off, and from then on those of hubs that are gone; gives how many there were. */
  async recover(): Promise<number> {
    const { leaseMs, log } = this.#input;
    const claimed = await this.#claim(true);
    const beat = async (): Promise<void> => {
      const own = await this.records.touch([...this.#live.keys()], this.#hub);
      for (const [id, live] of this.#live) if (live.driving && !own.has(id)) await this.#reload(id, live);
      await this.#claim(false);
    };
    this.#beat = setInterval(() => {
      beat().catch((error: unknown) => log.error({ err: error }, "the sign of life of negotiations could not be kept"));
    }, leaseMs / beatsPerLease).unref();
    return claimed;
  }

  /** Begins a session and gives its id; undefined when `breach` has opened one before. Throws BARGAIN_INVALID, BARGAINS_TOO_MANY, AGENT_UNKNOWN. */
  async start(call: BargainCall, breach?: string): Promise<string | undefined> {
    const { clock, openBargains } = this.#input;
    const { openedBy, parties, seats, byTool, deadlineMs, ...shared } = call;
    if (new Set(parties).size !== parties.length || parties.length < 2)
      throw negotiationErrors.BARGAIN_INVALID({ problem: `parties: wanted at least two that differ; got ${parties.join(", ")}` });
    if (!parties.includes(shared.provider))
      throw negotiationErrors.BARGAIN_INVALID({
        problem: `provider: wanted one of ${parties.join(", ")}; got "${shared.provider}"`,
      });
    if (breach === undefined && (await this.records.openOf(openedBy)) >= openBargains)
      throw negotiationErrors.BARGAINS_TOO_MANY({ principal: openedBy, limit: openBargains });
    const startAt = clock.now();
    const session = openBargain({
      ...shared,
      parties: parties.map((name) => ({ name, by: this.#seatOf(name, seats[name], byTool) })),
      startAt,
      ...(deadlineMs === undefined ? {} : { endAt: startAt + deadlineMs }),
    });
    const id = newId("bar", startAt);
    const kept: KeptBargain = { id, openedBy, session, seats, pausedMs: 0, driver: this.#hub };
    const data = { about: shared.subject, parties, ...(shared.replaces === undefined ? {} : { replaces: shared.replaces }) };
    if (!(await this.records.begin(kept, breach, [{ kind: "bargain.opened", actor: openedBy, subject: id, data }])))
      return undefined;
    this.#take(kept);
    return id;
  }

  /** A session as it stands. Throws NOT_FOUND. */
  async read(id: string): Promise<KeptBargain> {
    const kept = this.#live.get(id)?.kept;
    // Another hub may have carried it on.
    if (kept && (kept.session.state.result || (await this.records.length(id)) === kept.session.entries.length)) return kept;
    return this.#known(id);
  }

  /** Has a party act, in a session of `after` events where that is given. Throws NOT_FOUND, OFFER_INVALID, ACT_REFUSED, MANDATE_EXCEEDED. */
  async act(id: string, party: string, act: NegotiationAct, writer: Writer, after?: number): Promise<void> {
    const live = this.#live.get(id) ?? this.#taken(await this.#known(id));
    try {
      await this.#apply(live, happenedBy(live.kept.session.terms, party, act), writer, { after, disk: "waits" });
      this.#drive(id, live);
    } finally {
      if (!live.driving && this.#live.get(id) === live) this.#live.delete(id);
    }
  }

  /** Opens the bargaining of a broken agreement again, with its parties, domain and preferences; undefined where there is nothing to open, or it was opened before. */
  async reopen(agreement: string, breach: string): Promise<string | undefined> {
    const row = await this.#input.store.db.selectFrom("agreements").selectAll().where("id", "=", agreement).executeTakeFirst();
    const document = row && bargainedSchema.safeParse(JSON.parse(row.document_json)).data;
    if (!row || document?.onBreach !== "renegotiate") return undefined;
    // The task that broke it may have been its last.
    if (row.status !== "active" && (row.status === "expired" || "replacedBy" in JSON.parse(row.outcome_json ?? "{}")))
      return undefined;
    const { openedBy, seats, session } = await this.#known(document.negotiation);
    const { parties, startAt, endAt, replaces: _older, ...terms } = session.terms;
    return this.start(
      {
        ...terms,
        openedBy,
        seats,
        parties: parties.map(({ name }) => name),
        byTool: parties.filter(({ by }) => by === "self").map(({ name }) => name),
        ...(endAt === undefined ? {} : { deadlineMs: endAt - startAt }),
        replaces: agreement,
      },
      breach,
    );
  }

  /** Resolves when a session has more events than `after`, or is over; or rejects when the signal is aborted. */
  async goneOn(id: string, after: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      const { session } = await this.read(id);
      if (session.state.result || session.entries.length > after) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      void this.#live.get(id)?.moved.promise.then(resolve);
      // What another hub does is not heard of.
      const timer = setTimeout(resolve, Math.min(1000, this.#input.leaseMs / beatsPerLease));
      try {
        await orAborted(promise, signal);
      } finally {
        clearTimeout(timer);
      }
    }
  }

  /** Resolves when a session is over, or rejects when the signal is aborted. */
  async ended(id: string, signal: AbortSignal): Promise<BargainSession> {
    for (;;) {
      const { session } = await this.read(id);
      if (session.state.result) return session;
      const { promise, resolve } = Promise.withResolvers<void>();
      void this.#live.get(id)?.over.promise.then(resolve);
      // What another hub does is not heard of.
      const timer = setTimeout(resolve, this.#input.leaseMs / beatsPerLease);
      try {
        await orAborted(promise, signal);
      } finally {
        clearTimeout(timer);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#beat);
    this.#stopping.abort(new Error("the hub stops"));
    for (const live of this.#live.values()) live.wake();
    await Promise.all(this.#loops);
  }

  #seatOf(name: string, secrets: SeatSecrets | undefined, byTool: readonly string[]): SeatKind {
    if (secrets?.strategy !== undefined) return "strategy";
    if (secrets?.model !== undefined) return "model";
    const { registry } = this.#input;
    if (!registry.has(name)) {
      // Principals that are no agents act by tools; anything else is a mistake.
      if (name === operator.id || name.startsWith("client:")) return "self";
      registry.get(name);
    }
    return !byTool.includes(name) && takesPartIn(registry.get(name).card, "alternating-offers") ? "agent" : "self";
  }

  async #claim(own: boolean): Promise<number> {
    const { clock, leaseMs } = this.#input;
    const ids = await this.records.claim(this.#hub, clock.now() - leaseMs, own);
    for (const id of ids) {
      const kept = await this.records.load(id);
      if (kept) this.#take(kept);
    }
    return ids.length;
  }

  async #known(id: string): Promise<KeptBargain> {
    const kept = await this.records.load(id);
    if (!kept) throw baseErrors.NOT_FOUND({ what: "negotiation", id });
    return kept;
  }

  #taken(kept: KeptBargain): Live {
    const known = this.#live.get(kept.id);
    if (known) {
      known.kept = kept;
      known.wake();
      return known;
    }
    const live: Live = {
      kept,
      seats: new Map(),
      queue: Promise.resolve(),
      wake: () => {},
      driving: false,
      over: Promise.withResolvers(),
      moved: Promise.withResolvers(),
    };
    if (!kept.session.state.result) this.#live.set(kept.id, live);
    return live;
  }

  #take(kept: KeptBargain): void {
    this.#drive(kept.id, this.#taken(kept));
  }

  // Another hub carries it on, or did for a while.
  async #reload(id: string, live: Live): Promise<void> {
    const kept = await this.records.load(id);
    if (kept) live.kept = kept;
    if (!kept || kept.session.state.result || kept.driver !== this.#hub) {
      this.#live.delete(id);
      live.over.resolve();
    }
    live.wake();
  }

  #drive(id: string, live: Live): void {
    if (live.driving || this.#stopping.signal.aborted || !this.#live.has(id)) return;
    live.driving = true;
    const loop = this.#loop(id, live)
      .catch((error: unknown) => this.#input.log.error({ err: error, negotiation: id }, "a negotiation could not be carried on"))
      .finally(() => {
        live.driving = false;
        this.#loops.delete(loop);
        if (live.kept.session.state.result) this.#live.delete(id);
      });
    this.#loops.add(loop);
  }

  // Waits for whoever's turn it is, or acts for it, until the session is over or belongs to another hub.
  async #loop(id: string, live: Live): Promise<void> {
    const stopping = this.#stopping.signal;
    while (!stopping.aborted && this.#live.get(id) === live) {
      const { session } = live.kept;
      const turn = turnOf(session);
      const due = alternatingOffers.nextTimer(session.state);
      if (!turn || due === undefined) return;
      const left = due - this.#sessionNow(live);
      if (left <= 0) {
        await this.#apply(live, { event: { type: "timer" } }, "operator");
        continue;
      }
      const by = session.terms.parties.find(({ name }) => name === turn.to)?.by ?? "self";
      if (by === "strategy") {
        await this.#actByStrategy(live, turn);
        continue;
      }
      const model = live.kept.seats[turn.to]?.model;
      const until = new AbortController();
      live.wake = () => until.abort(new Error("the negotiation has gone on"));
      const timer = setTimeout(() => until.abort(new Error("the party's time is up")), Math.min(left, longestTimerMs));
      try {
        if (by === "agent")
          await this.#agents.ask(live.kept, turn, this.#input.clock.now() + left, until.signal, {
            act: (happened) => this.#apply(live, happened, "agent"),
            goneOn: () => live.kept.session !== session,
          });
        else if (by === "model" && model)
          await this.#models.take(live.kept, turn, model, left, until.signal, {
            act: (happened) => this.#apply(live, happened, "model", { after: session.entries.length }),
            fallBack: (to, news) => this.#fallBack(live, turn, to, news),
            goneOn: () => live.kept.session !== session,
          });
        else await aborted(until.signal);
      } finally {
        clearTimeout(timer);
        live.wake = () => {};
      }
    }
  }

  async #fallBack(live: Live, turn: TurnEffect, to: ModelSeat["fallback"], news: NewEvent): Promise<void> {
    if (to === "strategy") return this.#actByStrategy(live, turn, [news]);
    const event = { type: "end", from: turn.to, reason: "no answer" } as const;
    await this.#apply(live, { event }, "model", { after: live.kept.session.entries.length, news: [news] });
  }

  async #actByStrategy(live: Live, turn: TurnEffect, news: readonly NewEvent[] = []): Promise<void> {
    const { session, seats } = live.kept;
    let seat = live.seats.get(turn.to);
    if (!seat) {
      const mandates = await seatMandates(this.records, live.kept, turn.to, "strategy");
      seat = new StrategySeat(session.terms, turn.to, seats[turn.to] ?? {}, mandates);
      live.seats.set(turn.to, seat);
    }
    const action = seat.act(session, turn);
    const from = turn.to;
    const event: AlternatingOffersEvent =
      action.act === "offer" ? { type: "offer", from, outcome: action.outcome } : { type: action.act, from };
    await this.#apply(live, { event }, "strategy", { news }).catch(async (thrown: unknown) => {
      const refused = thrown instanceof EntenteError && thrown.code === "ACT_REFUSED";
      if (refused && live.kept.session !== session) return;
      if (!refused && !(thrown instanceof EntenteError && thrown.code === "MANDATE_EXCEEDED")) throw thrown;
      // What a mandate says is the party's own; the others hear that there was one.
      const reason = refused ? thrown.message : "its mandate";
      await this.#apply(live, { event: { type: "end", from, reason } }, "strategy", { news });
    });
  }

  // One at a time for a session here, and by the store's own numbering between hubs. Who acts by a tool hears that its act is on disk; the
  // others hear nothing but their next turn.
  #apply(live: Live, happened: Happened, writer: Writer, acting: Acting = {}): Promise<void> {
    const applied = live.queue.then(() => this.#applied(live, happened, writer, acting));
    live.queue = applied.catch(() => {}); // Whoever asked hears of it.
    return applied;
  }

  async #applied(
    live: Live,
    happened: Happened,
    writer: Writer,
    { after, news: more = [], disk = "behind" }: Acting,
  ): Promise<void> {
    for (;;) {
      const { kept } = live;
      const { id } = kept;
      const late = after !== undefined && after !== kept.session.entries.length;
      const advance = late ? tooLate : advanceBargain(kept.session, happened, this.#sessionNow(live));
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
      const promises = await guarded(this.records, kept, next, event, writer, this.#input.clock.now());
      const document = agreementOf(id, next, this.#input.clock.now());
      const agreement = document && { document, signatures: await signForAll(document, (party) => this.keyOf(party)) };
      const news = [...more, ...newsOf(id, next, happened)];
      if (await this.records.keep({ kept, next, entry, hub: this.#hub, promises, agreement, news, disk })) {
        live.kept = { ...kept, session: next, driver: this.#hub };
        live.moved.resolve();
        live.moved = Promise.withResolvers();
        live.wake();
        if (next.state.result) {
          live.over.resolve();
          this.#agents.tellEnd(id, next, document);
        }
        return;
      }
      live.kept = await this.#known(id);
      live.wake();
    }
  }

  #sessionNow({ kept }: Live): number {
    return Math.floor(this.#input.clock.now()) - kept.pausedMs;
  }
}
