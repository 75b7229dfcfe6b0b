/** What a hub that is gone leaves behind: jobs that ran, flights, and their part of the journal of its Leap client. */
import type { ExpressionBuilder, Transaction } from "kysely";
import type { Connection } from "../../store/backend.ts";
import type { Database } from "../../store/schema.ts";

/** Who would take over, and with which Leap account: flights of another account cannot be followed. */
export interface Heir {
  readonly hub: string;
  readonly account: string | undefined;
}

/** The other hubs that have jobs or flights which this one could run. */
export async function hubsWithEstates(connection: Connection, heir: Heir): Promise<readonly string[]> {
  const flying = await flightsFor(connection, heir).where("hub", "!=", heir.hub).select("hub").distinct().execute();
  const running = await connection
    .selectFrom("quantum_jobs")
    .select("hub")
    .distinct()
    .where("state", "=", "running")
    .where("hub", "!=", heir.hub)
    .where(isGrounded)
    .execute();
  return [...new Set([...flying, ...running].flatMap(({ hub }) => hub ?? []))];
}

/**
 * Moves the estate of a hub to its heir, in the transaction in which the hub lost its lease: from then on what the heir's client
 * finds in its journal about these flights is all that anybody knows.
 */
export async function moveEstate(trx: Transaction<Database>, hub: string, heir: Heir): Promise<void> {
  const flights = await flightsFor(trx, heir).where("hub", "=", hub).select("key").execute();
  const keys = flights.map(({ key }) => key);
  if (keys.length > 0) {
    const { last } = await trx
      .selectFrom("quantum_leap_journal")
      .select((e) => e.fn.max("seq").as("last"))
      .where("hub", "=", heir.hub)
      .executeTakeFirstOrThrow();
    await trx
      .updateTable("quantum_leap_journal")
      .set((eb) => ({ hub: heir.hub, seq: eb("seq", "+", Number(last ?? 0)) }))
      .where("hub", "=", hub)
      .where("key", "in", keys)
      .execute();
    await trx.updateTable("quantum_flights").set({ hub: heir.hub }).where("key", "in", keys).execute();
    await trx
      .updateTable("quantum_jobs")
      .set({ hub: heir.hub })
      .where("hub", "=", hub)
      .where("state", "=", "running")
      .where("flight", "in", keys)
      .execute();
  }
  await trx
    .updateTable("quantum_jobs")
    .set({ hub: heir.hub })
    .where("hub", "=", hub)
    .where("state", "=", "running")
    .where(isGrounded)
    .execute();
}

function flightsFor(connection: Connection, { account }: Heir) {
  return connection
    .selectFrom("quantum_flights")
    .where("closed_at", "is", null)
    .where((eb) => eb.or([eb("account", "is", null), ...(account === undefined ? [] : [eb("account", "=", account)])]));
}

// On no flight that is open.
function isGrounded({ not, exists, selectFrom }: ExpressionBuilder<Database, "quantum_jobs">) {
  return not(
    exists(
      selectFrom("quantum_flights")
        .select("quantum_flights.key")
        .whereRef("quantum_flights.key", "=", "quantum_jobs.flight")
        .where("quantum_flights.closed_at", "is", null),
    ),
  );
}
