import { baseErrors } from "../base/errors.ts";
import type { Principal } from "../base/tool.ts";
import type { Store } from "../store/store.ts";
import { anyAgreementSchema, isBargained } from "./bargains/agreement.ts";

/** The row of an agreement. A bargained one is shown to its parties and the operator; to others it is not there. Throws NOT_FOUND. */
export async function keptAgreement(store: Store, id: string, principal: Principal) {
  const row = await store.db.selectFrom("agreements").selectAll().where("id", "=", id).executeTakeFirst();
  const document = row && anyAgreementSchema.parse(JSON.parse(row.document_json));
  const hidden = document && isBargained(document) && principal.kind !== "operator" && !document.parties.includes(principal.id);
  if (!row || hidden) throw baseErrors.NOT_FOUND({ what: "agreement", id });
  return row;
}
