/** Jobs in the store. */
import type { Selectable, Transaction } from "kysely";
import type { QuantumJobsTable } from "../../store/quantum-schema.ts";
import type { Database } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";
import { jobErrors } from "./errors.ts";
import { type JobState, jobStates, type KeptJob } from "./job.ts";
import { columnsOf, type JobChange, jobOf, orderText, pick } from "./job-row.ts";

const mostWaiting = 2000;

/** Reads and writes jobs. */
export class JobRecords {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Keeps a new job. Throws JOBS_TOO_MANY. */
  async begin(job: KeptJob, openJobs: number): Promise<void> {
    await this.#store.transaction(async (trx) => {
      const { open } = await trx
        .selectFrom("quantum_jobs")
        .select((e) => e.fn.countAll<number>().as("open"))
        .where("owner", "=", job.owner)
        .where("state", "in", ["queued", "running"])
        .executeTakeFirstOrThrow();
      if (Number(open) >= openJobs) throw jobErrors.JOBS_TOO_MANY({ limit: openJobs });
      await trx
        .insertInto("quantum_jobs")
        .values({
          id: job.id,
          owner: job.owner,
          label: job.label,
          wanted: job.wanted,
          place: job.place,
          priority: job.priority,
          deadline_at: job.deadlineAt ?? null,
          state: job.state,
          cost_ms: job.costMs,
          order_json: orderText(job.order),
          notes_json: JSON.stringify({ notes: job.notes, detours: job.detours }),
          cancel: 0,
          submitted_at: job.submittedAt,
        })
        .execute();
      const data = { wanted: job.wanted, place: job.place, priority: job.priority };
      await this.#store.events.append(trx, [{ kind: "quantum.job.submitted", actor: job.owner, subject: job.id, data }]);
    });
  }

  async load(id: string): Promise<KeptJob | undefined> {
    const row = await this.row(id);
    return row && jobOf(row);
  }

  /** A job as its columns have it. */
  row(id: string): Promise<Selectable<QuantumJobsTable> | undefined> {
    return this.#store.db.selectFrom("quantum_jobs").selectAll().where("id", "=", id).executeTakeFirst();
  }

  /** Newest first, from behind the id `before` on; of all owners when none is given. */
  async list(
    owner: string | undefined,
    state: JobState | undefined,
    limit: number,
    before?: string | undefined,
  ): Promise<readonly KeptJob[]> {
    let query = this.#store.db.selectFrom("quantum_jobs").selectAll().orderBy("id", "desc").limit(limit);
    if (owner !== undefined) query = query.where("owner", "=", owner);
    if (state !== undefined) query = query.where("state", "=", state);
    if (before !== undefined) query = query.where("id", "<", before);
    return (await query.execute()).map(jobOf);
  }

  /**
   * What waits, oldest first, of all hubs on the store; the oldest of each lane, so that a lane that stands still hides none of the other.
   * What this hub cannot read is left to one that can, and told to `unreadable`.
   */
  async waiting(unreadable: (job: string, error: unknown) => void): Promise<readonly KeptJob[]> {
    const query = this.#store.db.selectFrom("quantum_jobs").selectAll().where("state", "=", "queued");
    const oldest = query.orderBy("submitted_at").limit(mostWaiting);
    const local = await oldest.where("place", "=", "local").execute();
    const remote = await oldest.where("place", "!=", "local").execute();
    return [...local, ...remote].flatMap((row) => {
      try {
        return [jobOf(row)];
      } catch (error) {
        unreadable(row.id, error);
        return [];
      }
    });
  }

  /** The jobs of a flight that still run. */
  async aboard(flight: string): Promise<readonly KeptJob[]> {
    const query = this.#store.db.selectFrom("quantum_jobs").selectAll().where("flight", "=", flight);
    return (await query.where("state", "=", "running").orderBy("id").execute()).map(jobOf);
  }

  /** The ids of what runs at a hub. */
  async runningIds(hub: string): Promise<readonly string[]> {
    const query = this.#store.db.selectFrom("quantum_jobs").select("id").where("state", "=", "running").where("hub", "=", hub);
    return (await query.execute()).map(({ id }) => id);
  }

  /** The ids of what runs at a hub and is to be cancelled. */
  async wished(hub: string): Promise<readonly string[]> {
    const query = this.#store.db.selectFrom("quantum_jobs").select("id").where("state", "=", "running").where("hub", "=", hub);
    return (await query.where("cancel", "=", 1).execute()).map(({ id }) => id);
  }

  async counts(): Promise<ReadonlyMap<JobState, number>> {
    const rows = await this.#store.db
      .selectFrom("quantum_jobs")
      .select((e) => ["state", e.fn.countAll<number>().as("count")])
      .groupBy("state")
      .execute();
    return new Map(rows.map(({ state, count }) => [pick(jobStates, state), Number(count)]));
  }

  /** Takes a waiting job for a hub; false when it waits no more. */
  async claim(
    trx: Transaction<Database>,
    id: string,
    hub: string,
    startedAt: number,
    notes: KeptJob["notes"],
    detours: KeptJob["detours"],
  ): Promise<boolean> {
    const { numUpdatedRows } = await trx
      .updateTable("quantum_jobs")
      .set({ state: "running", hub, started_at: startedAt, notes_json: JSON.stringify({ notes, detours }) })
      .where("id", "=", id)
      .where("state", "=", "queued")
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  /** Asks that a job end: a waiting one does at once. */
  async cancel(id: string, by: string, now: number): Promise<void> {
    await this.#store.transaction(async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable("quantum_jobs")
        .set({ state: "cancelled", cancel: 1, ended_at: now })
        .where("id", "=", id)
        .where("state", "=", "queued")
        .executeTakeFirst();
      if (numUpdatedRows === 1n) {
        const data = { state: "cancelled" };
        await this.#store.events.append(trx, [{ kind: "quantum.job.ended", actor: by, subject: id, data }]);
      } else
        await trx.updateTable("quantum_jobs").set({ cancel: 1 }).where("id", "=", id).where("state", "=", "running").execute();
    });
  }

  /**
   * The end of a job's run, in the caller's transaction, with its record. False, and nothing done, when that run is over already: its end
   * was kept before, or the job was taken from it.
   */
  async end(trx: Transaction<Database>, job: KeptJob, change: JobChange & { readonly state: JobState }): Promise<boolean> {
    if (!(await this.#amend(trx, job, { ...change, hub: undefined }))) return false;
    const { state, answer, error } = change;
    const data = {
      state,
      place: change.place ?? job.place,
      ...(answer ? { energy: answer.energy } : {}),
      ...(error ? { error: error.code } : {}),
    };
    await this.#store.events.append(trx, [{ kind: "quantum.job.ended", actor: "hub", subject: job.id, data }]);
    return true;
  }

  /** Puts a job that runs back in the queue, as it is changed. False when that run is over already. */
  requeue(trx: Transaction<Database>, job: KeptJob, change: JobChange): Promise<boolean> {
    return this.#amend(trx, job, { ...change, state: "queued", hub: undefined, flight: undefined });
  }

  /** Puts a job that runs aboard a flight. False when that run is over already. */
  board(trx: Transaction<Database>, job: KeptJob, flight: string): Promise<boolean> {
    return this.#amend(trx, job, { flight });
  }

  // A run is known by when it began: what is written of it later must not touch another run of the same job.
  async #amend(trx: Transaction<Database>, { id, startedAt }: KeptJob, change: JobChange): Promise<boolean> {
    const { numUpdatedRows } = await trx
      .updateTable("quantum_jobs")
      .set(columnsOf(change))
      .where("id", "=", id)
      .where("state", "=", "running")
      .where("started_at", "=", startedAt ?? 0)
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  /** What a job's flights hold and spent. */
  async qpuOf(job: string): Promise<{ readonly us: number; readonly state: "held" | "spent" | "freed" } | undefined> {
    const rows = await this.#store.db.selectFrom("quantum_reservations").selectAll().where("job", "=", job).execute();
    if (rows.length === 0) return undefined;
    const states = rows.map(({ state }) => state);
    const us = rows.reduce((sum, row) => sum + row.us, 0);
    return { us, state: states.includes("held") ? "held" : states.includes("spent") ? "spent" : "freed" };
  }
}
