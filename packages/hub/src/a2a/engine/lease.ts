/**
 * Which hub works on which tasks, where several share a store. Each hub shows every few seconds that it lives; the unfinished
 * tasks of one that has not done so for a whole lease, or that said good-bye, are taken by the first that claims them. A hub's
 * id belongs to its data folder, so one that was killed and is started again there has its tasks back at once. One that finds
 * that it slept through its own lease lets go of everything, since another may have taken it.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { writeFileWhole } from "../../base/files.ts";
import { newId } from "../../base/ids.ts";
import type { Logger } from "../../base/logger.ts";
import type { Store } from "../../store/store.ts";
import { a2aErrors } from "../errors.ts";
import { unfinished } from "./task-reader.ts";

const beatsPerLease = 6;
const orphanLeases = 20;

/** The id of the hub on a data folder; made at first. */
export function hubIdOf(dataFolder: string, clock: Clock): string {
  const path = join(dataFolder, "hub-id");
  if (!existsSync(path)) writeFileWhole(path, `${newId("hub", clock.now())}\n`);
  return readFileSync(path, "utf8").trim();
}

/** That another hub works on a task. */
export function elsewhere(task: string): Error {
  return a2aErrors.UNSUPPORTED_OPERATION({ problem: `task "${task}" is in the hands of another hub of this store` });
}

/** What a lease stands on. */
export interface LeaseInput {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly hub: string;
  readonly leaseMs: number;
  /** The agents that this hub has. */
  readonly agents: () => readonly string[];
  /** There are tasks of this hub that nobody works on. */
  readonly claimed: () => Promise<void>;
  /** This hub slept through its lease. */
  readonly lost: () => void;
}

/** The lease of one hub. */
export class Lease {
  readonly #input: LeaseInput;
  #seenAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> = Promise.resolve();

  constructor(input: LeaseInput) {
    this.#input = input;
  }

  /** Takes the lease and every task there is to take, and goes on doing so. */
  async start(): Promise<void> {
    await this.#show();
    await this.#claim();
    const beat = (): void => {
      this.#beating = this.#beat().catch((error) =>
        this.#input.log.error({ err: error }, "the hub could not show that it lives"),
      );
    };
    this.#timer = setInterval(beat, this.#input.leaseMs / beatsPerLease).unref();
  }

  /** Says good-bye: others may take what is left at once. */
  async end(): Promise<void> {
    if (!this.#timer) return;
    clearInterval(this.#timer);
    await this.#beating;
    await this.#input.store.db.deleteFrom("hubs").where("id", "=", this.#input.hub).execute();
  }

  async #beat(): Promise<void> {
    const { clock, leaseMs, lost, claimed } = this.#input;
    const slept = clock.now() - this.#seenAt > leaseMs;
    if (slept) lost();
    await this.#show();
    await this.#claim();
    // What nobody took is still this hub's.
    if (slept) await claimed();
  }

  async #show(): Promise<void> {
    const { store, hub, clock } = this.#input;
    const seen_at = clock.now();
    await store.db
      .insertInto("hubs")
      .values({ id: hub, seen_at })
      .onConflict((conflict) => conflict.column("id").doUpdateSet({ seen_at }))
      .execute();
    this.#seenAt = seen_at;
  }

  async #claim(): Promise<void> {
    const { store, hub, clock, leaseMs, agents, claimed } = this.#input;
    const mine = agents();
    const rows = await store.db
      .updateTable("tasks")
      .set({ hub })
      .where("state", "in", unfinished)
      .where("hub", "!=", hub)
      // Another hub may have the agents that this one has not; if none takes their tasks for long, they are ended here.
      .where((eb) =>
        eb.or([
          eb("updated_at", "<", clock.now() - orphanLeases * leaseMs),
          ...(mine.length > 0 ? [eb("agent", "in", mine)] : []),
        ]),
      )
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom("hubs")
              .select("hubs.id")
              .whereRef("hubs.id", "=", "tasks.hub")
              .where("hubs.seen_at", ">=", clock.now() - leaseMs),
          ),
        ),
      )
      .returning("id")
      .execute();
    if (rows.length > 0) await claimed();
  }
}
