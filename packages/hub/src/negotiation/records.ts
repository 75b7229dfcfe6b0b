/** Negotiations and agreements in the store. Every change commits together with its event. */
import type { ContractNetTerms } from "@entente/negotiation";
import type { Transaction } from "kysely";
import type { Clock } from "../base/clock.ts";
import { canonicalJson, type Json } from "../base/json.ts";
import type { NewEvent } from "../store/event-log.ts";
import type { Database } from "../store/schema.ts";
import type { Store } from "../store/store.ts";
import type { AgreementDocument, AgreementSignatures } from "./agreement.ts";
import type { Fence } from "./job.ts";
import { signedRow } from "./kept-agreement.ts";
import { openedRow } from "./opened-row.ts";
import { type Entry, eventData, replay, type Session } from "./transcript.ts";

/** How an agreement stands. */
export const agreementStates = ["active", "fulfilled", "late", "failed", "cancelled", "expired"] as const;
export type AgreementState = (typeof agreementStates)[number];

/** How an agreement ends, and what is to be said of it. */
export interface Closing {
  readonly document: AgreementDocument;
  readonly status: Exclude<AgreementState, "active">;
  readonly outcome: { readonly [key: string]: Json | undefined };
}

/** What a bidder proposed, and for which job. */
export interface KeptProposal {
  readonly price: number;
  readonly promisedMs: number | undefined;
  readonly quality: number | undefined;
  readonly job: Json | undefined;
}

/** A negotiation read back. */
export interface KeptNegotiation {
  readonly id: string;
  readonly status: string;
  readonly session: Session;
  readonly outcome: Json | undefined;
  readonly updatedAt: number;
}

const unfenced: Fence = async () => {};

/** The store's side of negotiation. */
export class NegotiationRecords {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** The negotiation about `subject` of a run, if it was begun. */
  async find(runId: string, subject: string): Promise<KeptNegotiation | undefined> {
    const row = await this.#store.db
      .selectFrom("negotiations")
      .selectAll()
      .where("run_id", "=", runId)
      .where("subject", "=", subject)
      .executeTakeFirst();
    if (!row) return undefined;
    const terms: ContractNetTerms = JSON.parse(row.terms_json);
    const entries: Entry[] = JSON.parse(row.events_json);
    return {
      id: row.id,
      status: row.status,
      session: replay(terms, entries),
      outcome: row.outcome_json === null ? undefined : JSON.parse(row.outcome_json),
      updatedAt: row.updated_at,
    };
  }

  /** What a bidder proposed in a negotiation. */
  async proposal(negotiation: string, bidder: string): Promise<KeptProposal | undefined> {
    const row = await this.#store.db
      .selectFrom("negotiations")
      .select(["terms_json", "events_json"])
      .where("id", "=", negotiation)
      .where("protocol", "=", "contract-net")
      .executeTakeFirst();
    if (!row) return undefined;
    const terms: ContractNetTerms & { task?: { job?: Json } } = JSON.parse(row.terms_json);
    const { state } = replay(terms, JSON.parse(row.events_json));
    const proposal = state.participants.find((participant) => participant.name === bidder)?.proposal;
    if (!proposal) return undefined;
    return { price: proposal.price, promisedMs: proposal.promisedMs, quality: proposal.quality, job: terms.task?.job };
  }

  /** Begins a negotiation, in place of the one `replaced`, which awarded nothing. */
  async begin(
    about: { id: string; run: string; subject: string; actor: string; replaced: string | undefined },
    session: Session,
    fence: Fence = unfenced,
  ): Promise<void> {
    const { id, run, subject, actor, replaced } = about;
    const now = this.#clock.now();
    await this.#store.transaction(async (trx) => {
      await fence(trx);
      if (replaced !== undefined) await trx.deleteFrom("negotiations").where("id", "=", replaced).execute();
      await trx
        .insertInto("negotiations")
        .values(openedRow({ id, protocol: "contract-net", subject, run }, session.terms, "collecting", now))
        .execute();
      await this.#store.events.append(trx, [
        {
          kind: "negotiation.announced",
          actor,
          subject: id,
          data: { run, about: subject, bidders: session.terms.participants },
        },
      ]);
    });
  }

  /** Keeps the session after a step, with the events that tell of it and the agreements that end with it. */
  async keep(
    id: string,
    session: Session,
    status: string,
    events: readonly NewEvent[],
    outcome?: Json,
    closings: readonly Closing[] = [],
    fence: Fence = unfenced,
  ): Promise<void> {
    await this.#store.transaction(async (trx) => {
      await fence(trx);
      const row = {
        events_json: canonicalJson(session.entries),
        status,
        updated_at: this.#clock.now(),
        ...(outcome === undefined ? {} : { outcome_json: canonicalJson(outcome) }),
      };
      await trx.updateTable("negotiations").set(row).where("id", "=", id).execute();
      await this.#store.events.append(trx, events);
      for (const closing of closings) await this.#close(trx, closing);
    });
  }

  /** Says that the session is still watched (its pause after a crash is counted from here). */
  async touch(id: string): Promise<void> {
    await this.#store.db.updateTable("negotiations").set({ updated_at: this.#clock.now() }).where("id", "=", id).execute();
  }

  /** Writes a signed agreement down. */
  async openAgreement(document: AgreementDocument, signatures: AgreementSignatures, fence: Fence = unfenced): Promise<void> {
    await this.#store.transaction(async (trx) => {
      await fence(trx);
      await trx
        .insertInto("agreements")
        .values(signedRow(document, signatures, this.#clock.now()))
        .execute();
      await this.#store.events.append(trx, [
        {
          kind: "agreement.signed",
          actor: document.initiator,
          subject: document.id,
          data: {
            about: document.subject,
            contractor: document.contractor,
            price: document.price,
            promisedMs: document.promisedMs,
          },
        },
      ]);
    });
  }

  /** The open agreement of a negotiation with a contractor, if any. */
  async activeAgreement(negotiation: string, contractor: string): Promise<AgreementDocument | undefined> {
    const row = await this.#store.db
      .selectFrom("agreements")
      .select("document_json")
      .where("negotiation_id", "=", negotiation)
      .where("contractor", "=", contractor)
      .where("status", "=", "active")
      .executeTakeFirst();
    return row && JSON.parse(row.document_json);
  }

  /**
   * Begins again with an agreement whose work a stop of the hub cut off: its task may be sent once more, and its time counts
   * from now on.
   */
  async resumeAgreement({ id, promisedMs }: AgreementDocument): Promise<void> {
    await this.#store.db
      .updateTable("agreements")
      .set({ tasks_begun: 0, due_at: this.#clock.now() + promisedMs })
      .where("id", "=", id)
      .where("status", "=", "active")
      .execute();
  }

  /** Links an agreement to the A2A task that carries it out. */
  async setTask(agreement: string, task: string): Promise<void> {
    await this.#store.db.updateTable("agreements").set({ task_id: task }).where("id", "=", agreement).execute();
  }

  /** Ends an agreement; one that has ended stays as it is. */
  async closeAgreement(closing: Closing): Promise<void> {
    await this.#store.transaction((trx) => this.#close(trx, closing));
  }

  async #close(trx: Transaction<Database>, { document, status, outcome }: Closing): Promise<void> {
    const { numUpdatedRows } = await trx
      .updateTable("agreements")
      .set({ status, closed_at: this.#clock.now(), outcome_json: canonicalJson(outcome) })
      .where("id", "=", document.id)
      .where("status", "=", "active")
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return;
    await this.#store.events.append(trx, [
      {
        kind: `agreement.${status}`,
        actor: document.contractor,
        subject: document.id,
        data: { about: document.subject, ...outcome },
      },
    ]);
  }

  /**
   * How reliable each party has been: (kept + 1) / (all + 2) over its ended agreements, Laplace's rule, so that a
   * newcomer stands at one half and one failure does not damn. Calling off by the initiator counts for nobody.
   */
  async reliability(parties: readonly string[]): Promise<Readonly<Record<string, number>>> {
    const rows = await this.#store.db
      .selectFrom("agreements")
      .select(["contractor", "status"])
      .where("contractor", "in", [...parties])
      .where("status", "in", ["fulfilled", "late", "failed"])
      .execute();
    return Object.fromEntries(
      parties.map((party) => {
        const own = rows.filter((row) => row.contractor === party);
        const kept = own.filter((row) => row.status === "fulfilled").length;
        return [party, (kept + 1) / (own.length + 2)];
      }),
    );
  }

  /** An event of a session for the log. */
  static told(negotiation: string, actor: string, event: Parameters<typeof eventData>[0]): NewEvent {
    return { kind: "negotiation.event", actor, subject: negotiation, data: eventData(event) };
  }
}
