import { anyAgreementSchema, isBargained } from "../negotiation/bargains/agreement.ts";
import type { AgreementTermsOf } from "../sla/terms.ts";
import type { Store } from "../store/store.ts";

// A bid's promise of time counts as kept within a quarter more than was promised, here as at the closing of an agreement.
const tolerance = 1.25;

/**
 * Reads what an agreement says of its tasks: a bargained one exactly its service levels, a bid's time and price; undefined for one that is not known or binds others. The id
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
    const document = anyAgreementSchema.parse(JSON.parse(row.document_json));
    if (isBargained(document)) return document.slos;
    const { promisedMs, price } = document;
    return { totalMs: promisedMs * tolerance, cost: price };
  };
}

/** Finds with whom an initiator has an open agreement. */
export function openContractor(store: Store): (id: string, initiator: string) => Promise<string | undefined> {
  return async (id, initiator) => {
    const row = await store.db
      .selectFrom("agreements")
      .select("contractor")
      .where("id", "=", id)
      .where("initiator", "=", initiator)
      .where("status", "=", "active")
      .executeTakeFirst();
    return row?.contractor;
  };
}
