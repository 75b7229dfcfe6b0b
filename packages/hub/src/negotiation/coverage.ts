/**
 * What an agreement covers: as many tasks as it says (one, unless it says more), begun by when it is due and while it is open. A
 * task that names it is counted before it begins, in one statement, so that of many that are sent at once only so many begin.
 * An id that is no agreement between these two says nothing here, as it says nothing to service levels.
 */
import type { CoverTask } from "../a2a/engine/local-agent.ts";
import type { Clock } from "../base/clock.ts";
import { defineErrors } from "../base/errors.ts";
import type { Store } from "../store/store.ts";
import { anyAgreementSchema } from "./bargains/agreement.ts";

export const coverageErrors = defineErrors({
  AGREEMENT_SPENT: {
    status: 409,
    text: (d: { agreement: string; covers: number }) =>
      `agreement "${d.agreement}" covers ${d.covers === 1 ? "one task" : `${d.covers} tasks`}, which it has had; agree on more, or send this one without it`,
  },
  AGREEMENT_OVER: {
    status: 409,
    text: (d: { agreement: string; problem: string }) =>
      `agreement "${d.agreement}" covers no task any more: ${d.problem}; agree anew, or send this one without it`,
  },
});

/** How long after it was due an agreement still covers a task, ms: one begun a moment later is late, which is for the closing to say. */
export const graceMs = 60_000;

/**
 * Counts tasks under the agreements of a store; what it gives takes a count back, for a task that did not begin after all.
 * Throws AGREEMENT_SPENT and AGREEMENT_OVER.
 */
export function coverage(store: Store, clock: Clock): CoverTask {
  return async (agreement, contractor, initiator) => {
    const row = await store.db
      .selectFrom("agreements")
      .select(["document_json", "status", "due_at"])
      .where("id", "=", agreement)
      .where("contractor", "=", contractor)
      .where("initiator", "=", initiator)
      .executeTakeFirst();
    if (!row) return async () => {};
    const over = (problem: string) => coverageErrors.AGREEMENT_OVER({ agreement, problem });
    if (row.status !== "active") throw over(`it was closed as ${row.status}`);
    if (clock.now() > row.due_at + graceMs) throw over(`it was due at ${new Date(row.due_at).toISOString()}`);
    const { tasks: covers = 1 } = anyAgreementSchema.parse(JSON.parse(row.document_json));
    const counted = await store.transaction((trx) =>
      trx
        .updateTable("agreements")
        .set((eb) => ({ tasks_begun: eb("tasks_begun", "+", 1) }))
        .where("id", "=", agreement)
        .where("status", "=", "active")
        .where("tasks_begun", "<", covers)
        .returning("id")
        .executeTakeFirst(),
    );
    if (!counted) throw coverageErrors.AGREEMENT_SPENT({ agreement, covers });
    return () =>
      store.transaction(async (trx) => {
        await trx
          .updateTable("agreements")
          .set((eb) => ({ tasks_begun: eb("tasks_begun", "-", 1) }))
          .where("id", "=", agreement)
          .where("tasks_begun", ">", 0)
          .execute();
      });
  };
}
