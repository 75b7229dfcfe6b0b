/** What some hub carries on: sessions, plans, votes and auctions, each a row with its driver and when it was last seen. */
import { sql } from "kysely";
import type { Store } from "../store/store.ts";

/** What to take over. */
export interface Taking {
  /** Who takes it. */
  readonly driver: string;
  readonly now: number;
  /** Whose driver has not been seen since then, ms. */
  readonly unseenSince: number;
  /** Also what belongs to drivers whose names begin so: this hub's own, before a restart. */
  readonly own?: string | undefined;
  /** What is in hand already. */
  readonly except?: ReadonlySet<string>;
  /** Whether its own clock stood still meanwhile (`paused_ms`). */
  readonly pauses: boolean;
}

const mostAtOnce = 1000;

/** Takes over what is open and in nobody's hands, the longest unseen first; gives the ids. Of several hubs that want one, one gets it. */
export async function takeOver(
  { db }: Pick<Store, "db">,
  table: "bargains" | "plans" | "assemblies",
  { driver, now, unseenSince, own, except, pauses }: Taking,
): Promise<readonly string[]> {
  const rows = sql.table(table);
  const mine = own === undefined ? sql`` : sql` or substr(driver, 1, ${own.length}) = ${own}`;
  const left = await sql<{ id: string; driver: string; seen_at: number }>`
    select id, driver, seen_at from ${rows} where open = 1 and (seen_at < ${unseenSince}${mine})
    order by seen_at limit ${mostAtOnce}`.execute(db);
  const taken: string[] = [];
  for (const { id, driver: before, seen_at } of left.rows) {
    if (except?.has(id)) continue;
    const paused = pauses ? sql`, paused_ms = paused_ms + ${Math.max(0, now - seen_at)}` : sql``;
    const got = await sql<{ id: string }>`
      update ${rows} set driver = ${driver}, seen_at = ${now}${paused}
      where id = ${id} and driver = ${before} and seen_at = ${seen_at} and open = 1 returning id`.execute(db);
    if (got.rows.length > 0) taken.push(id);
  }
  return taken;
}
