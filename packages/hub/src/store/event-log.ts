/**
 * The append-only event log: what happened, in order, each event chained to the one before by SHA-256, so that a
 * changed, missing or inserted row is found. An event is acknowledged only after its transaction is committed.
 *
 * Two ways in: `append` inside a caller's transaction (the event and the state it tells of are one), and `record` for
 * events that stand alone, which are gathered for one tick and committed together.
 *
 * Whoever appends in a transaction holds the head of the log until its end, and some rely on it: what they count after it, nobody changes.
 * A row that others change, too, is changed always before it or always after it: two who do it in opposite order wait for each other, and
 * with them everybody who appends; PostgreSQL then undoes one, and `Store.transaction` runs it again.
 */
import type { Transaction } from "kysely";
import type { Clock } from "../base/clock.ts";
import { canonicalJson, type Json, sha256 } from "../base/json.ts";
import type { Connection, Engine } from "./backend.ts";
import { BulkInsert, type Value } from "./bulk.ts";
import type { Database, EventsTable } from "./schema.ts";
import { SharedWrites } from "./shared-writes.ts";
import { Statement } from "./statement.ts";

/** An event to append. `kind` is `noun.verb` in the past tense, `actor` who did it, `subject` the id it is about. */
export interface NewEvent {
  readonly kind: string;
  readonly actor: string;
  readonly subject: string;
  readonly data: { readonly [key: string]: Json | undefined };
}

/** An event as read back. */
export interface HubEvent extends NewEvent {
  readonly seq: number;
  readonly at: number;
  readonly hash: string;
}

/** Result of walking the chain. `brokenAt` is the first event that does not fit, or undefined. */
export interface ChainReport {
  readonly checked: number;
  readonly head: string;
  readonly brokenAt: number | undefined;
  readonly problem: string | undefined;
}

/** What selects events: all conditions must hold. `kind` may end in `.*`. */
export interface EventFilter {
  readonly after?: number | undefined;
  readonly before?: number | undefined;
  readonly kind?: string | undefined;
  readonly subject?: string | undefined;
  readonly limit: number;
  readonly newestFirst?: boolean;
}

/** Whether a commit waits for the disk, or survives a killed process at once and a loss of power some milliseconds later. */
type Disk = "waits" | "behind";
type Transact = <T>(work: (trx: Transaction<Database>) => Promise<T>, disk: Disk) => Promise<T>;

/** The log over one store. */
export class EventLog {
  readonly #db: Connection;
  readonly #readHead: Statement<{ seq: number; hash: string }>;
  readonly #moveHead: Statement;
  readonly #clock: Clock;
  readonly #insert: BulkInsert;
  readonly #alone: SharedWrites<{ readonly event: NewEvent; readonly disk: Disk }>;

  constructor(db: Connection, transact: Transact, engine: Engine, clock: Clock) {
    this.#db = db;
    this.#alone = new SharedWrites(async (writes) => {
      const events = writes.map(({ event }) => event);
      await transact((trx) => this.append(trx, events), writes.every(({ disk }) => disk === "behind") ? "behind" : "waits");
    });
    this.#clock = clock;
    const lock = engine === "postgres" ? " for update" : "";
    this.#readHead = new Statement(engine, `select seq, hash from event_head where id = 1${lock}`);
    this.#moveHead = new Statement(engine, "update event_head set seq = ?, hash = ? where id = 1");
    this.#insert = new BulkInsert(engine, "events", ["seq", "at", "kind", "actor", "subject", "data_json", "prev", "hash"]);
  }

  /** Appends inside the caller's transaction, and locks the head of the log until its end. */
  async append(trx: Transaction<Database>, events: readonly NewEvent[]): Promise<void> {
    if (events.length === 0) return;
    const [head] = (await this.#readHead.run(trx)).rows;
    if (!head) throw new Error("the event log has lost its head row");
    let { seq, hash } = head;
    const rows: Value[][] = [];
    for (const event of events) {
      seq += 1;
      const row = {
        seq,
        at: this.#clock.now(),
        kind: event.kind,
        actor: event.actor,
        subject: event.subject,
        data_json: canonicalJson(event.data),
        prev: hash,
      };
      hash = linkHash(row);
      rows.push([seq, row.at, row.kind, row.actor, row.subject, row.data_json, row.prev, hash]);
    }
    await this.#insert.run(trx, rows);
    await this.#moveHead.run(trx, seq, hash);
  }

  /**
   * Appends an event that stands alone; resolves when it is committed, and durable unless the disk may come behind. Calls of one tick share
   * a commit, which waits if one of them does.
   */
  record(event: NewEvent, disk: Disk = "waits"): Promise<void> {
    return this.#alone.add({ event, disk });
  }

  /** Resolves when everything recorded so far is durable. */
  settled(): Promise<void> {
    return this.#alone.settled();
  }

  /** Reads events. */
  async read(filter: EventFilter): Promise<readonly HubEvent[]> {
    let query = this.#db.selectFrom("events").selectAll();
    if (filter.after !== undefined) query = query.where("seq", ">", filter.after);
    if (filter.before !== undefined) query = query.where("seq", "<", filter.before);
    if (filter.subject !== undefined) query = query.where("subject", "=", filter.subject);
    if (filter.kind?.endsWith(".*")) query = query.where("kind", "like", `${filter.kind.slice(0, -1)}%`);
    else if (filter.kind !== undefined) query = query.where("kind", "=", filter.kind);
    const rows = await query
      .orderBy("seq", filter.newestFirst ? "desc" : "asc")
      .limit(filter.limit)
      .execute();
    return rows.map(toEvent);
  }

  /** Walks the whole chain in pages and says where it breaks, if it does. */
  async verify(signal?: AbortSignal): Promise<ChainReport> {
    let prev = "0".repeat(64);
    let seq = 0;
    for (;;) {
      signal?.throwIfAborted();
      const rows = await this.#db.selectFrom("events").selectAll().where("seq", ">", seq).orderBy("seq").limit(1000).execute();
      for (const row of rows) {
        const problem =
          row.seq !== seq + 1
            ? `event ${seq + 1} is missing`
            : row.prev !== prev
              ? "it does not follow the event before"
              : linkHash(row) !== row.hash
                ? "its content was changed"
                : undefined;
        if (problem) return { checked: seq, head: prev, brokenAt: seq + 1, problem };
        [seq, prev] = [row.seq, row.hash];
      }
      if (rows.length === 0) break;
    }
    const head = await this.#db.selectFrom("event_head").selectAll().where("id", "=", 1).executeTakeFirstOrThrow();
    const whole = head.seq === seq && head.hash === prev;
    return {
      checked: seq,
      head: prev,
      brokenAt: whole ? undefined : seq + 1,
      problem: whole ? undefined : `the log should end at event ${head.seq}`,
    };
  }
}

function linkHash(row: Omit<EventsTable, "hash">): string {
  // Of a list of whole numbers and texts the canonical form is the plain one.
  return sha256(JSON.stringify([row.seq, row.at, row.kind, row.actor, row.subject, row.data_json, row.prev]));
}

function toEvent(row: EventsTable): HubEvent {
  const data: HubEvent["data"] = JSON.parse(row.data_json);
  return { seq: row.seq, at: row.at, kind: row.kind, actor: row.actor, subject: row.subject, data, hash: row.hash };
}
