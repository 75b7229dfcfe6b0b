/**
 * The model registry: versions are immutable folders with the hash of their weights; the champion is a pointer, and
 * each move of it is a row of its own. Promotion needs a passed verdict. Rollback moves the pointer to the champion
 * before, after checking that its weights are bit for bit what was examined.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Transaction } from "kysely";
import type { Clock } from "../base/clock.ts";
import { newId } from "../base/ids.ts";
import { canonicalJson, type Json } from "../base/json.ts";
import type { Database, VersionsTable } from "../store/schema.ts";
import type { Store } from "../store/store.ts";
import { learningErrors } from "./errors.ts";
import type { Verdict } from "./gate.ts";

/** How a version stands. */
export const versionStates = ["candidate", "passed", "refused", "champion", "retired", "rolled-back"] as const;
export type VersionState = (typeof versionStates)[number];

/** The registry of one hub. */
export class Versions {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #dataFolder: string;

  constructor(store: Store, clock: Clock, dataFolder: string) {
    this.#store = store;
    this.#clock = clock;
    this.#dataFolder = dataFolder;
  }

  /** Where a version's files are. */
  folder(version: Pick<VersionsTable, "directory">): string {
    return join(this.#dataFolder, version.directory);
  }

  /** The version made by a run, if there is one. */
  ofRun(run: string): Promise<VersionsTable | undefined> {
    return this.#store.db.selectFrom("versions").selectAll().where("run_id", "=", run).executeTakeFirst();
  }

  /** A version by id, or by number (`3`) of the given model. Throws VERSION_UNKNOWN. */
  async get(id: string, model: string): Promise<VersionsTable> {
    const number = /^v?(\d+)$/.exec(id)?.[1];
    let query = this.#store.db.selectFrom("versions").selectAll();
    query = number ? query.where("model", "=", model).where("number", "=", Number(number)) : query.where("id", "=", id);
    const row = await query.executeTakeFirst();
    if (!row) throw learningErrors.VERSION_UNKNOWN({ id });
    return row;
  }

  /** All versions of a model, newest first. */
  list(model: string): Promise<readonly VersionsTable[]> {
    return this.#store.db.selectFrom("versions").selectAll().where("model", "=", model).orderBy("number", "desc").execute();
  }

  /** The champion of a model, if one was promoted. */
  async champion(model: string): Promise<VersionsTable | undefined> {
    const move = await this.#newestMove(this.#store.db, model);
    return move
      ? this.#store.db.selectFrom("versions").selectAll().where("id", "=", move.version_id).executeTakeFirst()
      : undefined;
  }

  /** Registers what a run trained. A run has one version: a second call gives the first. */
  async register(
    input: {
      model: string;
      run: string;
      selection: string | null;
      directory: string;
      parent: string | null;
      training: { readonly [key: string]: Json };
    },
    actor: string,
  ): Promise<VersionsTable> {
    const known = await this.ofRun(input.run);
    if (known) return known;
    const weights = await hashFile(join(this.#dataFolder, input.directory, "model.safetensors"));
    return this.#store.transaction(async (trx) => {
      const { last } = await trx
        .selectFrom("versions")
        .select((eb) => eb.fn.max("number").as("last"))
        .where("model", "=", input.model)
        .executeTakeFirstOrThrow();
      const row: VersionsTable = {
        id: newId("ver", this.#clock.now()),
        model: input.model,
        number: (last ?? 0) + 1,
        parent: input.parent,
        status: "candidate",
        directory: input.directory,
        weights_hash: weights,
        run_id: input.run,
        selection_id: input.selection,
        training_json: canonicalJson(input.training),
        verdict_json: null,
        created_at: this.#clock.now(),
      };
      await trx.insertInto("versions").values(row).execute();
      await this.#store.events.append(trx, [
        {
          kind: "version.registered",
          actor,
          subject: row.id,
          data: { model: row.model, number: row.number, run: input.run, weights },
        },
      ]);
      return row;
    });
  }

  /** Writes the gate's verdict on a candidate; a verdict is given once. */
  async decide(version: VersionsTable, verdict: Verdict, actor: string): Promise<void> {
    await this.#store.transaction(async (trx) => {
      const changed = await trx
        .updateTable("versions")
        .set({ status: verdict.passes ? "passed" : "refused", verdict_json: canonicalJson(verdict) })
        .where("id", "=", version.id)
        .where("status", "=", "candidate")
        .executeTakeFirst();
      if (changed.numUpdatedRows > 0n)
        await this.#store.events.append(trx, [
          {
            kind: verdict.passes ? "version.passed" : "version.refused",
            actor,
            subject: version.id,
            data: {
              model: version.model,
              number: version.number,
              reason: verdict.reason,
              bitsPerByte: verdict.bitsPerByte,
              champion: verdict.champion,
            },
          },
        ]);
    });
  }

  /** Makes a version that passed the gate the champion. Throws VERSION_NOT_EXAMINED, WEIGHTS_CHANGED. */
  async promote(id: string, model: string, actor: string): Promise<VersionsTable> {
    const version = await this.get(id, model);
    const champion = await this.champion(version.model);
    if (champion?.id === version.id) return version;
    if (!["passed", "retired"].includes(version.status)) throw learningErrors.VERSION_NOT_EXAMINED({ id: version.id });
    await this.#checkWeights(version);
    await this.#move(version, champion, "promoted", "retired", actor);
    return { ...version, status: "champion" };
  }

  /** Goes back to the champion before. Throws NO_CHAMPION, NO_PREVIOUS_CHAMPION, WEIGHTS_CHANGED. */
  async rollback(model: string, actor: string): Promise<{ from: VersionsTable; to: VersionsTable }> {
    const champion = await this.champion(model);
    if (!champion) throw learningErrors.NO_CHAMPION({ model });
    // Promotions pile champions up and rollbacks take them off again: rolling back twice goes back two, and never in a circle.
    const moves = await this.#store.db.selectFrom("promotions").selectAll().where("model", "=", model).orderBy("seq").execute();
    const champions: string[] = [];
    for (const move of moves) {
      if (move.kind === "promoted") champions.push(move.version_id);
      else champions.pop();
    }
    const previous = champions.at(-2);
    if (previous === undefined) throw learningErrors.NO_PREVIOUS_CHAMPION({ model });
    const to = await this.get(previous, model);
    await this.#checkWeights(to);
    await this.#move(to, champion, "rolled-back", "rolled-back", actor);
    return { from: champion, to };
  }

  async #checkWeights(version: VersionsTable): Promise<void> {
    const got = await hashFile(join(this.folder(version), "model.safetensors"));
    if (got !== version.weights_hash)
      throw learningErrors.WEIGHTS_CHANGED({ version: version.id, wanted: version.weights_hash, got });
  }

  async #move(
    to: VersionsTable,
    from: VersionsTable | undefined,
    kind: "promoted" | "rolled-back",
    becomes: VersionState,
    actor: string,
  ): Promise<void> {
    await this.#store.transaction(async (trx) => {
      const { last } = await trx
        .selectFrom("promotions")
        .select((eb) => eb.fn.max("seq").as("last"))
        .executeTakeFirstOrThrow();
      await trx
        .insertInto("promotions")
        .values({
          seq: (last ?? 0) + 1,
          model: to.model,
          version_id: to.id,
          previous_id: from?.id ?? null,
          kind,
          at: this.#clock.now(),
        })
        .execute();
      if (from) await trx.updateTable("versions").set({ status: becomes }).where("id", "=", from.id).execute();
      await trx.updateTable("versions").set({ status: "champion" }).where("id", "=", to.id).execute();
      await this.#store.events.append(trx, [
        {
          kind: `version.${kind}`,
          actor,
          subject: to.id,
          data: { model: to.model, number: to.number, from: from?.number ?? null, weights: to.weights_hash },
        },
      ]);
    });
  }

  #newestMove(db: Store["db"] | Transaction<Database>, model: string) {
    return db.selectFrom("promotions").selectAll().where("model", "=", model).orderBy("seq", "desc").executeTakeFirst();
  }
}

/** SHA-256 of a file's bytes, hex. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
