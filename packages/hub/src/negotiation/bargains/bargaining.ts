/**
 * Bargaining: sessions of alternating offers as durable objects. The protocol decides (session.ts, over the library), the guard refuses
 * (mandate.ts), the store keeps (records.ts); at-work.ts carries one session on, and this file knows which ones this hub carries on.
 * Whoever acted last does, and a hub that shows no sign of life loses its sessions to one that does.
 */
import type { NegotiationAct } from "@entente/sdk";
import { takesPartIn } from "../../a2a/cards.ts";
import { hubIdOf } from "../../a2a/engine/lease.ts";
import type { Registry } from "../../a2a/registry.ts";
import type { Clock } from "../../base/clock.ts";
import { baseErrors } from "../../base/errors.ts";
import { newId } from "../../base/ids.ts";
import type { Logger } from "../../base/logger.ts";
import { operator } from "../../base/principals.ts";
import type { Models } from "../../models/models.ts";
import { openPartyKey, type PartyKey } from "../../security/keys.ts";
import type { Store } from "../../store/store.ts";
import type { Metrics } from "../../telemetry/metrics.ts";
import { negotiationErrors } from "../errors.ts";
import { heardOrLook } from "../or-aborted.ts";
import { isClientName } from "../participants.ts";
import { AgentParties } from "./agent-parties.ts";
import { bargainedSchema } from "./agreement.ts";
import { type AtWorkInput, BargainAtWork } from "./at-work.ts";
import type { Writer } from "./mandate.ts";
import { ModelParties } from "./models/model-parties.ts";
import { BargainRecords, type KeptBargain } from "./records.ts";
import type { SeatSecrets } from "./seat.ts";
import { type BargainSession, happenedBy, openBargain } from "./session.ts";
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

/** A session to begin. `parties` in the order in which they act; `seats` what is known of some. */
export interface BargainCall extends Omit<BargainTerms, "parties" | "startAt" | "endAt"> {
  readonly openedBy: string;
  readonly parties: readonly string[];
  readonly deadlineMs?: number;
  readonly seats: Readonly<Record<string, SeatSecrets>>;
  /** Those who answer themselves, by tools. */
  readonly byTool: readonly string[];
}

const beatsPerLease = 6;

/** Carries sessions of alternating offers on. */
export class Bargaining implements AsyncDisposable {
  readonly records: BargainRecords;
  readonly #input: BargainingInput;
  readonly #atWork: AtWorkInput;
  readonly #hub: string;
  readonly #live = new Map<string, BargainAtWork>();
  readonly #keys = new Map<string, Promise<PartyKey>>();
  readonly #loops = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #beat: NodeJS.Timeout | undefined;

  constructor(input: BargainingInput) {
    this.#input = input;
    this.#hub = hubIdOf(input.dataFolder, input.clock);
    this.records = new BargainRecords(input.store, input.clock);
    const { byModel, store, clock, log, registry } = input;
    const { records } = this;
    this.#atWork = {
      records,
      clock,
      hub: this.#hub,
      agents: new AgentParties(registry, log),
      models: new ModelParties({ ...byModel, events: store.events, records, clock, log }),
      keyOf: (party) => this.keyOf(party),
      known: (id) => this.#known(id),
    };
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
      await live.apply(happenedBy(live.kept.session.terms, party, act), writer, { after, disk: "waits" });
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
      await heardOrLook(this.#live.get(id)?.moved, Math.min(1000, this.#input.leaseMs / beatsPerLease), signal);
    }
  }

  /** Resolves when a session is over, or rejects when the signal is aborted. */
  async ended(id: string, signal: AbortSignal): Promise<BargainSession> {
    for (;;) {
      const { session } = await this.read(id);
      if (session.state.result) return session;
      await heardOrLook(this.#live.get(id)?.over.promise, this.#input.leaseMs / beatsPerLease, signal);
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
      if (name === operator.id || isClientName(name)) return "self";
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

  #taken(kept: KeptBargain): BargainAtWork {
    const known = this.#live.get(kept.id);
    if (known) {
      known.kept = kept;
      known.wake();
      return known;
    }
    const live = new BargainAtWork(kept, this.#atWork);
    if (!kept.session.state.result) this.#live.set(kept.id, live);
    return live;
  }

  #take(kept: KeptBargain): void {
    this.#drive(kept.id, this.#taken(kept));
  }

  // Another hub carries it on, or did for a while.
  async #reload(id: string, live: BargainAtWork): Promise<void> {
    const kept = await this.records.load(id);
    if (kept) live.kept = kept;
    if (!kept || kept.session.state.result || kept.driver !== this.#hub) {
      this.#live.delete(id);
      live.over.resolve();
    }
    live.wake();
  }

  #drive(id: string, live: BargainAtWork): void {
    if (live.driving || this.#stopping.signal.aborted || !this.#live.has(id)) return;
    live.driving = true;
    const loop = live
      .carryOn(() => !this.#stopping.signal.aborted && this.#live.get(id) === live)
      .catch((error: unknown) => this.#input.log.error({ err: error, negotiation: id }, "a negotiation could not be carried on"))
      .finally(() => {
        live.driving = false;
        this.#loops.delete(loop);
        if (live.kept.session.state.result) this.#live.delete(id);
      });
    this.#loops.add(loop);
  }
}
