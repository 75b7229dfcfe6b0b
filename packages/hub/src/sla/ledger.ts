/** The store's side of service levels: buckets, terms that were set, breaches. */
import type { Clock } from "../base/clock.ts";
import { canonicalJson } from "../base/json.ts";
import type { NewEvent } from "../store/event-log.ts";
import type { SlaBreachesTable } from "../store/schema.ts";
import type { Store } from "../store/store.ts";
import type { Breach } from "./breach.ts";
import { type BreachRow, breachSchema } from "./report.ts";
import { added, type Bucket, emptySeries, keptMs, mergedBucket, type Resolution, resolutions, type Series } from "./series.ts";
import { type SetTerms, setTermsSchema } from "./terms.ts";

/** A bucket that is to be added into the stored one. */
export interface Share {
  readonly agent: string;
  readonly resolution: Resolution;
  readonly start: number;
  readonly bucket: Bucket;
}

/** Reads and writes what the SLA monitor keeps. */
export class SlaLedger {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Every agent's series, as far back as it is kept. */
  async series(): Promise<ReadonlyMap<string, Series>> {
    const all = new Map<string, Series>();
    for (const resolution of ["minute", "hour"] as const) {
      const rows = await this.#store.db
        .selectFrom("sla_buckets")
        .selectAll()
        .where("resolution", "=", resolution)
        .where("start_at", ">=", this.#clock.now() - keptMs[resolution])
        .execute();
      for (const row of rows) {
        const bucket: Bucket = JSON.parse(row.bucket_json);
        all.set(row.agent, added(all.get(row.agent) ?? emptySeries, resolution, row.start_at, bucket));
      }
    }
    return all;
  }

  /** The buckets that any hub on this store may still be adding to. */
  async newest(): Promise<readonly Share[]> {
    const shares: Share[] = [];
    for (const resolution of ["minute", "hour"] as const) {
      const rows = await this.#store.db
        .selectFrom("sla_buckets")
        .selectAll()
        .where("resolution", "=", resolution)
        .where("start_at", ">=", this.#clock.now() - 3 * resolutions[resolution])
        .execute();
      for (const row of rows)
        shares.push({ agent: row.agent, resolution, start: row.start_at, bucket: JSON.parse(row.bucket_json) });
    }
    return shares;
  }

  /** Adds shares into the stored buckets and drops what is too old, in one transaction. */
  async add(shares: readonly Share[]): Promise<void> {
    await this.#store.transaction(async (trx) => {
      for (const { agent, resolution, start, bucket } of shares) {
        const key = { agent, resolution, start_at: start };
        // Made first, so that two hubs that begin the same bucket meet at one row and wait for each other.
        await trx
          .insertInto("sla_buckets")
          .values({ ...key, bucket_json: canonicalJson({ tasks: 0, tallies: {}, times: {} }) })
          .onConflict((conflict) => conflict.columns(["agent", "resolution", "start_at"]).doNothing())
          .execute();
        const reading = trx
          .selectFrom("sla_buckets")
          .select("bucket_json")
          .where("agent", "=", agent)
          .where("resolution", "=", resolution)
          .where("start_at", "=", start);
        const row = await (this.#store.engine === "postgres" ? reading.forUpdate() : reading).executeTakeFirstOrThrow();
        const known: Bucket = JSON.parse(row.bucket_json);
        await trx
          .updateTable("sla_buckets")
          .set({ bucket_json: canonicalJson(mergedBucket(known, bucket)) })
          .where("agent", "=", agent)
          .where("resolution", "=", resolution)
          .where("start_at", "=", start)
          .execute();
      }
      for (const resolution of ["minute", "hour"] as const)
        await trx
          .deleteFrom("sla_buckets")
          .where("resolution", "=", resolution)
          .where("start_at", "<", this.#clock.now() - keptMs[resolution])
          .execute();
    });
  }

  /** The terms that operators set. */
  async terms(): Promise<ReadonlyMap<string, SetTerms>> {
    const rows = await this.#store.db.selectFrom("sla_terms").selectAll().execute();
    return new Map(rows.map((row) => [row.agent, setTermsSchema.parse(JSON.parse(row.terms_json))]));
  }

  /** Sets an agent's terms. */
  async setTerms(agent: string, terms: SetTerms, actor: string): Promise<void> {
    const row = { terms_json: canonicalJson(terms), set_by: actor, set_at: this.#clock.now() };
    await this.#store.transaction(async (trx) => {
      await trx
        .insertInto("sla_terms")
        .values({ agent, ...row })
        .onConflict((conflict) => conflict.column("agent").doUpdateSet(row))
        .execute();
      await this.#store.events.append(trx, [{ kind: "sla.terms-set", actor, subject: agent, data: { ...terms } }]);
    });
  }

  /** The breaches that are open, to go on with after a restart. */
  async openBreaches(): Promise<readonly Breach[]> {
    const rows = await this.#store.db.selectFrom("sla_breaches").selectAll().where("closed_at", "is", null).execute();
    return rows.map((row) => {
      const { severity, ...rest } = toRow(row);
      return { ...rest, severity: severity === "page" ? "page" : "ticket" };
    });
  }

  /** Writes a new breach down with its event; false when another hub was first. */
  async open(row: BreachRow, event: NewEvent): Promise<boolean> {
    return this.#store.transaction(async (trx) => {
      const { id, agent, indicator, severity, agreement, because } = row;
      const times = { opened_at: row.openedAt, closed_at: row.closedAt };
      const { numInsertedOrUpdatedRows } = await trx
        .insertInto("sla_breaches")
        .values({ id, agent, indicator, severity, agreement, because, ...times })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      if (numInsertedOrUpdatedRows !== 1n) return false;
      await this.#store.events.append(trx, [event]);
      return true;
    });
  }

  /** Writes down what became of an open breach, with its event; false when another hub did. */
  async change(row: BreachRow, event: NewEvent): Promise<boolean> {
    return this.#store.transaction(async (trx) => {
      let query = trx
        .updateTable("sla_breaches")
        .set({ severity: row.severity, because: row.because, closed_at: row.closedAt })
        .where("id", "=", row.id)
        .where("closed_at", "is", null);
      if (row.closedAt === null) query = query.where("severity", "!=", row.severity);
      const { numUpdatedRows } = await query.executeTakeFirst();
      if (numUpdatedRows !== 1n) return false;
      await this.#store.events.append(trx, [event]);
      return true;
    });
  }

  /** Breaches, newest first. */
  async breaches(filter: { agent: string | undefined; open: boolean; limit: number }): Promise<readonly BreachRow[]> {
    let query = this.#store.db.selectFrom("sla_breaches").selectAll();
    if (filter.agent !== undefined) query = query.where("agent", "=", filter.agent);
    if (filter.open) query = query.where("closed_at", "is", null);
    const rows = await query.orderBy("opened_at", "desc").orderBy("id", "desc").limit(filter.limit).execute();
    return rows.map(toRow);
  }
}

function toRow(row: SlaBreachesTable): BreachRow {
  const { opened_at, closed_at, ...rest } = row;
  return breachSchema.parse({ ...rest, openedAt: opened_at, closedAt: closed_at });
}
