/** The tables of negotiations, and of what they lead to; schema.ts says how they are written. */
import type { Generated } from "kysely";

/** A negotiation as terms and events: replaying them gives its state. */
export interface NegotiationsTable {
  id: string;
  protocol: string;
  run_id: string | null;
  subject: string;
  status: string;
  terms_json: string;
  events_json: string;
  outcome_json: string | null;
  created_at: number;
  updated_at: number;
}

export interface AgreementsTable {
  id: string;
  negotiation_id: string;
  initiator: string;
  contractor: string;
  document_json: string;
  signatures_json: string;
  status: string;
  task_id: string | null;
  /** How many tasks were begun under it. */
  tasks_begun: Generated<number>;
  due_at: number;
  created_at: number;
  closed_at: number | null;
  outcome_json: string | null;
}

/** Who takes part in which session of alternating offers. */
export interface BargainPartiesTable {
  party: string;
  bargain_id: string;
}

/** A task under a bargained agreement that has ended: how, and which terms of the agreement it broke (a list of indicators). */
export interface AgreementTasksTable {
  agreement_id: string;
  task_id: string;
  outcome: string;
  broken_json: string;
  ended_at: number;
}

/**
 * A session of alternating offers; its terms are in `negotiations`. `seq` and `hash` are those of its last event, `seats_json` what only
 * the hub may know of each party, `driver` the hub that carries it on and was last seen at `seen_at`, `paused_ms` how long no hub did.
 * `breach_id` is the breach that opened it, `replaces` the agreement that was broken.
 */
export interface BargainsTable {
  id: string;
  opened_by: string;
  open: number;
  seq: number;
  hash: string;
  seats_json: string;
  driver: string;
  seen_at: number;
  paused_ms: number;
  breach_id: string | null;
  replaces: string | null;
}

/** What happened in a session, from 1; `at` is session time, `hash` links it to all before it. */
export interface BargainEventsTable {
  bargain_id: string;
  seq: number;
  at: number;
  event_json: string;
  hash: string;
}

/** What a party may agree to in any session. */
export interface MandatesTable {
  party: string;
  mandate_json: string;
  set_by: string;
  set_at: number;
}

/** What a party has on the table or has agreed to in a session, of an issue that its mandate limits over all sessions. */
export interface PromisesTable {
  party: string;
  bargain_id: string;
  issue: string;
  amount: number;
}

/**
 * A plan; `caller_id` is its caller's own id for it, `seq` and `hash` those of its last event, `driver` the hub that carries it on and was last
 * seen at `seen_at`, `paused_ms` how long no hub did. `cancel_reason` is for the driver to see, when another hub was asked to cancel.
 */
export interface PlansTable {
  id: string;
  opened_by: string;
  caller_id: string | null;
  subject: string;
  status: string;
  open: number;
  document_json: string;
  seq: number;
  hash: string;
  driver: string;
  seen_at: number;
  paused_ms: number;
  cancel_reason: string | null;
  created_at: number;
  closed_at: number | null;
}

/** What happened to a plan, from 1; `at` is plan time, `hash` links it to all before it. */
export interface PlanEventsTable {
  plan_id: string;
  seq: number;
  at: number;
  event_json: string;
  hash: string;
}

/** A blackboard. `seq` is its revision, `hash` that of its last event, `entries` how many keys it has. */
export interface BoardsTable {
  id: string;
  subject: string;
  opened_by: string;
  members_json: string;
  open: number;
  seq: number;
  entries: number;
  hash: string;
  created_at: number;
}

/** What stands on a board. `version` is the board's revision that wrote it. */
export interface BoardEntriesTable {
  board_id: string;
  key: string;
  version: number;
  value_json: string;
  by: string;
  at: number;
}

/** The revisions of a board, from 1; old ones keep the hash of their value alone. */
export interface BoardEventsTable {
  board_id: string;
  seq: number;
  at: number;
  by: string;
  act: string;
  key: string | null;
  value_json: string | null;
  value_hash: string | null;
  hash: string;
}

/** A vote or an auction. `due_at` is when its clock next does something; `driver` is the hub that asks its agents, seen alive at `seen_at`. */
export interface AssembliesTable {
  id: string;
  opened_by: string;
  open: number;
  seq: number;
  hash: string;
  due_at: number | null;
  driver: string;
  seen_at: number;
}

/** What happened in a vote or an auction, from 1. `event_json` holds a salted hash where `secret_json` holds a ballot or a bid. */
export interface AssemblyEventsTable {
  assembly_id: string;
  seq: number;
  at: number;
  event_json: string;
  secret_json: string | null;
  hash: string;
}

/** The tables of negotiations. */
export interface NegotiationDatabase {
  negotiations: NegotiationsTable;
  agreements: AgreementsTable;
  agreement_tasks: AgreementTasksTable;
  bargains: BargainsTable;
  bargain_events: BargainEventsTable;
  bargain_parties: BargainPartiesTable;
  mandates: MandatesTable;
  promises: PromisesTable;
  plans: PlansTable;
  plan_events: PlanEventsTable;
  boards: BoardsTable;
  board_entries: BoardEntriesTable;
  board_events: BoardEventsTable;
  assemblies: AssembliesTable;
  assembly_events: AssemblyEventsTable;
}
