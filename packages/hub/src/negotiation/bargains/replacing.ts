import type { Transaction } from "kysely";
import { canonicalJson } from "../../base/json.ts";
import type { NewEvent } from "../../store/event-log.ts";
import type { Database } from "../../store/schema.ts";
import type { BargainedDocument } from "./agreement.ts";
import { releasePromises } from "./promises.ts";

/**
 * Has an agreement take the place of one that was broken, and gives the news of it: the old one is failed, unless it had ended before, says
 * what replaced it, and binds nobody's budget any more.
 */
export async function replaceAgreement(
  trx: Transaction<Database>,
  old: string,
  { id, contractor, subject }: BargainedDocument,
  now: number,
): Promise<readonly NewEvent[]> {
  const row = await trx
    .selectFrom("agreements")
    .select(["status", "outcome_json", "negotiation_id"])
    .where("id", "=", old)
    .executeTakeFirst();
  if (!row) return [];
  const outcome = { ...(row.outcome_json === null ? {} : JSON.parse(row.outcome_json)), replacedBy: id };
  const active = row.status === "active";
  await trx
    .updateTable("agreements")
    .set({ outcome_json: canonicalJson(outcome), ...(active ? { status: "failed", closed_at: now } : {}) })
    .where("id", "=", old)
    .execute();
  await releasePromises(trx, row.negotiation_id);
  return active ? [{ kind: "agreement.failed", actor: contractor, subject: old, data: { about: subject, ...outcome } }] : [];
}
