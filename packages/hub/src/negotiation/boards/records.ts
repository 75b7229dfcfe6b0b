/**
 * Blackboards in the store. A write first moves the board's revision on, which on either engine lets one writer through at a time, then
 * compares the version, and takes everything back when it is another one: of many that write over one version exactly one is heard,
 * whichever hub they come by.
 */
import type { Transaction } from "kysely";
import type { Clock } from "../../base/clock.ts";
import { baseErrors } from "../../base/errors.ts";
import { canonicalJson, type Json } from "../../base/json.ts";
import type { Database } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";
import { type BoardAct, type BoardRevision, type BoardTerms, boardActs, boardGenesis, boardLink } from "./board.ts";
import { boardErrors } from "./errors.ts";

/** A board as the store has it. */
export interface KeptBoard extends BoardTerms {
  readonly open: boolean;
  readonly revision: number;
  readonly entries: number;
  readonly createdAt: number;
}

/** An entry of a board. */
export interface KeptEntry {
  readonly key: string;
  readonly version: number;
  readonly value: Json;
  readonly by: string;
  readonly at: number;
}

/** A revision with its value, where that is still kept. */
export interface KeptRevision extends BoardRevision {
  readonly value?: Json;
}

/** A write: to put `value`, or to delete where there is none. */
export interface BoardWrite {
  readonly board: string;
  readonly by: string;
  readonly key: string;
  readonly expected: number;
  readonly value?: { readonly text: string; readonly hash: string };
}

/** Bounds of a board. */
export interface BoardLimits {
  readonly entries: number;
  readonly keptValues: number;
}

// Revisions are small rows that stay; a board that is written for ever would never end.
const mostRevisions = 1_000_000;

/** See the head of this file. */
export class BoardRecords {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #limits: BoardLimits;

  constructor(store: Store, clock: Clock, limits: BoardLimits) {
    this.#store = store;
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Opens a board unless its opener has `limit` open ones. Throws BOARDS_TOO_MANY. */
  async open(terms: BoardTerms, limit: number): Promise<void> {
    const { id, subject, openedBy, members } = terms;
    const now = this.#clock.now();
    const data = { about: subject, members };
    await this.#store.transaction(async (trx) => {
      // The head of the log is locked first: of two that open at once each counts the other.
      await this.#store.events.append(trx, [{ kind: "board.opened", actor: openedBy, subject: id, data }]);
      const { count } = await trx
        .selectFrom("boards")
        .select((eb) => eb.fn.countAll<number>().as("count"))
        .where("opened_by", "=", openedBy)
        .where("open", "=", 1)
        .executeTakeFirstOrThrow();
      if (Number(count) >= limit) throw boardErrors.BOARDS_TOO_MANY({ principal: openedBy, limit });
      await trx
        .insertInto("boards")
        .values({
          id,
          subject,
          opened_by: openedBy,
          members_json: canonicalJson(members),
          open: 1,
          seq: 0,
          entries: 0,
          hash: boardGenesis(terms),
          created_at: now,
        })
        .execute();
    });
  }

  /** A board; undefined where there is none of that id. */
  async find(id: string): Promise<KeptBoard | undefined> {
    const row = await this.#store.db.selectFrom("boards").selectAll().where("id", "=", id).executeTakeFirst();
    return (
      row && {
        id,
        subject: row.subject,
        openedBy: row.opened_by,
        members: JSON.parse(row.members_json),
        open: row.open === 1,
        revision: row.seq,
        entries: row.entries,
        createdAt: row.created_at,
      }
    );
  }

  /** Writes over the version that the writer has seen; gives the revision. Throws VERSION_CONFLICT, BOARD_CLOSED, BOARD_FULL. */
  async write({ board, by, key, expected, value }: BoardWrite): Promise<number> {
    return this.#store.transaction(async (trx) => {
      const { seq, entries, before } = await this.#movedOn(trx, board);
      const known = await trx
        .selectFrom("board_entries")
        .select(["version", "value_json"])
        .where("board_id", "=", board)
        .where("key", "=", key)
        .executeTakeFirst();
      const version = known?.version ?? 0;
      // To delete what is not there is a mistake about what is there, too.
      if (version !== expected || (!known && !value))
        throw boardErrors.VERSION_CONFLICT({
          board,
          key,
          expected,
          version,
          value: known ? JSON.parse(known.value_json) : null,
        });
      const at = this.#clock.now();
      if (!value) await trx.deleteFrom("board_entries").where("board_id", "=", board).where("key", "=", key).execute();
      else if (known)
        await trx
          .updateTable("board_entries")
          .set({ version: seq, value_json: value.text, by, at })
          .where("board_id", "=", board)
          .where("key", "=", key)
          .execute();
      else {
        if (entries >= this.#limits.entries)
          throw boardErrors.BOARD_FULL({ board, limit: this.#limits.entries, what: "keys (boards.entries)" });
        await trx
          .insertInto("board_entries")
          .values({ board_id: board, key, version: seq, value_json: value.text, by, at })
          .execute();
      }
      const change = (value ? 1 : 0) - (known ? 1 : 0);
      const revision = { seq, at, by, act: value ? "put" : "delete", key, valueHash: value?.hash ?? null } as const;
      await this.#keep(trx, board, revision, before, { entries: entries + change }, value?.text);
      const kind = value ? "board.written" : "board.deleted";
      await this.#store.events.append(trx, [{ kind, actor: by, subject: board, data: { key, version: seq } }]);
      return seq;
    });
  }

  /** Closes a board for writing. Throws BOARD_CLOSED. */
  async close(board: string, by: string): Promise<number> {
    return this.#store.transaction(async (trx) => {
      const { seq, before } = await this.#movedOn(trx, board);
      const revision = { seq, at: this.#clock.now(), by, act: "close", key: null, valueHash: null } as const;
      await this.#keep(trx, board, revision, before, { open: 0 });
      await this.#store.events.append(trx, [{ kind: "board.closed", actor: by, subject: board, data: {} }]);
      return seq;
    });
  }

  /** One entry; undefined where the key is not there. */
  async entry(board: string, key: string): Promise<KeptEntry | undefined> {
    const row = await this.#store.db
      .selectFrom("board_entries")
      .select(["version", "value_json", "by", "at"])
      .where("board_id", "=", board)
      .where("key", "=", key)
      .executeTakeFirst();
    return row && { key, version: row.version, value: JSON.parse(row.value_json), by: row.by, at: row.at };
  }

  /** Entries written after a revision, without their values, in the order in which they were written. */
  async entriesSince(board: string, since: number, limit: number): Promise<readonly Omit<KeptEntry, "value">[]> {
    return this.#store.db
      .selectFrom("board_entries")
      .select(["key", "version", "by", "at"])
      .where("board_id", "=", board)
      .where("version", ">", since)
      .orderBy("version")
      .limit(limit)
      .execute();
  }

  /** The revisions after one, in order, or those of one key. */
  async revisions(board: string, since: number, limit: number, key?: string): Promise<readonly KeptRevision[]> {
    let query = this.#store.db.selectFrom("board_events").selectAll().where("board_id", "=", board).where("seq", ">", since);
    if (key !== undefined) query = query.where("key", "=", key);
    const rows = await query.orderBy("seq").limit(limit).execute();
    return rows.map(({ seq, at, by, act, key: of, value_json, value_hash, hash }) => ({
      seq,
      at,
      by,
      act: boardActs.find((known) => known === act) ?? "put",
      key: of,
      valueHash: value_hash,
      ...(value_json === null ? {} : { value: JSON.parse(value_json) }),
      hash,
    }));
  }

  // Locks the board's row: whoever comes next sees what this one wrote.
  async #movedOn(trx: Transaction<Database>, board: string) {
    const moved = await trx
      .updateTable("boards")
      .set((eb) => ({ seq: eb("seq", "+", 1) }))
      .where("id", "=", board)
      .where("open", "=", 1)
      .returning(["seq", "entries", "hash"])
      .executeTakeFirst();
    if (!moved) {
      const there = await trx.selectFrom("boards").select("id").where("id", "=", board).executeTakeFirst();
      throw there ? boardErrors.BOARD_CLOSED({ board }) : baseErrors.NOT_FOUND({ what: "board", id: board });
    }
    if (moved.seq > mostRevisions) throw boardErrors.BOARD_FULL({ board, limit: mostRevisions, what: "revisions" });
    return { seq: Number(moved.seq), entries: moved.entries, before: moved.hash };
  }

  async #keep(
    trx: Transaction<Database>,
    board: string,
    revision: Omit<BoardRevision, "hash"> & { readonly act: BoardAct },
    before: string,
    change: { readonly entries?: number; readonly open?: number },
    text?: string,
  ): Promise<void> {
    const { seq, at, by, act, key, valueHash } = revision;
    const hash = boardLink(before, revision);
    await trx
      .insertInto("board_events")
      .values({ board_id: board, seq, at, by, act, key, value_json: text ?? null, value_hash: valueHash, hash })
      .execute();
    await trx
      .updateTable("boards")
      .set({ hash, ...change })
      .where("id", "=", board)
      .execute();
    await trx
      .updateTable("board_events")
      .set({ value_json: null })
      .where("board_id", "=", board)
      .where("seq", "=", seq - this.#limits.keptValues)
      .execute();
  }
}
