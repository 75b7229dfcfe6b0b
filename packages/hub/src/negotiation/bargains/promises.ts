/**
 * What parties have promised of issues that their mandates limit over sessions: what each has on the table, and what it agreed to. The sum
 * of a party's promises never passes its budget.
 */
import type { Transaction } from "kysely";
import type { Database } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";
import { negotiationErrors } from "../errors.ts";
import type { BargainedDocument } from "./agreement.ts";
import { amountOf } from "./mandate.ts";

/** What is promised by an event: a party, an issue that its mandate limits over sessions, and the most it may come to. */
export interface PromiseMade {
  readonly party: string;
  readonly issue: string;
  readonly amount: number;
  readonly most: number;
}

/** Keeps a promise: an offer takes the place of what the party had on the table here; an acceptance binds it to the other's offer. Throws MANDATE_EXCEEDED. */
export async function keepPromise(
  trx: Transaction<Database>,
  bargain: string,
  { party, issue, amount, most }: PromiseMade,
): Promise<void> {
  await trx
    .insertInto("promises")
    .values({ party, bargain_id: bargain, issue, amount })
    .onConflict((conflict) => conflict.columns(["party", "bargain_id", "issue"]).doUpdateSet({ amount }))
    .execute();
  const left = most - (await promisedElsewhere(trx, party, issue, bargain));
  if (amount > left + 1e-9)
    throw negotiationErrors.MANDATE_EXCEEDED({
      party,
      rule: "budget",
      got: `${issue} = ${amount}`,
      allowed: `at most ${Math.max(0, left)}, what is left of ${most}`,
    });
}

/** Lets go of what was promised in a session: of all parties but one, whose offer rejected the others', or of all. */
export async function releasePromises(trx: Transaction<Database>, bargain: string, but?: string): Promise<void> {
  const gone = trx.deleteFrom("promises").where("bargain_id", "=", bargain);
  await (but === undefined ? gone : gone.where("party", "!=", but)).execute();
}

/** What was offered and not agreed binds nobody; what was agreed binds whoever has a budget for it. */
export async function settlePromises(trx: Transaction<Database>, document: BargainedDocument): Promise<void> {
  const promises = await trx.selectFrom("promises").selectAll().where("bargain_id", "=", document.negotiation).execute();
  for (const { party, issue } of promises)
    await trx
      .updateTable("promises")
      .set({ amount: amountOf(document.terms, issue) })
      .where("party", "=", party)
      .where("bargain_id", "=", document.negotiation)
      .where("issue", "=", issue)
      .execute();
}

/** What a party has promised of an issue in all sessions but one. */
export async function promisedElsewhere(db: Store["db"], party: string, issue: string, except: string): Promise<number> {
  const row = await db
    .selectFrom("promises")
    .select((eb) => eb.fn.sum<number | null>("amount").as("sum"))
    .where("party", "=", party)
    .where("issue", "=", issue)
    .where("bargain_id", "!=", except)
    .executeTakeFirst();
  return Number(row?.sum ?? 0);
}
