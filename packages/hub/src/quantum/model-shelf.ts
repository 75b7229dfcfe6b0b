// Models that principals keep. The id is made of what the model is, so the same model has the same id whoever keeps it and however it was
// written; each principal has a shelf of its own and sees no other.
import type { Clock } from "../base/clock.ts";
import { baseErrors } from "../base/errors.ts";
import { sha256 } from "../base/json.ts";
import type { Store } from "../store/store.ts";
import { quantumErrors } from "./errors.ts";
import type { PackAnswer } from "./model-packing.ts";
import type { ProblemSource } from "./problem-source.ts";

/** A kept model without its bytes. */
export interface KeptModel {
  id: string;
  name: string | null;
  kind: "bqm" | "cqm";
  maximise: boolean;
  variables: number;
  couplings: number;
  constraints: number;
  bytes: number;
  createdAt: number;
}

/** What the shelf stands on. */
export interface ModelShelfInput {
  readonly store: Store;
  readonly clock: Clock;
  /** Most models of one principal. */
  readonly most: number;
  /** Largest model, bytes of its dimod file. */
  readonly mostBytes: number;
}

const idLength = 24;

/** The store's side of kept models. */
export class ModelShelf {
  readonly #input: ModelShelfInput;

  constructor(input: ModelShelfInput) {
    this.#input = input;
  }

  /** Keeps a model; one that is kept already stays as it is. Throws QUANTUM_MODEL_TOO_LARGE, QUANTUM_MODELS_FULL. */
  async keep(owner: string, { bytes, ...facts }: PackAnswer, name: string | null): Promise<KeptModel> {
    const { store, clock, most, mostBytes } = this.#input;
    if (bytes.length > mostBytes) throw quantumErrors.QUANTUM_MODEL_TOO_LARGE({ bytes: bytes.length, limit: mostBytes });
    const id = `${facts.kind}_${sha256(`${sha256(bytes)} ${facts.maximise}`).slice(0, idLength)}`;
    const row = {
      owner,
      id,
      name,
      kind: facts.kind,
      maximise: facts.maximise ? 1 : 0,
      variables: facts.variables,
      couplings: facts.couplings,
      constraints: facts.constraints,
      bytes: bytes.length,
      file: bytes,
      created_at: clock.now(),
    };
    await store.transaction(async (trx) => {
      const known = await trx
        .selectFrom("quantum_models")
        .select("id")
        .where("owner", "=", owner)
        .where("id", "=", id)
        .executeTakeFirst();
      if (known) return;
      // The head of the log is locked first: of two calls at once, the second counts what the first kept.
      await store.events.append(trx, [
        { kind: "quantum.model.kept", actor: owner, subject: id, data: { variables: facts.variables, bytes: bytes.length } },
      ]);
      const { count } = await trx
        .selectFrom("quantum_models")
        .select((eb) => eb.fn.countAll<number>().as("count"))
        .where("owner", "=", owner)
        .executeTakeFirstOrThrow();
      if (Number(count) >= most) throw quantumErrors.QUANTUM_MODELS_FULL({ principal: owner, limit: most });
      await trx
        .insertInto("quantum_models")
        .values(row)
        .onConflict((c) => c.columns(["owner", "id"]).doNothing())
        .execute();
    });
    return this.get(owner, id);
  }

  /** A kept model's facts. Throws NOT_FOUND. */
  async get(owner: string, id: string): Promise<KeptModel> {
    const row = await this.#rows(owner).where("id", "=", id).executeTakeFirst();
    if (!row) throw notFound(id);
    return keptFrom(row);
  }

  /** A kept model, to be read. Throws NOT_FOUND. */
  async source(owner: string, id: string): Promise<ProblemSource> {
    const row = await this.#input.store.db
      .selectFrom("quantum_models")
      .select(["file", "maximise"])
      .where("owner", "=", owner)
      .where("id", "=", id)
      .executeTakeFirst();
    if (!row) throw notFound(id);
    return { bytes: new Uint8Array(row.file), maximise: row.maximise === 1 };
  }

  /** A principal's models, newest first. */
  async list(owner: string, limit: number): Promise<readonly KeptModel[]> {
    const rows = await this.#rows(owner).orderBy("created_at", "desc").orderBy("id").limit(limit).execute();
    return rows.map(keptFrom);
  }

  /** Forgets a model. Throws NOT_FOUND. */
  async forget(owner: string, id: string): Promise<void> {
    const { numDeletedRows } = await this.#input.store.db
      .deleteFrom("quantum_models")
      .where("owner", "=", owner)
      .where("id", "=", id)
      .executeTakeFirst();
    if (numDeletedRows === 0n) throw notFound(id);
  }

  #rows(owner: string) {
    return this.#input.store.db
      .selectFrom("quantum_models")
      .select(["id", "name", "kind", "maximise", "variables", "couplings", "constraints", "bytes", "created_at"])
      .where("owner", "=", owner);
  }
}

interface Row {
  readonly id: string;
  readonly name: string | null;
  readonly kind: string;
  readonly maximise: number;
  readonly variables: number;
  readonly couplings: number;
  readonly constraints: number;
  readonly bytes: number;
  readonly created_at: number;
}

function keptFrom({ kind, maximise, created_at, ...row }: Row): KeptModel {
  return { ...row, kind: kind === "cqm" ? "cqm" : "bqm", maximise: maximise === 1, createdAt: created_at };
}

function notFound(id: string) {
  return baseErrors.NOT_FOUND({ what: "model that you keep", id });
}
