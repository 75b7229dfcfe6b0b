/**
 * Votes and auctions in the store. Every event commits together with its news in the event log, what it promises of budgets and, at the
 * end, the agreements. An event is kept only as the next one as the store has it: of two hubs, or of one before and after a restart, only
 * one can keep it, so none closes twice.
 */
import type { Transaction } from "kysely";
import type { Clock } from "../../base/clock.ts";
import { canonicalJson } from "../../base/json.ts";
import type { NewEvent } from "../../store/event-log.ts";
import type { AssemblyEventsTable } from "../../store/negotiation-schema.ts";
import type { Database } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";
import type { BargainedDocument, PartySignatures } from "../bargains/agreement.ts";
import { keepPromise, type PromiseMade, releasePromises } from "../bargains/promises.ts";
import { takeOver } from "../driven.ts";
import { negotiationErrors } from "../errors.ts";
import { signedRow } from "../kept-agreement.ts";
import { openedRow } from "../opened-row.ts";
import { type Award, awardsOf } from "./award.ts";
import { type AssemblyEntry, type AssemblySession, dueAt } from "./session.ts";
import { type AssemblyTerms, openerPays } from "./terms.ts";

/** The row of a vote or an auction. */
export interface AssemblyRow {
  readonly id: string;
  readonly openedBy: string;
  readonly open: boolean;
  readonly terms: AssemblyTerms;
  readonly seq: number;
  readonly createdAt: number;
}

/** An agreement with its signatures. */
export interface SignedAward {
  readonly document: BargainedDocument;
  readonly signatures: PartySignatures;
}

/** An event to keep. */
export interface Keeping {
  readonly id: string;
  readonly next: AssemblySession;
  readonly entry: AssemblyEntry;
  readonly promises: readonly PromiseMade[];
  readonly agreements: readonly SignedAward[];
  readonly news: readonly NewEvent[];
}

/** See the head of this file. */
export class AssemblyRecords {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Begins one, unless its opener has `limit` open ones. Throws ASSEMBLIES_TOO_MANY, MANDATE_EXCEEDED. */
  async begin(
    id: string,
    session: AssemblySession,
    { hub, limit, promises, news }: Pick<Keeping, "promises" | "news"> & { readonly hub: string; readonly limit: number },
  ): Promise<void> {
    const now = this.#clock.now();
    const { terms, hash } = session;
    await this.#store.transaction(async (trx) => {
      // The head of the log is locked first: of two that open at once each counts the other.
      await this.#store.events.append(trx, news);
      const { count } = await trx
        .selectFrom("assemblies")
        .select((eb) => eb.fn.countAll<number>().as("count"))
        .where("opened_by", "=", terms.openedBy)
        .where("open", "=", 1)
        .executeTakeFirstOrThrow();
      if (Number(count) >= limit) throw negotiationErrors.ASSEMBLIES_TOO_MANY({ principal: terms.openedBy, limit });
      await trx
        .insertInto("negotiations")
        .values(openedRow({ id, protocol: terms.kind, subject: terms.subject }, terms, "open", now))
        .execute();
      await trx
        .insertInto("assemblies")
        .values({
          id,
          opened_by: terms.openedBy,
          open: 1,
          seq: 0,
          hash,
          due_at: dueAt(session) ?? null,
          driver: hub,
          seen_at: now,
        })
        .execute();
      for (const promise of promises) await keepPromise(trx, id, promise);
    });
  }

  /** The row of one; undefined where there is none of that id. */
  async find(id: string): Promise<AssemblyRow | undefined> {
    const row = await this.#store.db
      .selectFrom("assemblies")
      .innerJoin("negotiations", "negotiations.id", "assemblies.id")
      .select(["opened_by", "open", "seq", "terms_json", "created_at"])
      .where("assemblies.id", "=", id)
      .executeTakeFirst();
    return (
      row && {
        id,
        openedBy: row.opened_by,
        open: row.open === 1,
        terms: JSON.parse(row.terms_json),
        seq: row.seq,
        createdAt: row.created_at,
      }
    );
  }

  /** The events after one, in order, with what they seal. */
  async entries(id: string, since = 0, limit = Number.MAX_SAFE_INTEGER): Promise<readonly AssemblyEntry[]> {
    const rows = await this.#events(id).where("seq", ">", since).limit(limit).execute();
    return rows.map(entryOf);
  }

  /** The events under a seal: at most one of each party. */
  async answers(id: string): Promise<readonly AssemblyEntry[]> {
    const rows = await this.#events(id).where("secret_json", "is not", null).execute();
    return rows.map(entryOf);
  }

  #events(id: string) {
    return this.#store.db
      .selectFrom("assembly_events")
      .select(["seq", "at", "event_json", "secret_json", "hash"])
      .where("assembly_id", "=", id)
      .orderBy("seq");
  }

  /** Keeps an event. Gives false, and changes nothing, when it has gone on elsewhere. Throws MANDATE_EXCEEDED for a promise over its budget. */
  async keep({ id, next, entry, promises, agreements, news }: Keeping): Promise<boolean> {
    const { seq, at, hash, shown, sealed } = entry;
    const now = this.#clock.now();
    return this.#store.transaction(async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable("assemblies")
        .set({ seq, hash, due_at: dueAt(next) ?? null, open: next.result ? 0 : 1 })
        .where("id", "=", id)
        .where("seq", "=", seq - 1)
        .where("open", "=", 1)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return false;
      await trx
        .insertInto("assembly_events")
        .values({
          assembly_id: id,
          seq,
          at,
          event_json: canonicalJson(shown),
          secret_json: sealed ? canonicalJson(sealed) : null,
          hash,
        })
        .execute();
      // This locks the head of the log, so that two sessions of one party cannot both fit into what is left of its budget.
      await this.#store.events.append(trx, news);
      // Who was outbid is bound no longer; where the opener pays, bidders promise nothing.
      if (next.terms.kind === "english" && shown.type === "bid" && !openerPays(next.terms))
        await releasePromises(trx, id, shown.from);
      for (const promise of promises) await keepPromise(trx, id, promise);
      if (!next.result) return true;
      await settle(trx, id, next);
      await trx
        .updateTable("negotiations")
        .set({ status: next.result.outcome, outcome_json: canonicalJson(next.result), updated_at: now })
        .where("id", "=", id)
        .execute();
      for (const { document, signatures } of agreements) {
        await trx
          .insertInto("agreements")
          .values(signedRow(document, signatures, now))
          .execute();
        const { contractor, initiator, subject, terms } = document;
        const data = { about: subject, contractor, terms };
        await this.#store.events.append(trx, [{ kind: "agreement.signed", actor: initiator, subject: document.id, data }]);
      }
      return true;
    });
  }

  /** Shows that a hub still asks the agents of its open ones. */
  async touch(hub: string): Promise<void> {
    await this.#store.db
      .updateTable("assemblies")
      .set({ seen_at: this.#clock.now() })
      .where("driver", "=", hub)
      .where("open", "=", 1)
      .execute();
  }

  /** Takes over the open ones whose hub has not been seen since a time, or, with `own`, that are a hub's own; gives their ids. */
  async claim(hub: string, unseenSince: number, own: boolean): Promise<readonly string[]> {
    const taking = { driver: hub, now: this.#clock.now(), unseenSince, own: own ? hub : undefined, pauses: false };
    return takeOver(this.#store, "assemblies", taking);
  }

  /** Open ones whose clock has something to do by `now`, the longest due first. */
  async due(now: number, limit: number): Promise<readonly string[]> {
    const rows = await this.#store.db
      .selectFrom("assemblies")
      .select("id")
      .where("open", "=", 1)
      .where("due_at", "<=", now)
      .orderBy("due_at")
      .limit(limit)
      .execute();
    return rows.map(({ id }) => id);
  }
}

function entryOf({ seq, at, event_json, secret_json, hash }: Omit<AssemblyEventsTable, "assembly_id">): AssemblyEntry {
  const sealed = secret_json === null ? {} : { sealed: JSON.parse(secret_json) };
  return { seq, at, hash, shown: JSON.parse(event_json), ...sealed };
}

// What was bid and did not win binds nobody; who pays has promised what it pays.
async function settle(trx: Transaction<Database>, id: string, session: AssemblySession): Promise<void> {
  const { terms } = session;
  if (terms.kind === "vote") return;
  const held = await trx.selectFrom("promises").selectAll().where("bargain_id", "=", id).execute();
  await releasePromises(trx, id);
  const awards = awardsOf(session);
  const paidBy = (party: string): readonly Award[] =>
    openerPays(terms) ? (party === terms.openedBy ? awards : []) : awards.filter(({ to }) => to === party);
  for (const { party, issue } of held) {
    const amount = issue === terms.issue ? paidBy(party).reduce((sum, { price }) => sum + price, 0) : 0;
    if (amount > 0) await trx.insertInto("promises").values({ party, bargain_id: id, issue, amount }).execute();
  }
}
