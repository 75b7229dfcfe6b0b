/**
 * The tables, as Kysely sees them. Times are milliseconds since the epoch; columns named `*_json` hold canonical JSON
 * text, so both engines store and compare the same bytes.
 */
import type { Generated } from "kysely";
import type { NegotiationDatabase } from "./negotiation-schema.ts";
import type { QuantumDatabase } from "./quantum-schema.ts";

/** The append-only event log. `hash` = SHA-256 over the canonical JSON of the row with `prev`, the hash before it. */
export interface EventsTable {
  seq: number;
  at: number;
  kind: string;
  actor: string;
  subject: string;
  data_json: string;
  prev: string;
  hash: string;
}

/** One row: the end of the chain. */
export interface EventHeadTable {
  id: number;
  seq: number;
  hash: string;
}

/** Clients with tokens of their own; `token_hash` is the token's SHA-256 in hex. */
export interface PrincipalsTable {
  name: string;
  token_hash: string;
  created_at: number;
  revoked_at: number | null;
}

export interface AgentsTable {
  name: string;
  card_json: string;
  card_hash: string;
  updated_at: number;
}

/** A2A tasks; `task_json` is the protocol's Task with every event up to number `seq` in it; `updated_at` the time of its status; `hub` works on it. */
export interface TasksTable {
  id: string;
  agent: string;
  tenant: string;
  context_id: string;
  owner: string;
  hub: string;
  state: string;
  seq: number;
  task_json: string;
  created_at: number;
  updated_at: number;
}

/** An agent elsewhere. `card_hash` covers the card without its signatures; `pending_*` is a changed card that waits for approval. */
export interface RemoteAgentsTable {
  name: string;
  url: string;
  card_json: string;
  card_hash: string;
  key_json: string | null;
  pending_json: string | null;
  pending_hash: string | null;
  added_by: string;
  added_at: number;
}

/** A task at an agent elsewhere, as it was last seen. `owner` is the principal of this hub that sent it. */
export interface RemoteTasksTable {
  agent: string;
  task_id: string;
  owner: string;
  context_id: string;
  state: string;
  task_json: string;
  created_at: number;
  updated_at: number;
  /** 1 once the notifications of its end are queued. */
  end_told: Generated<number>;
}

/** The hubs that work on this store, and when each last showed that it lives. */
export interface HubsTable {
  id: string;
  seen_at: number;
}

/** What happened to a task, numbered from 1; `event_json` is a StreamResponse. */
export interface TaskEventsTable {
  task_id: string;
  seq: number;
  event_json: string;
}

/** Where events of a task are posted to. */
export interface PushConfigsTable {
  task_id: string;
  id: string;
  config_json: string;
  created_at: number;
}

/** Notifications not delivered yet; those of one configuration, a lane, go out in the order of `seq`. */
export interface PushOutboxTable {
  id: string;
  agent: string;
  task_id: string;
  config_id: string;
  seq: number;
  body_json: string;
  created_at: number;
}

/** A lane in which notifications wait: whose task it is, how often the first of them failed, and from when it may go. */
export interface PushLanesTable {
  task_id: string;
  config_id: string;
  owner: string;
  attempts: number;
  due_at: number;
}

/** An agent that joined over a pipe; its name is its owner's from then on. */
export interface JoinedAgentsTable {
  name: string;
  owner: string;
  profile_json: string;
  joined_at: number;
}

export interface SourcesTable {
  id: string;
  root: string;
  created_at: number;
  scanned_at: number | null;
}

/** A file of a source. `path` is printable (bytes that are not UTF-8 as \xNN); `status` is indexed, skipped or gone. */
export interface DocumentsTable {
  id: string;
  source_id: string;
  path: string;
  size: number;
  mtime_us: number;
  content_hash: string | null;
  slice: string;
  status: string;
  reason: string | null;
  updated_at: number;
}

/** A distinct text, shared by all documents with the same bytes. `vector` is Float32 little-endian, unit length. */
export interface ContentsTable {
  hash: string;
  size: number;
  lines: number;
  held_out: number;
  signature: Uint8Array;
  near_hash: string | null;
  vector: Uint8Array;
  created_at: number;
}

/** The MinHash bands of each content that stands for itself: equal keys are candidates for near duplicates. */
export interface NearBandsTable {
  band: number;
  content_hash: string;
}

/** Consecutive pieces of a content; joined in order they are the whole text. */
export interface PassagesTable {
  id: number;
  content_hash: string;
  ordinal: number;
  start_line: number;
  end_line: number;
  text: string;
  vector: Uint8Array;
}

export interface RunsTable {
  id: string;
  source_id: string | null;
  root: string;
  model: string;
  status: string;
  phase: string;
  task_id: string | null;
  settings_json: string;
  summary_json: string;
  started_at: number;
  ended_at: number | null;
}

export interface SelectionsTable {
  id: string;
  run_id: string;
  method: string;
  hashes_json: string;
  size: number;
  score: number;
  details_json: string;
  created_at: number;
}

export interface TrainingPointsTable {
  run_id: string;
  step: number;
  loss: number;
  rate: number;
  at: number;
}

export interface VersionsTable {
  id: string;
  model: string;
  number: number;
  parent: string | null;
  status: string;
  directory: string;
  weights_hash: string;
  run_id: string;
  selection_id: string | null;
  training_json: string;
  verdict_json: string | null;
  created_at: number;
}

/** Where a model's champion points, one row per move; the newest row is the truth. */
export interface PromotionsTable {
  seq: number;
  model: string;
  version_id: string;
  previous_id: string | null;
  kind: string;
  at: number;
}

/** What was measured of an agent in a minute or an hour that began at `start_at`; hubs on one store add into one row. */
export interface SlaBucketsTable {
  agent: string;
  resolution: string;
  start_at: number;
  bucket_json: string;
}

/** Terms that an operator set for an agent. */
export interface SlaTermsTable {
  agent: string;
  terms_json: string;
  set_by: string;
  set_at: number;
}

/** Terms in breach, and tasks that broke their agreement (`agreement` is set, and both times are the same). */
export interface SlaBreachesTable {
  id: string;
  agent: string;
  indicator: string;
  severity: string;
  agreement: string | null;
  because: string;
  opened_at: number;
  closed_at: number | null;
}

/** A model that a principal keeps: a dimod file in `file`, its length in `bytes`; `maximise` is 1 where its energy is minus what is asked for. */
export interface QuantumModelsTable {
  owner: string;
  id: string;
  name: string | null;
  kind: string;
  maximise: number;
  variables: number;
  couplings: number;
  constraints: number;
  bytes: number;
  file: Uint8Array;
  created_at: number;
}

/** A secret of the vault, sealed (vault/sealing.ts); `key_id` names the vault's key that opens `sealed_key`. */
export interface SecretsTable {
  name: string;
  version: number;
  key_id: string;
  sealed_key: Uint8Array;
  sealed: Uint8Array;
  put_at: number;
  put_by: string;
}

/** The whole database. */
export interface Database extends NegotiationDatabase, QuantumDatabase {
  events: EventsTable;
  event_head: EventHeadTable;
  principals: PrincipalsTable;
  agents: AgentsTable;
  tasks: TasksTable;
  remote_agents: RemoteAgentsTable;
  remote_tasks: RemoteTasksTable;
  joined_agents: JoinedAgentsTable;
  hubs: HubsTable;
  task_events: TaskEventsTable;
  push_configs: PushConfigsTable;
  push_outbox: PushOutboxTable;
  push_lanes: PushLanesTable;
  sources: SourcesTable;
  documents: DocumentsTable;
  contents: ContentsTable;
  near_bands: NearBandsTable;
  passages: PassagesTable;
  runs: RunsTable;
  selections: SelectionsTable;
  training_points: TrainingPointsTable;
  versions: VersionsTable;
  promotions: PromotionsTable;
  sla_buckets: SlaBucketsTable;
  sla_terms: SlaTermsTable;
  sla_breaches: SlaBreachesTable;
  quantum_models: QuantumModelsTable;
  secrets: SecretsTable;
}
