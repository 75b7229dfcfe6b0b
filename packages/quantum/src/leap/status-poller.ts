// Long polling: one request asks for up to 100 jobs and is answered when the first of them has news, or after `waitS`. New jobs get
// a request of their own; when `parallel` are open, the one with the fewest jobs is taken back and asked anew together with them.
// Failures of the server or of the network are waited out: a job that was accepted is not given up because nobody answers.
import { QuantumError } from "../errors.ts";
import type { LeapClock } from "./clock.ts";
import type { TrackedJob } from "./job.ts";
import { mediaTypes } from "./media-type.ts";
import { isOver, type ProblemStatus, parseStatuses } from "./problem-status.ts";
import { backOff } from "./retry.ts";
import { isOutage, type Transport } from "./transport.ts";

/** How jobs are polled. */
export interface PollRules {
  /** Whole seconds a request waits at Leap for news. */
  readonly waitS: number;
  /** Jobs in one request. */
  readonly group: number;
  /** Requests at the same time. */
  readonly parallel: number;
  /** The longest wait after failures. */
  readonly mostBackOffMs: number;
}

/** What a poller works with. `onOver` gets each job with its last status. */
export interface PollerParts {
  readonly transport: Transport;
  readonly clock: LeapClock;
  readonly rules: PollRules;
  readonly signal: AbortSignal;
  readonly onOver: (job: TrackedJob, status: ProblemStatus) => void;
}

// A job just accepted may be missing for a moment; polls in vain are at least `idlePauseMs` apart.
const mostMisses = 25;
const mostStrange = 5;
const idlePauseMs = 200;

/** Asks Leap for the status of jobs until they are over. */
export class StatusPoller {
  readonly #parts: PollerParts;
  readonly #open = new Map<AbortController, number>();
  #waiting: TrackedJob[] = [];
  #started = false;
  #failures = 0;

  constructor(parts: PollerParts) {
    this.#parts = parts;
  }

  /** Adds a job that has an id. */
  add(job: TrackedJob): void {
    this.#waiting.push(job);
    this.#start(20);
  }

  // A short wait groups the jobs of one batch, and gives a busy server time.
  #start(waitMs: number): void {
    if (this.#started) return;
    this.#started = true;
    const { clock, signal } = this.#parts;
    void clock.sleep(waitMs, signal).then(
      () => {
        this.#started = false;
        this.#pump();
      },
      (error) => {
        for (const job of this.#waiting.splice(0)) job.fail(error);
      },
    );
  }

  #pump(): void {
    const { rules } = this.#parts;
    while (this.#waiting.length > 0) {
      if (this.#open.size >= rules.parallel) {
        const fewest = [...this.#open].reduce((a, b) => (b[1] < a[1] ? b : a));
        if (fewest[1] + this.#waiting.length <= rules.group) fewest[0].abort();
        return; // that request's end pumps again
      }
      void this.#poll(this.#waiting.splice(0, rules.group));
    }
  }

  async #poll(jobs: readonly TrackedJob[]): Promise<void> {
    const { transport, clock, rules, signal } = this.#parts;
    const turn = new AbortController();
    this.#open.set(turn, jobs.length);
    const path = "problems/";
    let statuses: readonly ProblemStatus[] = [];
    let pause = 0;
    let answered = false;
    const askedAt = clock.now();
    try {
      const json = await transport.json({
        method: "GET",
        path,
        query: { id: jobs.map(({ id }) => id).join(","), timeout: rules.waitS },
        accept: mediaTypes.problems,
        patienceMs: rules.waitS * 1000,
        signal: AbortSignal.any([signal, turn.signal]),
      });
      statuses = parseStatuses(json, transport.urlOf(path).href);
      this.#failures = 0;
      answered = true;
      // A server that answers at once with nothing new must not be asked in a tight loop.
      if (!statuses.some(({ status }) => isOver(status)) && clock.now() - askedAt < idlePauseMs) pause = idlePauseMs;
    } catch (error) {
      if (signal.aborted || !(turn.signal.aborted || this.#isPassing(error))) {
        this.#open.delete(turn);
        for (const job of jobs) job.fail(signal.aborted ? signal.reason : error);
        return;
      }
      if (!turn.signal.aborted) {
        this.#failures += 1;
        pause = Math.max(idlePauseMs, backOff(this.#failures, { factorMs: 250, mostMs: rules.mostBackOffMs }));
      }
    }
    this.#open.delete(turn);
    const byId = new Map(statuses.map((status) => [status.id, status]));
    for (const job of jobs) {
      const status = byId.get(job.id ?? "");
      if (status !== undefined && isOver(status.status)) this.#parts.onOver(job, status);
      else if (answered && status === undefined && ++job.misses >= mostMisses) {
        const message = `no status of the job ${job.id} in ${mostMisses} polls`;
        job.fail(new QuantumError("LEAP_NOT_FOUND", { url: transport.urlOf(path).href, message }));
      } else {
        if (status !== undefined) job.misses = 0;
        this.#waiting.push(job);
      }
    }
    if (this.#waiting.length > 0) this.#start(pause);
  }

  // A response that nobody understands may come from something between Leap and here, but not for ever.
  #isPassing(error: unknown): boolean {
    const strange = error instanceof QuantumError && error.code === "LEAP_BAD_RESPONSE";
    return isOutage(error) || (strange && this.#failures < mostStrange);
  }
}
