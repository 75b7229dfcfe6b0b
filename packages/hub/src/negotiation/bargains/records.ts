/**
 * Sessions of alternating offers in the store. Every event commits together with its news in the event log, what it promises, and, at the
 * end, the agreement. An event is kept only as the next one of the session as the store has it: of two hubs, or of one before and after
 * a restart, only one can keep it.
 */
import type { Transaction } from "kysely";
import type { Clock } from "../../base/clock.ts";
import { canonicalJson, type Json } from "../../base/json.ts";
import type { NewEvent } from "../../store/event-log.ts";
import type { Database } from "../../store/schema.ts";
import { Statement } from "../../store/statement.ts";
import type { Store } from "../../store/store.ts";
import { takeOver } from "../driven.ts";
import { signedRow } from "../kept-agreement.ts";
import { openedRow } from "../opened-row.ts";
import type { BargainedDocument, PartySignatures } from "./agreement.ts";
import { type Mandate, mandateSchema } from "./mandate.ts";
import { keepPromise, type PromiseMade, promisedElsewhere, releasePromises, settlePromises } from "./promises.ts";
import { replaceAgreement } from "./replacing.ts";
import type { SeatSecrets } from "./seat.ts";
import { type BargainSession, type Entry, replayBargain } from "./session.ts";
import type { BargainTerms } from "./terms.ts";

/** The protocol's name in `negotiations`. */
export const bargainProtocol = "alternating-offers";

/** A session as the store has it. */
export interface KeptBargain {
  readonly id: string;
  readonly openedBy: string;
  readonly session: BargainSession;
  readonly seats: Readonly<Record<string, SeatSecrets>>;
  readonly pausedMs: number;
  readonly driver: string;
}

/** An event to keep. */
export interface Keeping {
  readonly kept: KeptBargain;
  readonly next: BargainSession;
  readonly entry: Entry;
  readonly hub: string;
  readonly promises: readonly PromiseMade[];
  readonly agreement: { readonly document: BargainedDocument; readonly signatures: PartySignatures } | undefined;
  readonly news: readonly NewEvent[];
  /** Whether the next party may hear of it before it is on disk; the end of a session never may. */
  readonly disk: "waits" | "behind";
}

// Rolls back what had been begun.
class BegunBefore extends Error {
  override readonly name = "BegunBefore";
}

/** The store's side of bargaining. */
export class BargainRecords {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #advance: Statement;
  readonly #addEvent: Statement;
  readonly #letGo: Statement;
  readonly #readMandate: Statement<{ mandate_json: string }>;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    const { engine } = store;
    this.#advance = new Statement(
      engine,
      "update bargains set seq = ?, hash = ?, driver = ?, seen_at = ?, open = ? where id = ? and seq = ? and paused_ms = ? and open = 1",
    );
    this.#addEvent = new Statement(
      engine,
      "insert into bargain_events (bargain_id, seq, at, event_json, hash) values (?, ?, ?, ?, ?)",
    );
    this.#letGo = new Statement(engine, "delete from promises where bargain_id = ? and party != ?");
    this.#readMandate = new Statement(engine, "select mandate_json from mandates where party = ?");
  }

  /** Begins a session. Gives false, and changes nothing, when the breach that opens it has opened one before, or its agreement is being renegotiated. */
  async begin(kept: KeptBargain, breach: string | undefined, news: readonly NewEvent[]): Promise<boolean> {
    try {
      await this.#begin(kept, breach, news);
      return true;
    } catch (thrown) {
      if (thrown instanceof BegunBefore) return false;
      throw thrown;
    }
  }

  async #begin(
    { id, openedBy, session, seats, driver }: KeptBargain,
    breach: string | undefined,
    news: readonly NewEvent[],
  ): Promise<void> {
    const now = this.#clock.now();
    const { terms, hash } = session;
    await this.#store.transaction(async (trx) => {
      // The head of the log is locked first: of two hubs that hear of one breach, the second sees what the first began.
      await this.#store.events.append(trx, news);
      if (breach !== undefined) {
        const earlier = await trx
          .selectFrom("bargains")
          .select("id")
          .where((eb) =>
            eb.or([eb("breach_id", "=", breach), eb.and([eb("replaces", "=", terms.replaces ?? ""), eb("open", "=", 1)])]),
          )
          .executeTakeFirst();
        if (earlier) throw new BegunBefore();
      }
      await trx
        .insertInto("negotiations")
        .values(openedRow({ id, protocol: bargainProtocol, subject: terms.subject }, terms, "open", now))
        .execute();
      await trx
        .insertInto("bargains")
        .values({
          id,
          opened_by: openedBy,
          open: 1,
          seq: 0,
          hash,
          seats_json: canonicalJson(seats),
          driver,
          seen_at: now,
          paused_ms: 0,
          breach_id: breach ?? null,
          replaces: terms.replaces ?? null,
        })
        .execute();
      await trx
        .insertInto("bargain_parties")
        .values(terms.parties.map(({ name }) => ({ party: name, bargain_id: id })))
        .execute();
      // Whoever opens one by a tool hears of it after the record of the call is on disk, and what a breach opens is opened again.
    }, "behind");
  }

  /** Reads a session; undefined where there is none of that id. Throws when its events are not the ones that were kept. */
  async load(id: string): Promise<KeptBargain | undefined> {
    const row = await this.#store.db
      .selectFrom("bargains")
      .innerJoin("negotiations", "negotiations.id", "bargains.id")
      .select(["opened_by", "seats_json", "paused_ms", "driver", "terms_json"])
      .where("bargains.id", "=", id)
      .executeTakeFirst();
    if (!row) return undefined;
    const terms: BargainTerms = JSON.parse(row.terms_json);
    const replayed = replayBargain(terms, await this.entries(id));
    if ("brokenAt" in replayed) throw new Error(`event ${replayed.brokenAt} of negotiation "${id}" is not the one that was kept`);
    return {
      id,
      openedBy: row.opened_by,
      session: replayed.session,
      seats: JSON.parse(row.seats_json),
      pausedMs: row.paused_ms,
      driver: row.driver,
    };
  }

  /** How many events a session has. */
  async length(id: string): Promise<number> {
    const row = await this.#store.db.selectFrom("bargains").select("seq").where("id", "=", id).executeTakeFirst();
    return row?.seq ?? 0;
  }

  /** The events of a session, in order. */
  async entries(id: string): Promise<readonly Entry[]> {
    const rows = await this.#store.db
      .selectFrom("bargain_events")
      .select(["seq", "at", "event_json", "hash"])
      .where("bargain_id", "=", id)
      .orderBy("seq")
      .execute();
    return rows.map(({ seq, at, event_json, hash }) => ({ ...JSON.parse(event_json), seq, at, hash }));
  }

  /** Keeps an event. Gives false, and changes nothing, when the session has gone on elsewhere. Throws MANDATE_EXCEEDED for a promise over its budget. */
  async keep({ kept, next, entry, hub, promises, agreement, news, disk }: Keeping): Promise<boolean> {
    const { id, pausedMs } = kept;
    const { seq, at, hash, ...happened } = entry;
    const now = this.#clock.now();
    const over = next.state.result !== undefined;
    return this.#store.transaction(
      async (trx) => {
        const { numAffectedRows } = await this.#advance.run(trx, seq, hash, hub, now, over ? 0 : 1, id, seq - 1, pausedMs);
        if (numAffectedRows === 0n) return false;
        await this.#addEvent.run(trx, id, seq, at, canonicalJson(happened), hash);
        // This locks the head of the log, so that two sessions of one party cannot both fit into what is left of its budget.
        await this.#store.events.append(trx, news);
        // An offer rejects those of the others.
        if (entry.event.type === "offer") await this.#letGo.run(trx, id, entry.event.from);
        for (const promise of promises) await keepPromise(trx, id, promise);
        if (next.state.result?.outcome === "no-deal") await releasePromises(trx, id);
        if (over)
          await trx
            .updateTable("negotiations")
            .set({ status: next.state.result?.outcome ?? "", outcome_json: canonicalJson(next.state.result), updated_at: now })
            .where("id", "=", id)
            .execute();
        if (agreement) await this.#agree(trx, agreement, now);
        return true;
      },
      over ? "waits" : disk,
    );
  }

  /** The mandate of a party that the operator has set. */
  async mandate(party: string): Promise<Mandate | undefined> {
    const [row] = (await this.#readMandate.run(this.#store.db, party)).rows;
    return row && mandateSchema.parse(JSON.parse(row.mandate_json));
  }

  /** Sets a party's mandate; undefined takes it away. */
  async setMandate(party: string, mandate: Mandate | undefined, actor: string): Promise<void> {
    await this.#store.transaction(async (trx) => {
      await trx.deleteFrom("mandates").where("party", "=", party).execute();
      if (mandate)
        await trx
          .insertInto("mandates")
          .values({ party, mandate_json: canonicalJson(mandate), set_by: actor, set_at: this.#clock.now() })
          .execute();
      const data = { mandate: mandate === undefined ? null : JSON.parse(canonicalJson(mandate)) };
      await this.#store.events.append(trx, [{ kind: "mandate.set", actor, subject: party, data }]);
    });
  }

  /** What a party has promised of an issue in all other sessions: what it agreed to, and what it has on the table. */
  async promised(party: string, issue: string, except: string): Promise<number> {
    return promisedElsewhere(this.#store.db, party, issue, except);
  }

  /** How many sessions a principal has opened that are not over. */
  async openOf(principal: string): Promise<number> {
    const { count } = await this.#store.db
      .selectFrom("bargains")
      .select((eb) => eb.fn.countAll<number>().as("count"))
      .where("opened_by", "=", principal)
      .where("open", "=", 1)
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  /** Shows that a hub still carries sessions on; gives those that are its own. */
  async touch(ids: readonly string[], hub: string): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set();
    const rows = await this.#store.db
      .updateTable("bargains")
      .set({ seen_at: this.#clock.now() })
      .where("id", "in", [...ids])
      .where("driver", "=", hub)
      .where("open", "=", 1)
      .returning("id")
      .execute();
    return new Set(rows.map(({ id }) => id));
  }

  /** Takes over the open sessions that nobody has carried on since a time, or, with `own`, that are a hub's own; gives their ids. */
  async claim(hub: string, unseenSince: number, own: boolean): Promise<readonly string[]> {
    const taking = { driver: hub, now: this.#clock.now(), unseenSince, own: own ? hub : undefined, pauses: true };
    return takeOver(this.#store, "bargains", taking);
  }

  async #agree(
    trx: Transaction<Database>,
    { document, signatures }: NonNullable<Keeping["agreement"]>,
    now: number,
  ): Promise<void> {
    await trx
      .insertInto("agreements")
      .values(signedRow(document, signatures, now))
      .execute();
    await settlePromises(trx, document);
    const data: { [key: string]: Json } = {
      about: document.subject,
      contractor: document.contractor,
      terms: document.terms,
      ...(document.replaces === undefined ? {} : { replaces: document.replaces }),
    };
    const news: NewEvent[] = [{ kind: "agreement.signed", actor: document.initiator, subject: document.id, data }];
    if (document.replaces !== undefined) news.push(...(await replaceAgreement(trx, document.replaces, document, now)));
    await this.#store.events.append(trx, news);
  }
}
