/** What principals have used of each lane: solver time that decays, by which turns are taken. */
import type { Transaction } from "kysely";
import type { Connection } from "../../store/backend.ts";
import type { Database } from "../../store/schema.ts";
import type { Place } from "./job.ts";
import { decayed, type Lane, lanes } from "./scheduling.ts";

/** The lane of a place. */
export function laneOf(place: Place): Lane {
  return place === "local" ? lanes[0] : lanes[1];
}

/** Adds to what a principal has used of a lane. */
export async function charge(
  trx: Transaction<Database>,
  owner: string,
  lane: Lane,
  ms: number,
  now: number,
  halfLifeMs: number,
): Promise<void> {
  const before = await trx
    .selectFrom("quantum_usage")
    .selectAll()
    .where("owner", "=", owner)
    .where("lane", "=", lane)
    .executeTakeFirst();
  const amount_ms = (before ? decayed(before.amount_ms, now - before.at, halfLifeMs) : 0) + ms;
  await trx
    .insertInto("quantum_usage")
    .values({ owner, lane, amount_ms, at: now })
    .onConflict((c) => c.columns(["owner", "lane"]).doUpdateSet({ amount_ms, at: now }))
    .execute();
}

/** What each principal has used of each lane, decayed until now. */
export async function usageAt(
  connection: Connection,
  now: number,
  halfLifeMs: number,
): Promise<Readonly<Record<Lane, ReadonlyMap<string, number>>>> {
  const rows = await connection.selectFrom("quantum_usage").selectAll().execute();
  const of = (lane: Lane) =>
    new Map(rows.filter((row) => row.lane === lane).map((row) => [row.owner, decayed(row.amount_ms, now - row.at, halfLifeMs)]));
  return { local: of("local"), remote: of("remote") };
}
