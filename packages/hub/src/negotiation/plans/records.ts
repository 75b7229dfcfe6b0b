/**
 * Plans in the store. Every event commits together with its news in the event log, only as the next one of the plan as the store has it, and
 * only by the hub that drives the plan; so do the negotiations of its tasks (`fence`). A hub that has lost a plan to another writes nothing more of it.
 */
import { planOutcomes } from "@entente/negotiation";
import type { Clock } from "../../base/clock.ts";
import { canonicalJson } from "../../base/json.ts";
import type { NewEvent } from "../../store/event-log.ts";
import type { Store } from "../../store/store.ts";
import { takeOver } from "../driven.ts";
import { negotiationErrors } from "../errors.ts";
import type { Fence } from "../job.ts";
import { type PlanEntry, type PlanSession, replayPlan } from "./session.ts";
import type { PlanDocument } from "./terms.ts";

/** How a plan stands: open (running or stopping), or how it ended. */
export const planStatuses = ["running", "stopping", ...planOutcomes] as const;
export type PlanStatus = (typeof planStatuses)[number];

/** A plan as the store has it. */
export interface KeptPlan {
  readonly id: string;
  readonly openedBy: string;
  readonly callerId: string | undefined;
  readonly session: PlanSession;
  readonly pausedMs: number;
  readonly driver: string;
  readonly createdAt: number;
  readonly closedAt: number | undefined;
  readonly cancelReason: string | undefined;
}

/** A plan in a list. */
export interface PlanRow {
  readonly id: string;
  readonly subject: string;
  readonly status: string;
  readonly openedBy: string;
  readonly createdAt: number;
  readonly closedAt: number | undefined;
}

/** Another hub drives the plan now. */
export class PlanLost extends Error {
  override readonly name = "PlanLost";
}

// Rolls back what had been begun.
class BegunBefore extends Error {
  override readonly name = "BegunBefore";
  readonly plan: string;

  constructor(plan: string) {
    super(`plan "${plan}" was begun before`);
    this.plan = plan;
  }
}

/** How a plan stands. */
export function statusOf({ state }: PlanSession): PlanStatus {
  return state.phase === "closed" ? (state.outcome ?? "failed") : state.phase;
}

/** The store's side of plans. */
export class PlanRecords {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Begins a plan; gives the id of an earlier one that its caller gave the same id, and changes nothing then. Throws PLANS_TOO_MANY. */
  async begin(kept: KeptPlan, news: readonly NewEvent[], mostOpen: number): Promise<string | undefined> {
    const { id, openedBy, callerId, session, driver, createdAt } = kept;
    const row = {
      id,
      opened_by: openedBy,
      caller_id: callerId ?? null,
      subject: session.document.subject,
      status: statusOf(session),
      open: 1,
      document_json: canonicalJson(session.document),
      seq: 0,
      hash: session.hash,
      driver,
      seen_at: createdAt,
      paused_ms: 0,
      cancel_reason: null,
      created_at: createdAt,
      closed_at: null,
    };
    try {
      await this.#store.transaction(async (trx) => {
        // The head of the log is locked first: of two calls at once, the second sees what the first began.
        await this.#store.events.append(trx, news);
        const earlier = callerId === undefined ? undefined : await called(trx, openedBy, callerId);
        if (earlier !== undefined) throw new BegunBefore(earlier);
        if ((await openOf(trx, openedBy)) >= mostOpen)
          throw negotiationErrors.PLANS_TOO_MANY({ principal: openedBy, limit: mostOpen });
        await trx.insertInto("plans").values(row).execute();
      });
      return undefined;
    } catch (thrown) {
      if (thrown instanceof BegunBefore) return thrown.plan;
      throw thrown;
    }
  }

  /** The plan that a principal gave an id. */
  called(openedBy: string, callerId: string): Promise<string | undefined> {
    return called(this.#store.db, openedBy, callerId);
  }

  /** Reads a plan; undefined where there is none of that id. Throws when its events are not the ones that were kept. */
  async load(id: string): Promise<KeptPlan | undefined> {
    const row = await this.#store.db.selectFrom("plans").selectAll().where("id", "=", id).executeTakeFirst();
    if (!row) return undefined;
    return {
      id,
      openedBy: row.opened_by,
      callerId: row.caller_id ?? undefined,
      session: replayPlan(id, JSON.parse(row.document_json), await this.entries(id)),
      pausedMs: row.paused_ms,
      driver: row.driver,
      createdAt: row.created_at,
      closedAt: row.closed_at ?? undefined,
      cancelReason: row.cancel_reason ?? undefined,
    };
  }

  /** What a plan was opened with and how it stands, without its events; undefined where there is none of that id. */
  async head(id: string) {
    const row = await this.#store.db.selectFrom("plans").selectAll().where("id", "=", id).executeTakeFirst();
    const document: PlanDocument | undefined = row && JSON.parse(row.document_json);
    return row && document && { document, openedBy: row.opened_by, status: row.status, open: row.open === 1, length: row.seq };
  }

  /** The events of a plan after one, in order. */
  async entries(id: string, since = 0, limit?: number): Promise<readonly PlanEntry[]> {
    const query = this.#store.db
      .selectFrom("plan_events")
      .select(["seq", "at", "event_json", "hash"])
      .where("plan_id", "=", id)
      .where("seq", ">", since)
      .orderBy("seq");
    const rows = await (limit === undefined ? query : query.limit(limit)).execute();
    return rows.map(({ seq, at, event_json, hash }) => ({ ...JSON.parse(event_json), seq, at, hash }));
  }

  /** How many events a plan has, and whether it is open; undefined where there is none of that id. */
  async length(id: string): Promise<{ readonly seq: number; readonly open: boolean } | undefined> {
    const row = await this.#store.db.selectFrom("plans").select(["seq", "open"]).where("id", "=", id).executeTakeFirst();
    return row && { seq: row.seq, open: row.open === 1 };
  }

  /** Keeps an event. Gives false, and changes nothing, when another hub has the plan. */
  async keep({ id, driver }: KeptPlan, next: PlanSession, entry: PlanEntry, news: readonly NewEvent[]): Promise<boolean> {
    const { seq, at, hash, ...happened } = entry;
    const now = this.#clock.now();
    const closed = next.state.phase === "closed";
    return this.#store.transaction(async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable("plans")
        .set({ seq, hash, seen_at: now, status: statusOf(next), open: closed ? 0 : 1, closed_at: closed ? now : null })
        .where("id", "=", id)
        .where("seq", "=", seq - 1)
        .where("driver", "=", driver)
        .where("open", "=", 1)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return false;
      await trx
        .insertInto("plan_events")
        .values({ plan_id: id, seq, at, event_json: canonicalJson(happened), hash })
        .execute();
      await this.#store.events.append(trx, news);
      return true;
    });
  }

  /** Lets a transaction through only while this hub drives the plan, and keeps others from taking it over meanwhile. Throws PlanLost. */
  fence({ id, driver }: KeptPlan): Fence {
    return async (trx) => {
      const held = await trx
        .updateTable("plans")
        .set({ seen_at: this.#clock.now() })
        .where("id", "=", id)
        .where("driver", "=", driver)
        .where("open", "=", 1)
        .returning("id")
        .executeTakeFirst();
      if (!held) throw new PlanLost(`plan "${id}" is in the hands of another hub`);
    };
  }

  /** Plans, newest first: all, or a principal's own; those before an id, of a status. */
  async list(filter: {
    readonly openedBy?: string | undefined;
    readonly before?: string | undefined;
    readonly status?: string | undefined;
    readonly limit: number;
  }): Promise<readonly PlanRow[]> {
    let query = this.#store.db.selectFrom("plans").select(["id", "subject", "status", "opened_by", "created_at", "closed_at"]);
    if (filter.openedBy !== undefined) query = query.where("opened_by", "=", filter.openedBy);
    if (filter.before !== undefined) query = query.where("id", "<", filter.before);
    if (filter.status !== undefined) query = query.where("status", "=", filter.status);
    const rows = await query.orderBy("id", "desc").limit(filter.limit).execute();
    return rows.map(({ id, subject, status, opened_by, created_at, closed_at }) => {
      return { id, subject, status, openedBy: opened_by, createdAt: created_at, closedAt: closed_at ?? undefined };
    });
  }

  /** Asks whoever drives a plan to cancel it. */
  async askToCancel(id: string, reason: string): Promise<void> {
    await this.#store.db
      .updateTable("plans")
      .set({ cancel_reason: reason })
      .where("id", "=", id)
      .where("open", "=", 1)
      .where("cancel_reason", "is", null)
      .execute();
  }

  /** Shows that a hub still drives plans; gives those that are its own, each with why it is to be cancelled, if it is. */
  async touch(ids: readonly string[], driver: string): Promise<ReadonlyMap<string, string | undefined>> {
    if (ids.length === 0) return new Map();
    const rows = await this.#store.db
      .updateTable("plans")
      .set({ seen_at: this.#clock.now() })
      .where("id", "in", [...ids])
      .where("driver", "=", driver)
      .where("open", "=", 1)
      .returning(["id", "cancel_reason"])
      .execute();
    return new Map(rows.map(({ id, cancel_reason }) => [id, cancel_reason ?? undefined]));
  }

  /** Takes over the open plans that nobody has driven since a time, or whose driver's name begins with `own`, but not those of `except`; gives their ids. */
  async claim(driver: string, unseenSince: number, except: ReadonlySet<string>, own?: string): Promise<readonly string[]> {
    return takeOver(this.#store, "plans", { driver, now: this.#clock.now(), unseenSince, own, except, pauses: true });
  }

  /** The negotiation about a subject of a plan, and its agreements. */
  async contractOf(
    plan: string,
    subject: string,
  ): Promise<{ readonly negotiation: string; readonly agreements: readonly string[] } | undefined> {
    const { db } = this.#store;
    const row = await db
      .selectFrom("negotiations")
      .select("id")
      .where("run_id", "=", plan)
      .where("subject", "=", subject)
      .executeTakeFirst();
    if (!row) return undefined;
    const agreements = await db
      .selectFrom("agreements")
      .select("id")
      .where("negotiation_id", "=", row.id)
      .where("status", "in", ["fulfilled", "late"])
      .orderBy("created_at")
      .orderBy("id")
      .execute();
    return { negotiation: row.id, agreements: agreements.map(({ id }) => id) };
  }
}

async function called(db: Store["db"], openedBy: string, callerId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom("plans")
    .select("id")
    .where("opened_by", "=", openedBy)
    .where("caller_id", "=", callerId)
    .executeTakeFirst();
  return row?.id;
}

async function openOf(db: Store["db"], principal: string): Promise<number> {
  const { count } = await db
    .selectFrom("plans")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("opened_by", "=", principal)
    .where("open", "=", 1)
    .executeTakeFirstOrThrow();
  return Number(count);
}
