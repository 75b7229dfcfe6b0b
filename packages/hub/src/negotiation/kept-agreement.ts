import { baseErrors } from "../base/errors.ts";
import { canonicalJson } from "../base/json.ts";
import type { Principal } from "../base/tool.ts";
import type { Store } from "../store/store.ts";
import type { AgreementDocument } from "./agreement.ts";
import { anyAgreementSchema, type BargainedDocument, isBargained } from "./bargains/agreement.ts";

/** The row of an agreement that was just signed. */
export function signedRow(document: AgreementDocument | BargainedDocument, signatures: object, now: number) {
  return {
    id: document.id,
    negotiation_id: document.negotiation,
    initiator: document.initiator,
    contractor: document.contractor,
    document_json: canonicalJson(document),
    signatures_json: canonicalJson(signatures),
    status: "active",
    task_id: null,
    due_at: document.dueAt,
    created_at: now,
    closed_at: null,
    outcome_json: null,
  };
}

/** The row of an agreement. A bargained one is shown to its parties and the operator; to others it is not there. Throws NOT_FOUND. */
export async function keptAgreement(store: Store, id: string, principal: Principal) {
  const row = await store.db.selectFrom("agreements").selectAll().where("id", "=", id).executeTakeFirst();
  const document = row && anyAgreementSchema.parse(JSON.parse(row.document_json));
  const hidden = document && isBargained(document) && principal.kind !== "operator" && !document.parties.includes(principal.id);
  if (!row || hidden) throw baseErrors.NOT_FOUND({ what: "agreement", id });
  return row;
}
