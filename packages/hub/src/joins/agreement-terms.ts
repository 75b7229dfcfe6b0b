import { agreementSchema } from "../negotiation/agreement.ts";
import type { AgreementTermsOf } from "../sla/terms.ts";
import type { Store } from "../store/store.ts";

// A promise of time counts as kept within a quarter more than was promised, here as at the closing of an agreement.
const tolerance = 1.25;

/**
 * Reads what an agreement says of its task's time and cost; undefined for one that is not known or binds others. The id
 * comes from the message's sender: an agreement judges the agent that signed it, at work for the one it signed it with.
 */
export function agreementTerms(store: Store): AgreementTermsOf {
  return async (id, contractor, initiator) => {
    const row = await store.db
      .selectFrom("agreements")
      .select("document_json")
      .where("id", "=", id)
      .where("contractor", "=", contractor)
      .where("initiator", "=", initiator)
      .executeTakeFirst();
    if (!row) return undefined;
    const { promisedMs, price } = agreementSchema.parse(JSON.parse(row.document_json));
    return { totalMs: promisedMs * tolerance, cost: price };
  };
}
