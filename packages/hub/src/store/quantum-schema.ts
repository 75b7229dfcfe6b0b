/** The tables of optimisation jobs; schema.ts says how they are written. */

/** A job. `place` is where it runs or would run next, `hub` who runs it, `flight` the submission to Leap that it is part of. */
export interface QuantumJobsTable {
  id: string;
  owner: string;
  label: string;
  wanted: string;
  place: string;
  priority: string;
  deadline_at: number | null;
  state: string;
  cost_ms: number;
  order_json: string;
  notes_json: string;
  hub: string | null;
  flight: string | null;
  cancel: number;
  answer_json: string | null;
  error_json: string | null;
  submitted_at: number;
  started_at: number | null;
  ended_at: number | null;
}

/** One submission to Leap, for one job or several on one chip; `key` names it in the journal, `plan_json` says how its answer is read. */
export interface QuantumFlightsTable {
  key: string;
  hub: string;
  solver: string;
  plan_json: string;
  created_at: number;
  closed_at: number | null;
  /** A hash that tells Leap accounts apart; none of flights older than it. */
  account: string | null;
}

/** QPU time of a job in a flight, us: `held` while only estimated, `spent` as Leap told it, `freed` when none was used (us is 0 then). */
export interface QuantumReservationsTable {
  flight: string;
  job: string;
  owner: string;
  us: number;
  state: string;
  at: number;
}

/** The most QPU time in a period, us; scope is a principal, or * for the hub. */
export interface QuantumBudgetsTable {
  scope: string;
  period: string;
  limit_us: number;
  set_by: string;
  set_at: number;
}

/** What a principal has used of a lane, ms of solver time, as it stood at `at`; it decays from there. */
export interface QuantumUsageTable {
  owner: string;
  lane: string;
  amount_ms: number;
  at: number;
}

/** The journal of a hub's Leap client. */
export interface QuantumLeapJournalTable {
  hub: string;
  seq: number;
  key: string;
  entry_json: string;
}

/** Chains that were found for a graph (a hash of its edges) on a solver's chip, and when they were last used. */
export interface QuantumEmbeddingsTable {
  solver: string;
  graph: string;
  chains_json: string;
  used_at: number;
}

/** A hub that runs jobs: `beat` rises while it lives; `epoch` is another one whenever it begins anew. */
export interface QuantumRunnersTable {
  hub: string;
  epoch: string;
  beat: number;
}

/** The tables of optimisation jobs. */
export interface QuantumDatabase {
  quantum_jobs: QuantumJobsTable;
  quantum_flights: QuantumFlightsTable;
  quantum_reservations: QuantumReservationsTable;
  quantum_budgets: QuantumBudgetsTable;
  quantum_usage: QuantumUsageTable;
  quantum_runners: QuantumRunnersTable;
  quantum_embeddings: QuantumEmbeddingsTable;
  quantum_leap_journal: QuantumLeapJournalTable;
}
