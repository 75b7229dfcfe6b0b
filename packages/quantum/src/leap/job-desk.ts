// The jobs of one client, from the wish to the answer: each goes through the submission queue, the poller and the loading of its
// answer, and each step is in the journal before the next begins.
import { QuantumError } from "../errors.ts";
import { decodeAnswer } from "./answer.ts";
import type { LeapClock } from "./clock.ts";
import { endError, type LeapJob, type LeapResult, TrackedJob } from "./job.ts";
import { type JobRecord, type JobSpec, type Journal, type JournalEntry, jobRecords, recorded } from "./journal.ts";
import { mediaTypes } from "./media-type.ts";
import { isOver, type ProblemStatus, parseStatus } from "./problem-status.ts";
import { Slots } from "./slots.ts";
import { identityText } from "./solver-identity.ts";
import { type PollRules, StatusPoller } from "./status-poller.ts";
import { SubmissionQueue, type SubmissionRules } from "./submission-queue.ts";
import { timingOf } from "./timing.ts";
import { isOutage, type Transport } from "./transport.ts";

/** How a caller names a job. */
export interface JobNaming {
  /** Names the job in the journal: given again, it is the same job and not sent again. Defaults to a new id. */
  readonly key?: string;
  /** For people who read Leap's dashboard; a unique id is added to it. */
  readonly label?: string;
}

/** What a desk works with. */
export interface DeskParts {
  readonly transport: Transport;
  readonly clock: LeapClock;
  readonly journal: Journal | undefined;
  readonly newId: () => string;
  readonly submission: SubmissionRules;
  readonly polling: PollRules;
}

/** Makes the job of a key; told what the journal knows of it already. Its label is added by the desk. */
export type SpecMaker = (key: string, record: JobRecord | undefined) => Promise<Omit<JobSpec, "label">>;

const labelPattern = /^[^&<>'"\p{Cc}]{1,900}$/u;
const mostLoads = 5;

/** All jobs of one client that are under way. Disposing it rejects them with LEAP_CLOSED. */
export class JobDesk {
  readonly #parts: DeskParts;
  readonly #journal: Journal;
  readonly #queue: SubmissionQueue;
  readonly #poller: StatusPoller;
  readonly #closing = new AbortController();
  readonly #loads = new Slots(5);
  readonly #jobs = new Map<string, { tracked: TrackedJob; job: LeapJob }>();
  readonly #starting = new Map<string, Promise<LeapJob>>();
  #records: Promise<Map<string, JobRecord>> | undefined;

  constructor(parts: DeskParts) {
    this.#parts = parts;
    const { transport, clock, journal } = parts;
    this.#journal = {
      entries: async () => (await journal?.entries()) ?? [],
      append: async (entries) => {
        if (entries.length === 0) return;
        await journal?.append(entries);
        await this.#remember(entries);
      },
    };
    const shared = { transport, clock, signal: this.#closing.signal };
    this.#poller = new StatusPoller({
      ...shared,
      rules: parts.polling,
      onOver: (job, status) => void this.#over(job, status),
    });
    this.#queue = new SubmissionQueue({
      ...shared,
      journal: this.#journal,
      rules: parts.submission,
      onAccepted: (job, status) => void this.#follow(job, status),
    });
  }

  /** Aborted when the desk closes. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** Starts the job of a key, or gives the one that is there: one job a key, also when two calls race. Throws LEAP_KEY_TAKEN, LEAP_CLOSED. */
  async start(naming: JobNaming, specOf: SpecMaker): Promise<LeapJob> {
    this.#closing.signal.throwIfAborted();
    const { key = this.#parts.newId(), label = "entente" } = naming;
    if (!labelPattern.test(label))
      throw new QuantumError("LEAP_PROBLEM_INVALID", {
        what: "label",
        wanted: "up to 900 characters without & < > ' \"",
        got: label,
      });
    for (let other = this.#starting.get(key); other !== undefined; other = this.#starting.get(key))
      await other.catch(() => undefined);
    const start = this.#begun(key, label, specOf);
    this.#starting.set(key, start);
    try {
      return await start;
    } finally {
      if (this.#starting.get(key) === start) this.#starting.delete(key);
    }
  }

  async #begun(key: string, label: string, specOf: SpecMaker) {
    const record = (await this.#known()).get(key);
    const live = this.#jobs.get(key);
    const before = live?.tracked.spec ?? (record?.refused === undefined ? record?.job : undefined);
    const spec = await specOf(key, record);
    if (before !== undefined) {
      // A file's content is not in the journal; that it is the same model is told by type, solver and parameters.
      const same = (a: Omit<JobSpec, "label">) =>
        JSON.stringify([a.type, a.solver, a.params, a.type === spec.type && "lin" in a.data ? a.data : 0]);
      if (same(before) !== same(spec)) throw new QuantumError("LEAP_KEY_TAKEN", { key });
      return live?.job ?? this.#resumed(before, record ?? { key, cancelling: false });
    }
    const tracked = new TrackedJob({ ...spec, label: `${label} ${this.#parts.newId()}` });
    const job = this.#track(tracked);
    this.#queue.add(tracked);
    return job;
  }

  /**
   * Takes up every job that the journal has begun and not finished, also what was put there since this client read it: by whoever moved
   * another client's jobs into it. Jobs that Leap may have are looked up before they are sent.
   */
  async resume(): Promise<readonly LeapJob[]> {
    const open: LeapJob[] = [];
    for (const record of (await this.#reread()).values()) {
      if (record.job === undefined || record.finished !== undefined || record.refused !== undefined) continue;
      open.push(this.#jobs.get(record.key)?.job ?? this.#resumed(record.job, record));
    }
    return open;
  }

  /** Records the id of an upload that has begun. */
  noteUpload(key: string, upload: string, sizeBytes: number): Promise<void> {
    return this.#journal.append([{ at: "uploading", key, upload, sizeBytes }]);
  }

  [Symbol.dispose](): void {
    const error = new QuantumError("LEAP_CLOSED", {});
    this.#closing.abort(error);
    for (const { tracked } of this.#jobs.values()) tracked.fail(error);
    this.#jobs.clear();
  }

  #resumed(spec: JobSpec, record: JobRecord): LeapJob {
    const tracked = new TrackedJob(spec);
    tracked.intended = true;
    tracked.tries = 1;
    tracked.cancelWanted = record.cancelling;
    tracked.cancelNoted = record.cancelling;
    const job = this.#track(tracked);
    if (record.finished !== undefined) void this.#finishedBefore(tracked, record.finished);
    else if (record.id !== undefined) {
      tracked.accept(record.id);
      void this.#follow(tracked, { id: record.id, status: "PENDING" });
    } else void this.#queue.reconcile(tracked);
    return job;
  }

  #track(tracked: TrackedJob): LeapJob {
    const { key, spec } = tracked;
    const result = this.#result(tracked);
    const forget = () => {
      if (this.#jobs.get(key)?.tracked === tracked) this.#jobs.delete(key);
    };
    // Whoever does not wait for a result need not handle its end.
    result.then(forget, forget);
    const job: LeapJob = {
      key,
      label: spec.label,
      submitted: tracked.submitted,
      result,
      cancel: () => this.#cancel(tracked),
    };
    this.#jobs.set(key, { tracked, job });
    return job;
  }

  async #result(tracked: TrackedJob): Promise<LeapResult> {
    const status = await tracked.finished;
    const { key, label, type, solver } = tracked.spec;
    const error = endError(key, status);
    if (error !== undefined) throw error;
    const { id, answer, submittedOn, solvedOn } = status;
    if (answer === undefined) throw new QuantumError("LEAP_ANSWER_INVALID", { field: "answer", wanted: "one", got: "none" });
    return {
      key,
      id,
      label,
      type,
      solver: identityText(solver),
      ...(submittedOn === undefined ? {} : { submittedOn }),
      ...(solvedOn === undefined ? {} : { solvedOn }),
      timing: timingOf(answer),
      answer: await decodeAnswer(this.#parts.transport, type, answer, tracked.offset, this.#closing.signal),
    };
  }

  // Accepted: cancel if that was asked for meanwhile, then wait for its end.
  async #follow(job: TrackedJob, status: ProblemStatus): Promise<void> {
    if (isOver(status.status)) return await this.#over(job, status);
    if (job.cancelWanted) await this.#sendCancel(job);
    this.#poller.add(job);
  }

  // At its end: fetch the answer if it did not come along, record, tell.
  async #over(job: TrackedJob, status: ProblemStatus): Promise<void> {
    try {
      const last = status.status === "COMPLETED" && status.answer === undefined ? await this.#loaded(status.id) : status;
      await this.#journal.append([{ at: "finished", key: job.key, status: last }]);
      job.finish(last);
    } catch (error) {
      // It is finished at Leap, so an outage is no reason to give it up: the poller waits until Leap is back.
      if (isOutage(error)) this.#poller.add(job);
      else job.fail(error);
    }
  }

  // Leap may list a job as completed before its answer is there.
  async #loaded(id: string): Promise<ProblemStatus> {
    for (let tries = 1; ; tries++) {
      try {
        const status = await this.#loads.run(() => this.#fetched(id));
        if (status.answer !== undefined || tries >= mostLoads) return status;
      } catch (error) {
        if (tries >= mostLoads || !(error instanceof QuantumError && error.code === "LEAP_BAD_RESPONSE")) throw error;
      }
      await this.#parts.clock.sleep(50 * 2 ** tries, this.#closing.signal);
    }
  }

  async #fetched(id: string): Promise<ProblemStatus> {
    const path = `problems/${encodeURIComponent(id)}/`;
    const { signal } = this.#closing;
    return parseStatus(await this.#parts.transport.json({ method: "GET", path, accept: mediaTypes.problem, signal }), path);
  }

  // Finished in an earlier life: its answer is in the journal.
  async #finishedBefore(job: TrackedJob, brief: ProblemStatus): Promise<void> {
    try {
      const full = jobRecords(await this.#journal.entries()).get(job.key)?.finished;
      job.finish(full ?? brief);
    } catch (error) {
      job.fail(error);
    }
  }

  async #cancel(job: TrackedJob): Promise<void> {
    job.cancelWanted = true;
    if (job.intended && !job.cancelNoted) {
      // Asked again after a journal failed, it is noted then.
      await this.#journal.append([{ at: "cancelling", key: job.key }]);
      job.cancelNoted = true;
    }
    if (job.id !== undefined) await this.#sendCancel(job);
  }

  // An answer that it cannot be cancelled any more is no failure: the job's end tells.
  async #sendCancel(job: TrackedJob): Promise<void> {
    if (job.cancelSent || job.id === undefined) return;
    job.cancelSent = true;
    try {
      await this.#parts.transport.send({
        method: "DELETE",
        path: "problems/",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify([job.id]),
        accept: mediaTypes.problems,
        signal: this.#closing.signal,
      });
    } catch (error) {
      if (!(error instanceof QuantumError)) throw error;
    }
  }

  #known(): Promise<Map<string, JobRecord>> {
    if (this.#records !== undefined) return this.#records;
    const records = (this.#parts.journal?.entries() ?? Promise.resolve([])).then((entries) => {
      const known = jobRecords(entries);
      for (const [key, record] of known) known.set(key, brief(record));
      return known;
    });
    this.#records = records;
    // A journal that could not be read this time is read again by the next who asks.
    records.catch(() => {
      if (this.#records === records) this.#records = undefined;
    });
    return records;
  }

  // What is known already is at least as new as what is read.
  async #reread(): Promise<Map<string, JobRecord>> {
    if (this.#records === undefined) return this.#known();
    const known = await this.#known();
    const found = jobRecords((await this.#parts.journal?.entries()) ?? []);
    for (const [key, record] of found) if (!known.has(key)) known.set(key, brief(record));
    return known;
  }

  async #remember(entries: readonly JournalEntry[]): Promise<void> {
    // They are in the journal: whoever reads it next finds them there.
    const records = await this.#known().catch(() => undefined);
    if (records === undefined) return;
    for (const entry of entries) {
      const record = recorded(records.get(entry.key), entry);
      if (this.#parts.journal === undefined && entry.at === "finished") records.delete(entry.key);
      else records.set(entry.key, brief(record));
    }
  }
}

// A client may live for months: of finished jobs it keeps what tells a repeated key, not the answer, which is in the journal.
function brief(record: JobRecord): JobRecord {
  if (record.finished === undefined) return record;
  const { answer: _, ...finished } = record.finished;
  return { ...record, finished };
}
