/** Learning runs: one row each, moved from phase to phase together with an event, so that a restart knows where to go on. */
import type { Clock } from "../base/clock.ts";
import { newId } from "../base/ids.ts";
import { canonicalJson, type Json } from "../base/json.ts";
import type { RunsTable } from "../store/schema.ts";
import type { Store } from "../store/store.ts";
import { learningErrors } from "./errors.ts";

/** What a run goes through. */
export const runPhases = ["ingest", "curate", "train", "examine", "decide", "done"] as const;
export type RunPhase = (typeof runPhases)[number];

/** How a run stands. `unchanged` means that nothing new was found and no training was due. */
export const runStates = ["running", "promoted", "refused", "unchanged", "failed", "cancelled"] as const;
export type RunState = (typeof runStates)[number];

/** A selection of texts as kept. */
export interface KeptSelection {
  readonly id: string;
  readonly method: string;
  readonly hashes: readonly string[];
  readonly size: number;
  readonly score: number;
  readonly details: { readonly [key: string]: Json };
}

/** The runs of a hub. */
export class Runs {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Begins a run. Throws RUN_UNDER_WAY when one is going on. */
  async begin(root: string, model: string, actor: string): Promise<RunsTable> {
    const now = this.#clock.now();
    const row: RunsTable = {
      id: newId("run", now),
      source_id: null,
      root,
      model,
      status: "running",
      phase: "ingest",
      task_id: null,
      settings_json: "{}",
      summary_json: "{}",
      started_at: now,
      ended_at: null,
    };
    await this.#store.transaction(async (trx) => {
      const open = await trx.selectFrom("runs").select(["id", "root"]).where("status", "=", "running").executeTakeFirst();
      if (open) throw learningErrors.RUN_UNDER_WAY(open);
      await trx.insertInto("runs").values(row).execute();
      await this.#store.events.append(trx, [{ kind: "run.started", actor, subject: row.id, data: { root, model } }]);
    });
    return row;
  }

  /** The run that is going on, if any. */
  underWay(): Promise<RunsTable | undefined> {
    return this.#store.db.selectFrom("runs").selectAll().where("status", "=", "running").executeTakeFirst();
  }

  /** A run. Throws RUN_UNKNOWN. */
  async get(id: string): Promise<RunsTable> {
    const row = await this.#store.db.selectFrom("runs").selectAll().where("id", "=", id).executeTakeFirst();
    if (!row) throw learningErrors.RUN_UNKNOWN({ id });
    return row;
  }

  /** Runs, newest first. */
  list(limit: number): Promise<readonly RunsTable[]> {
    return this.#store.db.selectFrom("runs").selectAll().orderBy("started_at", "desc").limit(limit).execute();
  }

  /** Moves a run to its next phase with what the phase before gave; moving twice to the same phase is one move. */
  async enter(id: string, phase: RunPhase, learned: { readonly [key: string]: Json }, source?: string): Promise<void> {
    await this.#store.transaction(async (trx) => {
      const row = await trx.selectFrom("runs").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
      if (row.phase === phase) return;
      const summary = { ...JSON.parse(row.summary_json), ...learned };
      await trx
        .updateTable("runs")
        .set({ phase, summary_json: canonicalJson(summary), ...(source ? { source_id: source } : {}) })
        .where("id", "=", id)
        .execute();
      await this.#store.events.append(trx, [{ kind: "run.entered", actor: "coordinator", subject: id, data: { phase } }]);
    });
  }

  /** Ends a run once. */
  async end(id: string, status: Exclude<RunState, "running">, learned: { readonly [key: string]: Json }): Promise<void> {
    await this.#store.transaction(async (trx) => {
      const row = await trx.selectFrom("runs").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
      if (row.status !== "running") return;
      const summary = { ...JSON.parse(row.summary_json), ...learned };
      await trx
        .updateTable("runs")
        .set({ status, phase: "done", summary_json: canonicalJson(summary), ended_at: this.#clock.now() })
        .where("id", "=", id)
        .execute();
      await this.#store.events.append(trx, [{ kind: `run.${status}`, actor: "coordinator", subject: id, data: learned }]);
    });
  }

  /** Keeps the selection that a method made for a run; the first one stays. */
  async keepSelection(run: string, actor: string, selection: Omit<KeptSelection, "id">): Promise<KeptSelection> {
    const known = await this.selection(run, selection.method);
    if (known) return known;
    const id = newId("sel", this.#clock.now());
    await this.#store.transaction(async (trx) => {
      await trx
        .insertInto("selections")
        .values({
          id,
          run_id: run,
          method: selection.method,
          hashes_json: canonicalJson(selection.hashes),
          size: selection.size,
          score: selection.score,
          details_json: canonicalJson(selection.details),
          created_at: this.#clock.now(),
        })
        .execute();
      const { method, hashes, size, score } = selection;
      await this.#store.events.append(trx, [
        { kind: "selection.made", actor, subject: id, data: { run, method, texts: hashes.length, bytes: size, score } },
      ]);
    });
    return { id, ...selection };
  }

  /** The best selection of a run by its score, or the one of a method, if there is one. */
  async selection(run: string, method?: string): Promise<KeptSelection | undefined> {
    const [best] = (await this.selections(run)).filter((selection) => method === undefined || selection.method === method);
    return best;
  }

  /** All selections of a run, best first. */
  async selections(run: string): Promise<readonly KeptSelection[]> {
    const rows = await this.#store.db
      .selectFrom("selections")
      .selectAll()
      .where("run_id", "=", run)
      .orderBy("score", "desc")
      .orderBy("created_at")
      .execute();
    return rows.map((row) => ({
      id: row.id,
      method: row.method,
      hashes: JSON.parse(row.hashes_json),
      size: row.size,
      score: row.score,
      details: JSON.parse(row.details_json),
    }));
  }

  /** Keeps points of the training curve; a step told twice is kept once. */
  async addPoints(run: string, points: readonly { step: number; loss: number; rate: number }[]): Promise<void> {
    if (points.length === 0) return;
    const rows = points.map((point) => ({ run_id: run, ...point, at: this.#clock.now() }));
    await this.#store.db
      .insertInto("training_points")
      .values(rows)
      .onConflict((conflict) => conflict.columns(["run_id", "step"]).doNothing())
      .execute();
  }

  /** The training curve of a run, by step. */
  curve(run: string): Promise<readonly { step: number; loss: number; rate: number }[]> {
    return this.#store.db
      .selectFrom("training_points")
      .select(["step", "loss", "rate"])
      .where("run_id", "=", run)
      .orderBy("step")
      .execute();
  }
}
