/** Blackboards: what several principals write together, each over what it has read. Who is no member of a board does not know of it. */
import type { Registry } from "../../a2a/registry.ts";
import type { Clock } from "../../base/clock.ts";
import { baseErrors } from "../../base/errors.ts";
import { newId } from "../../base/ids.ts";
import type { Json } from "../../base/json.ts";
import type { Principal } from "../../base/tool.ts";
import type { Store } from "../../store/store.ts";
import { actingAs, checkParticipants } from "../participants.ts";
import type { Watch } from "../watch.ts";
import { boardValue } from "./board.ts";
import { boardErrors } from "./errors.ts";
import { BoardRecords, type KeptBoard, type KeptRevision } from "./records.ts";

/** What blackboards stand on. Limits: open boards of a principal, keys of a board, bytes of a value, revisions whose values are kept. */
export interface BlackboardsInput {
  readonly store: Store;
  readonly registry: Pick<Registry, "has">;
  readonly clock: Clock;
  readonly watch: Watch;
  readonly limits: { readonly open: number; readonly entries: number; readonly entryBytes: number; readonly keptValues: number };
}

/** A write as it is asked for: `value` to put, undefined to delete. `expected` is the version that was read, 0 for a key that is not there. */
export interface WriteCall {
  readonly board: string;
  readonly key: string;
  readonly expected: number;
  readonly value?: Json | undefined;
}

/** See the head of this file. */
export class Blackboards {
  readonly records: BoardRecords;
  readonly #input: BlackboardsInput;

  constructor(input: BlackboardsInput) {
    this.#input = input;
    this.records = new BoardRecords(input.store, input.clock, input.limits);
  }

  /** Opens a board for its opener and other members; gives its id. Throws PARTIES_INVALID, BOARDS_TOO_MANY. */
  async open(openedBy: string, subject: string, others: readonly string[]): Promise<string> {
    const { clock, limits, registry } = this.#input;
    const members = [openedBy, ...others.filter((name) => name !== openedBy)];
    checkParticipants("members", members.slice(1), registry);
    const id = newId("brd", clock.now());
    await this.records.open({ id, subject, openedBy, members }, limits.open);
    return id;
  }

  /** A board, for a member or the operator. Throws NOT_FOUND. */
  async read(id: string, { kind, id: name }: Principal): Promise<KeptBoard> {
    const board = await this.records.find(id);
    if (!board || (kind !== "operator" && !board.members.includes(name))) throw baseErrors.NOT_FOUND({ what: "board", id });
    return board;
  }

  /**
   * Writes over the version that the caller has seen; gives the new version. Throws NOT_FOUND, VERSION_CONFLICT, BOARD_ENTRY_TOO_LARGE,
   * BOARD_CLOSED, BOARD_FULL.
   */
  async write({ board, key, expected, value }: WriteCall, principal: Principal, as: string | undefined): Promise<number> {
    const by = await this.#writer(board, principal, as);
    if (value === undefined) return this.records.write({ board, by, key, expected });
    const { bytes, ...kept } = boardValue(value);
    const { entryBytes } = this.#input.limits;
    if (bytes > entryBytes) throw boardErrors.BOARD_ENTRY_TOO_LARGE({ key, bytes, limit: entryBytes });
    return this.records.write({ board, by, key, expected, value: kept });
  }

  /** Closes a board, which its opener and the operator may; it can still be read. Throws NOT_FOUND, BOARD_CLOSED. */
  async close(id: string, principal: Principal): Promise<number> {
    const { openedBy } = await this.read(id, principal);
    if (principal.kind !== "operator" && principal.id !== openedBy)
      throw baseErrors.NOT_FOUND({ what: "board that you opened", id });
    return this.records.close(id, principal.id);
  }

  /** Waits until a board has gone past a revision, or for `waitMs`; gives the revisions since. Throws NOT_FOUND, WATCHERS_TOO_MANY. */
  async watch(
    id: string,
    since: number,
    limit: number,
    wait: { readonly waitMs: number; readonly signal: AbortSignal },
  ): Promise<readonly KeptRevision[]> {
    const read = () => this.records.revisions(id, since, limit);
    return this.#input.watch.until(id, wait, read, (revisions) => revisions.length > 0);
  }

  async #writer(id: string, principal: Principal, as: string | undefined): Promise<string> {
    const { members } = await this.read(id, principal);
    const by = actingAs("board", id, principal, as);
    if (by !== principal.id && !members.includes(by)) throw baseErrors.NOT_FOUND({ what: `member "${by}" of board`, id });
    return by;
  }
}
