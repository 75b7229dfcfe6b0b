import type { Logger } from "../base/logger.ts";
import type { Bargaining } from "../negotiation/bargains/bargaining.ts";
import type { Sla } from "../sla/sla.ts";
import type { Store } from "../store/store.ts";

/** What renegotiation stands on. */
export interface RenegotiationInput {
  readonly store: Store;
  readonly sla: Sla;
  readonly bargaining: Bargaining;
  readonly log: Logger;
}

const mostAtOnce = 1000;

/** Opens the bargaining of an agreement again when a task has broken it, where its terms say so; returns how to stop. */
export function renegotiateBreaches({ sla, bargaining, log }: RenegotiationInput): () => void {
  return sla.onBreach(({ breach }) => {
    if (breach.agreement === null) return;
    bargaining.reopen(breach.agreement, breach.id).catch((error: unknown) => {
      log.error({ err: error, agreement: breach.agreement }, "a broken agreement could not be renegotiated");
    });
  });
}

/** Does the same for breaches that were written down before a stop of the hub, and that nobody acted on. Returns how many sessions it opened. */
export async function renegotiateLeftBreaches({ store, bargaining }: RenegotiationInput): Promise<number> {
  const left = await store.db
    .selectFrom("sla_breaches")
    .innerJoin("agreements", "agreements.id", "sla_breaches.agreement")
    .innerJoin("bargains", "bargains.id", "agreements.negotiation_id")
    .select(["sla_breaches.id as breach", "agreements.id as agreement"])
    .where("agreements.status", "in", ["active", "late", "failed"])
    .where((eb) => {
      const later = eb.selectFrom("bargains as later").select("later.id").whereRef("later.replaces", "=", "agreements.id");
      return eb.not(eb.exists(later));
    })
    .orderBy("sla_breaches.opened_at", "desc")
    .limit(mostAtOnce)
    .execute();
  let opened = 0;
  for (const { agreement, breach } of left) if ((await bargaining.reopen(agreement, breach)) !== undefined) opened += 1;
  return opened;
}
