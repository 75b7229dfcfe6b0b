import { agreementSchema } from "../negotiation/agreement.ts";
import type { AgreementTerms } from "../sla/terms.ts";
import type { Store } from "../store/store.ts";

// A promise of time counts as kept within a quarter more than was promised, here as at the closing of an agreement.
const tolerance = 1.25;

/** Reads what an agreement says of its task's time and cost; undefined for one that is not known. */
export function agreementTerms(store: Store): (id: string) => Promise<AgreementTerms | undefined> {
  return async (id) => {
    const row = await store.db.selectFrom("agreements").select("document_json").where("id", "=", id).executeTakeFirst();
    if (!row) return undefined;
    const { promisedMs, price } = agreementSchema.parse(JSON.parse(row.document_json));
    return { totalMs: promisedMs * tolerance, cost: price };
  };
}
