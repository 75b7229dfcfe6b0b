/**
 * Budgets of QPU time, in us of qpu_access_time, per day or month, of a principal and of the hub (scope *). What a job may take is held
 * in the transaction that sends it on its way, and becomes what it took, or nothing, in the one that keeps its answer: so a hub that is
 * killed between any two steps counts neither too much nor too little. A reservation belongs to the period in which it was made. The
 * operator needs no budget; others have none until they are given one.
 */
import type { Transaction } from "kysely";
import { operator } from "../../base/principals.ts";
import type { Connection } from "../../store/backend.ts";
import type { Database } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";
import { jobErrors } from "./errors.ts";
import { type Period, periods, startOf } from "./period.ts";
import { sharedOut } from "./shares.ts";

/** The scope of the whole hub. */
export const hubScope = "*";

/** A budget and how it stands. */
export interface BudgetStanding {
  readonly scope: string;
  readonly period: Period;
  readonly limitUs: number;
  readonly heldUs: number;
  readonly spentUs: number;
  readonly since: number;
}

/** What a job of a flight asks for. */
export interface Claim {
  readonly job: string;
  readonly owner: string;
  readonly us: number;
}

/** Budgets over one store. */
export class Budgets {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Sets a budget, or ends it (null). */
  async set(scope: string, period: Period, limitUs: number | null, by: string, now: number): Promise<void> {
    await this.#store.transaction(async (trx) => {
      await trx.deleteFrom("quantum_budgets").where("scope", "=", scope).where("period", "=", period).execute();
      if (limitUs !== null)
        await trx.insertInto("quantum_budgets").values({ scope, period, limit_us: limitUs, set_by: by, set_at: now }).execute();
      const data = { period, limitUs };
      await this.#store.events.append(trx, [{ kind: "quantum.budget.set", actor: by, subject: scope, data }]);
    });
  }

  /** Whether a principal may use a QPU at all. */
  async may(owner: string): Promise<boolean> {
    return owner === operator.id || (await budgetsOf(this.#store.db, [owner])).length > 0;
  }

  /** Budgets and how they stand; of one scope, or all. */
  async standing(now: number, scope?: string): Promise<readonly BudgetStanding[]> {
    const rows = await budgetsOf(this.#store.db, scope === undefined ? undefined : [scope]);
    return Promise.all(rows.map((row) => standingOf(this.#store.db, row, now)));
  }

  /** Us that a principal has held and spent in a period, or all principals together. */
  async used(owner: string | undefined, period: Period, now: number): Promise<{ heldUs: number; spentUs: number }> {
    return sums(this.#store.db, owner ?? hubScope, startOf(period, now));
  }
}

/**
 * Holds what the jobs of a flight may take. Throws QPU_BUDGET_NONE or QPU_BUDGET_EXCEEDED, with the job in `details`, for the first for
 * which there is not enough; the transaction must then be rolled back.
 */
export async function hold(trx: Transaction<Database>, lock: boolean, flight: string, claims: readonly Claim[], now: number) {
  const owners = [...new Set(claims.map(({ owner }) => owner))].sort();
  const budgets = await budgetsOf(trx, [hubScope, ...owners], lock);
  for (const owner of owners)
    if (owner !== operator.id && !budgets.some(({ scope }) => scope === owner))
      throw jobErrors.QPU_BUDGET_NONE({ principal: owner });
  for (const budget of budgets) {
    const { heldUs, spentUs, limitUs, scope, period } = await standingOf(trx, budget, now);
    const wantedUs = claims.reduce((sum, { owner, us }) => sum + (scope === hubScope || scope === owner ? us : 0), 0);
    const usedUs = heldUs + spentUs;
    if (usedUs + wantedUs > limitUs) throw jobErrors.QPU_BUDGET_EXCEEDED({ scope, period, limitUs, usedUs, wantedUs });
  }
  for (const { job, owner, us } of claims)
    await trx.insertInto("quantum_reservations").values({ flight, job, owner, us, state: "held", at: now }).execute();
}

/** Turns what a flight held into what it took, shared out by weight; with 0 us it is freed. */
export async function settle(
  trx: Transaction<Database>,
  flight: string,
  us: number,
  members: readonly { readonly job: string; readonly weight: number }[],
): Promise<void> {
  const parts = sharedOut(
    us,
    members.map(({ weight }) => weight),
  );
  for (const [i, { job }] of members.entries())
    await trx
      .updateTable("quantum_reservations")
      .set({ us: parts[i] ?? 0, state: us === 0 ? "freed" : "spent" })
      .where("flight", "=", flight)
      .where("job", "=", job)
      .execute();
}

interface Budget {
  readonly scope: string;
  readonly period: Period;
  readonly limitUs: number;
}

// On PostgreSQL the rows are locked, so that two hubs do not both find the last of a budget; SQLite has one writer.
async function budgetsOf(connection: Connection, scopes?: readonly string[], lock = false): Promise<readonly Budget[]> {
  let query = connection.selectFrom("quantum_budgets").selectAll().orderBy("scope").orderBy("period");
  if (scopes) query = query.where("scope", "in", [...scopes]);
  if (lock) query = query.forUpdate();
  const rows = await query.execute();
  return rows.flatMap(({ scope, period, limit_us }) => {
    const known = periods.find((one) => one === period);
    return known === undefined ? [] : [{ scope, period: known, limitUs: limit_us }];
  });
}

async function standingOf(connection: Connection, { scope, period, limitUs }: Budget, now: number): Promise<BudgetStanding> {
  const since = startOf(period, now);
  return { scope, period, limitUs, since, ...(await sums(connection, scope, since)) };
}

async function sums(connection: Connection, scope: string, since: number): Promise<{ heldUs: number; spentUs: number }> {
  let query = connection
    .selectFrom("quantum_reservations")
    .select((e) => ["state", e.fn.sum<number>("us").as("us")])
    .where("at", ">=", since)
    .groupBy("state");
  if (scope !== hubScope) query = query.where("owner", "=", scope);
  const rows = await query.execute();
  // PostgreSQL sums bigints into numerics, which come as text.
  const of = (state: string): number => Number(rows.find((row) => row.state === state)?.us ?? 0);
  return { heldUs: of("held"), spentUs: of("spent") };
}
