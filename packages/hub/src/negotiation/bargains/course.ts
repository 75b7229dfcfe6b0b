/**
 * How agreements go that were bargained or won by auction: which tasks under them ended, each once, and what an agreement came to when it has had all its tasks or its
 * time is up. A job by Contract Net ends its own agreements (contracting.ts).
 */
import type { Transaction } from "kysely";
import type { Clock } from "../../base/clock.ts";
import { canonicalJson } from "../../base/json.ts";
import type { TaskOutcome } from "../../base/sighting.ts";
import type { Database } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";
import { graceMs } from "../coverage.ts";
import { type BargainedDocument, bargainedSchema } from "./agreement.ts";
import { releasePromises } from "./promises.ts";

/** A task under an agreement, at its end. `broken` names the indicators of the agreement that it did not keep. */
export interface AgreedTask {
  readonly task: string;
  readonly outcome: TaskOutcome;
  readonly broken: readonly string[];
  readonly at: number;
}

/** What an agreement came to. `expired` is one under which no task was done: it speaks for nobody. */
export interface AgreementEnd {
  readonly status: "fulfilled" | "late" | "failed" | "expired";
  readonly outcome: { readonly tasks: number; readonly completed: number; readonly late: number; readonly uncounted: number };
}

// A task whose end nobody saw, as of a hub that was killed in that moment, is not waited for longer than this, ms.
const unseenMs = 24 * 3_600_000;
const mostAtOnce = 500;
const sweepMs = 30_000;

/** Whether an agreement is over: it has had all its tasks, or its time is up. `begun` and `ended` count tasks. Pure. */
export function isOver({ tasks, dueAt }: BargainedDocument, begun: number, ended: number, now: number): boolean {
  const due = dueAt + graceMs;
  return now > due + unseenMs || (ended >= begun && (begun >= tasks || now > due));
}

/**
 * What an agreement that is over came to. It is failed when fewer tasks were completed than agreed (all, unless it has a `success`) or one
 * cost more, late when one took longer; a cancelled task is its caller's doing and counts for nothing. Pure.
 */
export function endOf({ slos }: BargainedDocument, begun: number, ended: readonly AgreedTask[]): AgreementEnd {
  const counted = ended.filter(({ outcome }) => outcome !== "canceled");
  const completed = counted.filter(({ outcome }) => outcome === "completed");
  const late = completed.filter(({ broken }) => broken.some((indicator) => times.has(indicator)));
  const uncounted = Math.max(0, begun - ended.length);
  const outcome = { tasks: counted.length, completed: completed.length, late: late.length, uncounted };
  if (counted.length === 0) return { status: "expired", outcome };
  const missing = completed.length < counted.length * (slos.success ?? 1);
  if (missing || counted.some(({ broken }) => broken.includes("cost"))) return { status: "failed", outcome };
  return { status: late.length > 0 ? "late" : "fulfilled", outcome };
}

const times: ReadonlySet<string> = new Set(["accept", "first-artifact", "total"]);

/** See the head of this file. */
export class AgreementCourse implements Disposable {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #sweep: NodeJS.Timeout;

  /** `failed` hears why what is over could not be closed; it is tried again. */
  constructor(store: Store, clock: Clock, failed: (error: unknown) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#sweep = setInterval(() => void this.closeDue().catch(failed), sweepMs).unref();
  }

  /** Takes note of the end of a task, once, and closes its agreement when that was its last. An id that is no bargained agreement says nothing. */
  async ended(agreement: string, { task, outcome, broken, at }: AgreedTask): Promise<void> {
    await this.#store.transaction(async (trx) => {
      const kept = await locked(trx, agreement);
      if (!kept) return;
      await trx
        .insertInto("agreement_tasks")
        .values({ agreement_id: agreement, task_id: task, outcome, broken_json: canonicalJson([...broken]), ended_at: at })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      await this.#close(trx, kept);
    });
  }

  /** Closes the agreements whose time is up; gives how many. */
  async closeDue(): Promise<number> {
    const due = await this.#store.db
      .selectFrom("agreements")
      .innerJoin("negotiations", "negotiations.id", "agreements.negotiation_id")
      .select("agreements.id")
      .where("protocol", "!=", "contract-net")
      .where("agreements.status", "=", "active")
      .where("due_at", "<", this.#clock.now() - graceMs)
      .orderBy("due_at")
      .limit(mostAtOnce)
      .execute();
    let closed = 0;
    for (const { id } of due)
      closed += await this.#store.transaction(async (trx) => {
        const kept = await locked(trx, id);
        return kept && (await this.#close(trx, kept)) ? 1 : 0;
      });
    return closed;
  }

  /** The tasks under an agreement that have ended, newest first. */
  async tasks(agreement: string, limit: number): Promise<readonly AgreedTask[]> {
    return tasksUnder(this.#store.db, agreement, limit);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#sweep);
  }

  async #close(trx: Transaction<Database>, { document, begun, status: before }: Kept): Promise<boolean> {
    if (before !== "active") return false;
    const { id, contractor, subject, negotiation } = document;
    const now = this.#clock.now();
    const { count } = await trx
      .selectFrom("agreement_tasks")
      .select((eb) => eb.fn.countAll<number>().as("count"))
      .where("agreement_id", "=", id)
      .executeTakeFirstOrThrow();
    if (!isOver(document, begun, Number(count), now)) return false;
    const { status, outcome } = endOf(document, begun, await tasksUnder(trx, id));
    await trx
      .updateTable("agreements")
      .set({ status, closed_at: now, outcome_json: canonicalJson(outcome) })
      .where("id", "=", id)
      .execute();
    // What was agreed and not used costs nobody anything; what was bought by auction is bought.
    const bargained = await trx.selectFrom("bargains").select("id").where("id", "=", negotiation).executeTakeFirst();
    if (status === "expired" && bargained) await releasePromises(trx, negotiation);
    const data = { about: subject, ...outcome };
    await this.#store.events.append(trx, [{ kind: `agreement.${status}`, actor: contractor, subject: id, data }]);
    return true;
  }
}

interface Kept {
  readonly document: BargainedDocument;
  readonly begun: number;
  readonly status: string;
}

// Reads a bargained agreement and holds its row to the end of the transaction: of two tasks that end at once, the later sees the earlier.
async function locked(trx: Transaction<Database>, id: string): Promise<Kept | undefined> {
  const row = await trx
    .updateTable("agreements")
    .set((eb) => ({ tasks_begun: eb.ref("tasks_begun") }))
    .where("id", "=", id)
    .returning(["document_json", "tasks_begun", "status"])
    .executeTakeFirst();
  const document = row && bargainedSchema.safeParse(JSON.parse(row.document_json)).data;
  return row && document && { document, begun: row.tasks_begun, status: row.status };
}

async function tasksUnder(db: Store["db"], agreement: string, limit?: number): Promise<readonly AgreedTask[]> {
  let query = db.selectFrom("agreement_tasks").selectAll().where("agreement_id", "=", agreement).orderBy("ended_at", "desc");
  if (limit !== undefined) query = query.limit(limit);
  return (await query.execute()).map(({ task_id, outcome, broken_json, ended_at }) => ({
    task: task_id,
    outcome: outcome as TaskOutcome, // why: only `ended` writes it
    broken: JSON.parse(broken_json),
    at: ended_at,
  }));
}
