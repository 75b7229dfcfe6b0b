import type { Store } from "../store/store.ts";

const freshMs = 5_000;

/**
 * Share of agreements that each agent kept, for routing: (kept + 9) / (ended + 10), so that a newcomer stands near the
 * proven ones. Read again at most every five seconds, behind the back of who asks: a decision never waits for the store.
 */
export class AgreementsKept {
  readonly #store: Store;
  readonly #now: () => number;
  #shares: ReadonlyMap<string, number> = new Map();
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** An agent's share as last read; undefined when none of its agreements has ended. */
  of(agent: string): number | undefined {
    if (this.#now() - this.#readAt >= freshMs) this.#reading ??= this.#read();
    return this.#shares.get(agent);
  }

  /** Resolves when what is being read has been. */
  async settled(): Promise<void> {
    await this.#reading;
  }

  async #read(): Promise<void> {
    this.#readAt = this.#now();
    try {
      const rows = await this.#store.db
        .selectFrom("agreements")
        .select(["contractor", "status", (eb) => eb.fn.countAll<number>().as("count")])
        .where("status", "in", ["fulfilled", "late", "failed"])
        .groupBy(["contractor", "status"])
        .execute();
      const byAgent = Map.groupBy(rows, ({ contractor }) => contractor);
      this.#shares = new Map(
        [...byAgent].map(([agent, ends]) => {
          const all = ends.reduce((sum, { count }) => sum + Number(count), 0);
          const kept = Number(ends.find(({ status }) => status === "fulfilled")?.count ?? 0);
          return [agent, (kept + 9) / (all + 10)];
        }),
      );
    } catch {
      // The store is away: what was read before still stands, and the next asking reads again.
    } finally {
      this.#reading = undefined;
    }
  }
}
