import { canonicalJson } from "../base/json.ts";

/** The row of a negotiation, of whichever protocol, that has just begun. */
export function openedRow(
  {
    id,
    protocol,
    subject,
    run = null,
  }: { readonly id: string; readonly protocol: string; readonly subject: string; readonly run?: string | null },
  terms: unknown,
  status: string,
  now: number,
) {
  return {
    id,
    protocol,
    run_id: run,
    subject,
    status,
    terms_json: canonicalJson(terms),
    events_json: "[]",
    outcome_json: null,
    created_at: now,
    updated_at: now,
  };
}
