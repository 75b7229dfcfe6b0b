// What a client must remember so that a job is neither lost nor sent twice, whatever dies when. Before a job is sent, its intent is
// recorded with a label that nothing else bears; after the answer, its id; at the end, its answer. A client that finds an intent
// without an id asks Leap for the label before it sends anything: the record is never proof that Leap did not get the job.
import type { JobParameters } from "./parameters.ts";
import type { ProblemStatus } from "./problem-status.ts";
import type { SolverIdentity } from "./solver-identity.ts";
import { qpuAccessTime, timingOf } from "./timing.ts";

/** One job as it is sent. */
export interface JobSpec {
  readonly key: string;
  readonly label: string;
  readonly solver: SolverIdentity;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly params: JobParameters;
}

/** One line of a journal, about the job `key`. */
export type JournalEntry =
  | { readonly at: "uploading"; readonly key: string; readonly upload: string; readonly sizeBytes: number }
  | { readonly at: "intended"; readonly key: string; readonly time: string; readonly job: JobSpec }
  | { readonly at: "submitted"; readonly key: string; readonly id: string }
  | { readonly at: "refused"; readonly key: string; readonly code: number; readonly message: string }
  | { readonly at: "cancelling"; readonly key: string }
  | { readonly at: "finished"; readonly key: string; readonly status: ProblemStatus };

/** Where a client records its jobs. Only one client may use it at a time. */
export interface Journal {
  /** Resolves when the entries would outlive a crash. Keeps the order of calls. */
  append(entries: readonly JournalEntry[]): Promise<void>;
  /** Everything recorded so far, oldest first. */
  entries(): Promise<readonly JournalEntry[]>;
}

/** What a journal says of one job. */
export interface JobRecord {
  readonly key: string;
  readonly upload?: { readonly id: string; readonly sizeBytes: number };
  readonly job?: JobSpec;
  readonly id?: string;
  readonly cancelling: boolean;
  /** The end of it: Leap's last status, or why Leap did not take it. */
  readonly finished?: ProblemStatus;
  readonly refused?: { readonly code: number; readonly message: string };
}

/** The record of each job, by key, from the entries. Pure. */
export function jobRecords(entries: readonly JournalEntry[]): Map<string, JobRecord> {
  const records = new Map<string, JobRecord>();
  for (const entry of entries) records.set(entry.key, recorded(records.get(entry.key), entry));
  return records;
}

/** A record after one more entry. An intent after a refusal begins anew. Pure. */
export function recorded(record: JobRecord | undefined, entry: JournalEntry): JobRecord {
  const { key } = entry;
  const before: JobRecord = record ?? { key, cancelling: false };
  if (entry.at === "uploading") return { ...before, upload: { id: entry.upload, sizeBytes: entry.sizeBytes } };
  if (entry.at === "intended") {
    const { refused: _, ...rest } = before;
    return { ...rest, job: entry.job };
  }
  if (entry.at === "submitted") return { ...before, id: entry.id };
  if (entry.at === "refused") return { ...before, refused: { code: entry.code, message: entry.message } };
  if (entry.at === "cancelling") return { ...before, cancelling: true };
  return { ...before, finished: entry.status };
}

/** QPU access time in us of all jobs that a journal has finished: what they were charged. */
export function qpuTimeUsed(entries: readonly JournalEntry[]): number {
  let used = 0;
  for (const { finished } of jobRecords(entries).values()) used += qpuAccessTime(timingOf(finished?.answer));
  return used;
}

/** A journal in memory: enough against lost answers, not against a crash. */
export class MemoryJournal implements Journal {
  readonly #entries: JournalEntry[] = [];

  async append(entries: readonly JournalEntry[]): Promise<void> {
    this.#entries.push(...entries);
  }

  async entries(): Promise<readonly JournalEntry[]> {
    return [...this.#entries];
  }
}
