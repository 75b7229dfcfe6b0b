// Jobs go out in batches of one POST. A POST is never simply repeated: when its answer is lost, says nothing, or is an error that
// may have come after the job was taken, each job of the batch is looked up by its label until `settleMs` have passed without a
// find; only then it goes back into the queue. So a job is sent twice only if Leap takes longer than that to show what it accepted.
import { promisify } from "node:util";
import { deflate } from "node:zlib";
import { QuantumError } from "../errors.ts";
import type { LeapClock } from "./clock.ts";
import type { TrackedJob } from "./job.ts";
import type { Journal } from "./journal.ts";
import { mediaTypes } from "./media-type.ts";
import { type ProblemStatus, parseReply, parseStatuses, type Refusal } from "./problem-status.ts";
import { Slots } from "./slots.ts";
import { recordOf } from "./solver.ts";
import type { Transport } from "./transport.ts";

/** How jobs are sent. */
export interface SubmissionRules {
  /** Jobs in one request. */
  readonly batch: number;
  /** Requests at the same time. */
  readonly parallel: number;
  readonly compress: boolean;
  /** How long after an unclear answer Leap may take to show a job it accepted. */
  readonly settleMs: number;
  /** How long lookups may go on failing before the job is given up as unreconciled. */
  readonly reconcileMs: number;
  /** How often a job is sent when Leap demonstrably did not take it. */
  readonly tries: number;
}

/** What a queue works with. `onAccepted` gets each job once Leap has it. */
export interface QueueParts {
  readonly transport: Transport;
  readonly clock: LeapClock;
  readonly journal: Journal;
  readonly rules: SubmissionRules;
  readonly signal: AbortSignal;
  readonly onAccepted: (job: TrackedJob, status: ProblemStatus) => void;
}

const compressed = promisify(deflate);

/** Sends jobs, and sees to it that each is accepted once. */
export class SubmissionQueue {
  readonly #parts: QueueParts;
  readonly #lookups = new Slots(8);
  #waiting: TrackedJob[] = [];
  #running = 0;
  #started = false;
  #notBefore = 0;

  constructor(parts: QueueParts) {
    this.#parts = parts;
  }

  /** Adds a job; it goes out with those added in the same moment. */
  add(job: TrackedJob): void {
    this.#waiting.push(job);
    if (this.#started) return;
    this.#started = true;
    setImmediate(() => {
      this.#started = false;
      this.#pump();
    });
  }

  /** Finds out whether Leap has a job that may have been sent, and sends it if not. Never rejects: the job is told. */
  async reconcile(job: TrackedJob, cause?: unknown): Promise<void> {
    const { clock, rules, signal } = this.#parts;
    const began = clock.now();
    let lastFailure = cause;
    for (let looks = 1; ; looks++) {
      // The answer of this look counts only if it was asked for after the time to settle.
      const askedAt = clock.now();
      try {
        const found = await this.#find(job);
        if (found !== undefined) return await this.#accepted(job, found);
        if (askedAt - began >= rules.settleMs) return this.#again(job, lastFailure);
      } catch (error) {
        if (signal.aborted) return job.fail(signal.reason);
        lastFailure = error;
        if (clock.now() - began >= rules.reconcileMs) {
          const { key, label } = job.spec;
          return job.fail(new QuantumError("LEAP_JOB_UNRECONCILED", { key, label }, { cause: error }));
        }
      }
      const left = Math.max(0, rules.settleMs - (clock.now() - began));
      const wait = Math.min(100 * 2 ** Math.min(looks, 10), left > 0 ? left : Number.POSITIVE_INFINITY);
      try {
        await clock.sleep(wait, signal);
      } catch (error) {
        return job.fail(error);
      }
    }
  }

  #pump(): void {
    const { rules, clock, signal } = this.#parts;
    while (this.#waiting.length > 0 && this.#running < rules.parallel) {
      const jobs = this.#waiting.splice(0, rules.batch);
      this.#running += 1;
      const wait = this.#notBefore - clock.now();
      const ready = wait > 0 ? clock.sleep(wait, signal) : Promise.resolve();
      void ready
        .then(() => this.#send(jobs))
        .catch((error) => {
          for (const job of jobs) job.fail(error);
        })
        .finally(() => {
          this.#running -= 1;
          this.#pump();
        });
    }
  }

  async #send(taken: readonly TrackedJob[]): Promise<void> {
    const { transport, journal, rules, signal, clock } = this.#parts;
    signal.throwIfAborted();
    const unwanted = taken.filter((job) => job.cancelWanted);
    if (unwanted.length > 0) await this.#dropped(unwanted);
    const jobs = taken.filter((job) => !job.cancelWanted);
    if (jobs.length === 0) return;
    const time = new Date(clock.now()).toISOString();
    const fresh = jobs.filter((job) => !job.intended);
    await journal.append(fresh.map(({ key, spec }) => ({ at: "intended", key, time, job: spec })));
    for (const job of fresh) job.intended = true;
    const text = JSON.stringify(jobs.map((job) => job.body()));
    const body = rules.compress ? new Uint8Array(await compressed(text)) : text;
    const headers = {
      "Content-Type": "application/json",
      ...(rules.compress ? { "Content-Encoding": "deflate" } : {}),
    };
    for (const job of jobs) job.tries += 1;
    let answer: unknown;
    try {
      answer = await transport.json({ method: "POST", path: "problems/", headers, body, accept: mediaTypes.problems, signal });
    } catch (error) {
      if (signal.aborted) throw error;
      return await this.#failed(jobs, error);
    }
    const replies = matched(jobs, answer);
    const outcomes = jobs.map((job) => {
      const reply = replies.get(job);
      if (reply === undefined) return void this.reconcile(job);
      return "refused" in reply ? this.#refused(job, reply) : this.#accepted(job, reply);
    });
    await Promise.all(outcomes);
  }

  async #failed(jobs: readonly TrackedJob[], error: unknown): Promise<void> {
    const { clock } = this.#parts;
    const code = error instanceof QuantumError ? error.code : undefined;
    if (code === "LEAP_LIMIT_EXCEEDED") {
      // Not taken, and the whole queue must slow down.
      const tries = Math.max(...jobs.map((job) => job.tries));
      const asked = error instanceof QuantumError ? error.details.retryAfterMs : undefined;
      const wait = typeof asked === "number" ? asked : Math.min(60_000, 500 * 2 ** Math.min(tries, 7));
      this.#notBefore = Math.max(this.#notBefore, clock.now() + wait);
      await Promise.all(jobs.map((job) => this.#again(job, error)));
    } else if (code !== undefined && clearRefusals.has(code)) {
      await Promise.all(jobs.map((job) => this.#givenUp(job, error)));
    } else {
      for (const job of jobs) void this.reconcile(job, error);
    }
  }

  /** Leap certainly does not have it: it goes out again, or is given up. */
  async #again(job: TrackedJob, cause: unknown): Promise<void> {
    if (job.tries >= this.#parts.rules.tries) return await this.#givenUp(job, cause);
    this.add(job);
  }

  async #givenUp(job: TrackedJob, cause: unknown): Promise<void> {
    const message = cause instanceof Error ? cause.message : "Leap did not take it";
    await this.#refused(job, { refused: { code: 0, message } }, cause);
  }

  async #refused(job: TrackedJob, { refused }: Refusal, cause?: unknown): Promise<void> {
    const { key } = job;
    await this.#recording(job, async () => {
      await this.#parts.journal.append([{ at: "refused", key, ...refused }]);
      job.fail(cause instanceof QuantumError ? cause : new QuantumError("LEAP_JOB_REFUSED", { key, ...refused }, { cause }));
    });
  }

  async #accepted(job: TrackedJob, status: ProblemStatus): Promise<void> {
    await this.#recording(job, async () => {
      await this.#parts.journal.append([{ at: "submitted", key: job.key, id: status.id }]);
      job.accept(status.id);
      this.#parts.onAccepted(job, status);
    });
  }

  // Cancelled before anything could reach Leap.
  async #dropped(jobs: readonly TrackedJob[]): Promise<void> {
    const status = { id: "", status: "CANCELLED" };
    await this.#parts.journal.append(
      jobs.filter((job) => job.intended).map(({ key }) => ({ at: "finished" as const, key, status })),
    );
    for (const job of jobs) job.finish(status);
  }

  // A journal that fails fails the job here and now; what it last recorded lets a later client go on.
  async #recording(job: TrackedJob, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      job.fail(error);
    }
  }

  async #find(job: TrackedJob): Promise<ProblemStatus | undefined> {
    const { transport, signal } = this.#parts;
    const path = "problems/";
    const query = { label: job.spec.label, max_results: 10 };
    const ask = () => transport.json({ method: "GET", path, query, accept: mediaTypes.problems, signal });
    const json = await this.#lookups.run(ask);
    return parseStatuses(json, transport.urlOf(path).href).find(({ label }) => label === job.spec.label);
  }
}

// With these statuses nothing was accepted; everything else leaves it open.
const clearRefusals: ReadonlySet<string> = new Set([
  "LEAP_AUTH_REFUSED",
  "LEAP_FORBIDDEN",
  "LEAP_NOT_FOUND",
  "LEAP_REQUEST_REFUSED",
]);

// Labels are unique, so they say which status belongs to which job; refusals and bare statuses count by place.
function matched(jobs: readonly TrackedJob[], answer: unknown): ReadonlyMap<TrackedJob, ProblemStatus | Refusal> {
  const replies = new Map<TrackedJob, ProblemStatus | Refusal>();
  if (!Array.isArray(answer)) return replies;
  const byLabel = new Map(jobs.map((job) => [job.spec.label, job]));
  for (const [i, item] of answer.entries()) {
    const reply = parseReply(item);
    if (reply === undefined) continue;
    const label = recordOf(item).label;
    const job = typeof label === "string" ? byLabel.get(label) : answer.length === jobs.length ? jobs[i] : undefined;
    if (job !== undefined) replies.set(job, reply);
  }
  return replies;
}
