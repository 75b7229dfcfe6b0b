/** Negotiations and agreements in the store. Every change commits together with its event. */
import type { ContractNetTerms } from "@entente/negotiation";
import type { Clock } from "../base/clock.ts";
import { canonicalJson, type Json } from "../base/json.ts";
import type { NewEvent } from "../store/event-log.ts";
import type { Store } from "../store/store.ts";
import type { AgreementDocument, AgreementSignatures } from "./agreement.ts";
import { type Entry, eventData, replay, type Session } from "./transcript.ts";

/** How an agreement stands. */
export const agreementStates = ["active", "fulfilled", "late", "failed", "cancelled"] as const;
export type AgreementState = (typeof agreementStates)[number];

/** A negotiation read back. */
export interface KeptNegotiation {
  readonly id: string;
  readonly status: string;
  readonly session: Session;
  readonly outcome: Json | undefined;
  readonly updatedAt: number;
}

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
  async proposal(negotiation: string, bidder: string): Promise<{ price: number; promisedMs: number | undefined } | undefined> {
    const row = await this.#store.db
      .selectFrom("negotiations")
      .select(["terms_json", "events_json"])
      .where("id", "=", negotiation)
      .executeTakeFirst();
    if (!row) return undefined;
    const { state } = replay(JSON.parse(row.terms_json), JSON.parse(row.events_json));
    const proposal = state.participants.find((participant) => participant.name === bidder)?.proposal;
    return proposal && { price: proposal.price, promisedMs: proposal.promisedMs };
  }

  /** Begins a negotiation, in place of one of the same subject that awarded nothing. */
  async begin(id: string, runId: string, subject: string, session: Session, actor: string): Promise<void> {
    const now = this.#clock.now();
    await this.#store.transaction(async (trx) => {
      await trx
        .deleteFrom("negotiations")
        .where("run_id", "=", runId)
        .where("subject", "=", subject)
        .where("status", "=", "collecting")
        .execute();
      await trx
        .insertInto("negotiations")
        .values({
          id,
          protocol: "contract-net",
          run_id: runId,
          subject,
          status: "collecting",
          terms_json: canonicalJson(session.terms),
          events_json: "[]",
          outcome_json: null,
          created_at: now,
          updated_at: now,
        })
        .execute();
      await this.#store.events.append(trx, [
        {
          kind: "negotiation.announced",
          actor,
          subject: id,
          data: { run: runId, about: subject, bidders: session.terms.participants },
        },
      ]);
    });
  }

  /** Keeps the session after a step, with the events that tell of it. */
  async keep(id: string, session: Session, status: string, events: readonly NewEvent[], outcome?: Json): Promise<void> {
    await this.#store.transaction(async (trx) => {
      const row = {
        events_json: canonicalJson(session.entries),
        status,
        updated_at: this.#clock.now(),
        ...(outcome === undefined ? {} : { outcome_json: canonicalJson(outcome) }),
      };
      await trx.updateTable("negotiations").set(row).where("id", "=", id).execute();
      await this.#store.events.append(trx, events);
    });
  }

  /** Says that the session is still watched (its pause after a crash is counted from here). */
  async touch(id: string): Promise<void> {
    await this.#store.db.updateTable("negotiations").set({ updated_at: this.#clock.now() }).where("id", "=", id).execute();
  }

  /** Writes a signed agreement down. */
  async openAgreement(document: AgreementDocument, signatures: AgreementSignatures): Promise<void> {
    await this.#store.transaction(async (trx) => {
      await trx
        .insertInto("agreements")
        .values({
          id: document.id,
          negotiation_id: document.negotiation,
          initiator: document.initiator,
          contractor: document.contractor,
          document_json: canonicalJson(document),
          signatures_json: canonicalJson(signatures),
          status: "active",
          task_id: null,
          due_at: document.dueAt,
          created_at: this.#clock.now(),
          closed_at: null,
          outcome_json: null,
        })
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
  async activeAgreement(
    negotiation: string,
    contractor: string,
  ): Promise<{ document: AgreementDocument; createdAt: number } | undefined> {
    const row = await this.#store.db
      .selectFrom("agreements")
      .selectAll()
      .where("negotiation_id", "=", negotiation)
      .where("contractor", "=", contractor)
      .where("status", "=", "active")
      .executeTakeFirst();
    return row ? { document: JSON.parse(row.document_json), createdAt: row.created_at } : undefined;
  }

  /** Links an agreement to the A2A task that carries it out. */
  async setTask(agreement: string, task: string): Promise<void> {
    await this.#store.db.updateTable("agreements").set({ task_id: task }).where("id", "=", agreement).execute();
  }

  /** Ends an agreement. */
  async closeAgreement(
    document: AgreementDocument,
    status: Exclude<AgreementState, "active">,
    outcome: { readonly [key: string]: Json | undefined },
  ): Promise<void> {
    await this.#store.transaction(async (trx) => {
      await trx
        .updateTable("agreements")
        .set({ status, closed_at: this.#clock.now(), outcome_json: canonicalJson(outcome) })
        .where("id", "=", document.id)
        .where("status", "=", "active")
        .execute();
      await this.#store.events.append(trx, [
        {
          kind: `agreement.${status}`,
          actor: document.contractor,
          subject: document.id,
          data: { about: document.subject, ...outcome },
        },
      ]);
    });
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
