/**
 * The loop that runs jobs: what waits is started when its turn comes (scheduling.ts decides), here in the solver thread or on a flight to
 * Leap, and goes on to the next place where one cannot have it.
 */
import type { Clock } from "../../base/clock.ts";
import { asEntenteError, type EntenteError } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import type { Store } from "../../store/store.ts";
import type { Metrics } from "../../telemetry/metrics.ts";
import type { Solving } from "../pillar.ts";
import { detoured } from "./detour.ts";
import { jobErrors } from "./errors.ts";
import { hubsWithEstates, moveEstate } from "./estate.ts";
import { Flights } from "./flights.ts";
import type { KeptJob } from "./job.ts";
import { jobOf } from "./job-row.ts";
import type { LeapDesk } from "./leap-desk.ts";
import { solvedHere } from "./local-run.ts";
import type { Placing } from "./placing.ts";
import type { JobRecords } from "./records.ts";
import { RunnerLease } from "./runner-lease.ts";
import { type SchedulingPolicy, startsNow } from "./scheduling.ts";
import { charge, laneOf, usageAt } from "./usage.ts";
import { Works } from "./works.ts";

/** What a loop stands on. */
export interface JobLoopInput {
  readonly store: Store;
  readonly records: JobRecords;
  /** The Leap client of one lease, with its journal. */
  readonly openLeap: (lease: RunnerLease) => LeapDesk;
  readonly leaseMs: number;
  /** Another hub has taken over what ran here; the loop is of no more use. */
  readonly lost: () => void;
  readonly solving: Solving;
  readonly placing: Placing;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly hub: string;
  readonly policy: SchedulingPolicy;
  readonly halfLifeMs: number;
  /** Something happened to a job. */
  readonly changed: (id: string) => void;
}

interface Live {
  readonly job: KeptJob;
  readonly stop: AbortController;
  progress: { readonly done: number; readonly message: string } | undefined;
}

const lookMs = 1000;

/** See the head of this file. */
export class JobLoop implements AsyncDisposable {
  readonly leap: LeapDesk;
  readonly #input: JobLoopInput;
  readonly #lease: RunnerLease;
  readonly #works: Works;
  readonly #flights: Flights;
  readonly #live = new Map<string, Live>();
  readonly #unreadable = new Set<string>();
  #begun = false;
  #sweptAt = 0;
  #looking: NodeJS.Timeout | undefined;
  #ticking: Promise<void> | undefined;
  #again = false;

  constructor(input: JobLoopInput) {
    this.#input = input;
    this.#works = new Works(input.log);
    this.#lease = new RunnerLease({ ...input, lost: () => this.#lost() });
    this.leap = input.openLeap(this.#lease);
    this.#flights = new Flights({
      ...input,
      leap: this.leap,
      lease: this.#lease,
      works: this.#works,
      signalOf: (job) => this.#live.get(job.id)?.stop.signal ?? this.#works.signal,
      progress: (jobs, done, message) => {
        for (const { id } of jobs) {
          const live = this.#live.get(id);
          if (live) live.progress = { done, message };
        }
      },
      refused: (job, error) => this.#detour(job, error),
      ended: (jobs) => {
        for (const job of jobs) this.#left(job);
      },
    });
  }

  /** Takes up what a stop cut off, and runs jobs from now on. */
  async begin(): Promise<void> {
    await this.#lease.take();
    await this.#takeUp("the hub stopped while it ran; it runs again from its seed");
    if (this.#works.signal.aborted) return;
    this.#begun = true;
    this.#looking = setInterval(() => this.look(), lookMs).unref();
    this.look();
  }

  /** How far a job is that runs here. */
  progressOf(id: string): { readonly done: number; readonly message: string } | undefined {
    return this.#live.get(id)?.progress;
  }

  /** Stops everything; what is at Leap goes on there, and whoever has the lease next follows it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop(new Error("the hub stops"));
    await this.#ticking;
    await this.leap[Symbol.asyncDispose]();
    await this.#works.settled();
    // The last: until here nobody else may go on with it.
    await this.#lease
      .end()
      .catch((error: unknown) => this.#input.log.warn({ err: error }, "the lease on jobs could not be ended"));
  }

  #stop(reason: Error): void {
    clearInterval(this.#looking);
    this.#works.stop(reason);
    for (const { stop } of this.#live.values()) stop.abort(reason);
  }

  #lost(): void {
    this.#stop(jobErrors.JOBS_TAKEN_OVER({ hub: this.#input.hub }));
    this.#input.lost();
  }

  /** Heeds that a job is to end, if it runs here. */
  async heedCancel(id: string): Promise<void> {
    const live = this.#live.get(id);
    if (!live) return;
    if (!live.stop.signal.aborted) live.stop.abort(new Error("the job was cancelled"));
    if (live.job.place !== "local") await this.#flights.cancel(id);
  }

  /** Starts what can start, now or right after what is being started. */
  look(): void {
    if (this.#works.signal.aborted || !this.#begun) return;
    if (this.#ticking) {
      this.#again = true;
      return;
    }
    this.#ticking = this.#startJobs()
      .catch((error: unknown) => {
        if (!this.#works.signal.aborted) this.#input.log.error({ err: error }, "jobs could not be started");
      })
      .finally(() => {
        this.#ticking = undefined;
        if (!this.#again) return;
        this.#again = false;
        this.look();
      });
  }

  // What hubs that are gone ran becomes this hub's, as if a stop of its own had cut it off.
  async #takeOver(): Promise<void> {
    const { store, hub } = this.#input;
    // A configuration that cannot be read keeps nobody from running jobs here.
    const account = await this.leap.account().catch(() => undefined);
    const heir = { hub, account };
    const hubs = await hubsWithEstates(store.db, heir);
    if (hubs.length > 0) await this.#lease.takeOver(hubs, (trx, from) => moveEstate(trx, from, heir));
  }

  // What the store says runs here and nobody here works on: a stop cut it off, or the answer of the write that began it was lost.
  async #takeUp(text: string): Promise<void> {
    const { clock } = this.#input;
    const flights = await this.#flights.left();
    for (const id of await this.#input.records.runningIds(this.#input.hub)) {
      if (this.#live.has(id)) continue;
      const job = await this.#read(id);
      if (job?.state !== "running") continue;
      if (job.flight !== undefined && flights.has(job.flight))
        this.#live.set(id, { job, stop: new AbortController(), progress: undefined });
      else {
        const notes = [...job.notes, { at: clock.now(), text }];
        await this.#lease.transaction((trx) => this.#input.records.requeue(trx, job, { notes, detours: job.detours }));
      }
    }
    this.#flights.follow(flights);
  }

  // Undefined for one that was written by a newer hub, or is damaged: it must not hold up the others.
  async #read(id: string): Promise<KeptJob | undefined> {
    const row = await this.#input.records.row(id);
    try {
      return row && jobOf(row);
    } catch (error) {
      this.#cannotRead(id, error);
      return undefined;
    }
  }

  #cannotRead(job: string, error: unknown): void {
    if (!this.#unreadable.has(job)) this.#input.log.error({ err: error, job }, "a job cannot be read by this hub");
    this.#unreadable.add(job);
  }

  async #startJobs(): Promise<void> {
    const { clock, halfLifeMs, log, store } = this.#input;
    const now = clock.now();
    // Not with every job that begins or ends.
    if (performance.now() - this.#sweptAt >= lookMs) {
      await this.#takeOver();
      await this.#takeUp("the hub that ran it is gone; it runs again from its seed");
      this.#sweptAt = performance.now();
    }
    // Asked again until the job has ended: Leap may not have heard it.
    for (const id of await this.#input.records.wished(this.#input.hub))
      await this.heedCancel(id).catch((error: unknown) => log.warn({ err: error, job: id }, "a job could not be cancelled yet"));
    const waiting = await this.#input.records.waiting((job, error) => this.#cannotRead(job, error));
    if (waiting.length === 0) return;
    const state = {
      waiting: waiting.map((job) => ({ ...job, lane: laneOf(job.place) })),
      running: [...this.#live.values()]
        .filter(({ job }) => !this.#flights.isUnheard(job.id))
        .map(({ job }) => ({ owner: job.owner, lane: laneOf(job.place), costMs: job.costMs })),
      used: await usageAt(store.db, now, halfLifeMs),
    };
    const flying: KeptJob[] = [];
    try {
      for (const { id, why } of startsNow(state, this.#input.policy, now)) {
        const waited = waiting.find((job) => job.id === id);
        if (!waited || this.#works.signal.aborted) continue;
        const job: KeptJob = {
          ...waited,
          state: "running",
          startedAt: now,
          notes: [...waited.notes, { at: now, text: `started at ${waited.place}: ${why}` }],
        };
        const { records, hub } = this.#input;
        if (!(await this.#lease.transaction((trx) => records.claim(trx, id, hub, now, job.notes, job.detours)))) continue;
        this.#input.metrics.quantumWait.observe({ priority: job.priority }, (now - job.submittedAt) / 1000);
        this.#live.set(id, { job, stop: new AbortController(), progress: undefined });
        this.#input.changed(id);
        if (job.place === "local")
          this.#works.add(`job ${job.id}`, this.#runHere(job), (error) => this.#detour(job, asEntenteError(error)));
        else flying.push(job);
      }
    } finally {
      // Whatever became of the others: those that were claimed have begun.
      this.#flights.launch(flying);
    }
  }

  async #runHere(job: KeptJob): Promise<void> {
    const { solving, clock, halfLifeMs, metrics } = this.#input;
    const live = this.#live.get(job.id);
    if (!live) return;
    const { signal } = live.stop;
    const change = await solvedHere(job, solving, {
      signal,
      progress: ({ done, message = "" }) => {
        live.progress = { done, message };
      },
    });
    // Cut off by the end of the hub: the next one runs it again.
    if (this.#works.signal.aborted && change.state !== "completed") return;
    const now = clock.now();
    const ended = await this.#works.insist(`the end of job ${job.id}`, () =>
      this.#lease.transaction(async (trx) => {
        const isEnd = await this.#input.records.end(trx, job, { ...change, endedAt: now });
        if (isEnd) await charge(trx, job.owner, "local", now - (job.startedAt ?? now), now, halfLifeMs);
        return isEnd;
      }),
    );
    if (ended) metrics.quantumEnded.inc({ place: "local", state: change.state });
    this.#left(job);
  }

  // The next place down the line: QPU, hybrid, local.
  async #detour(job: KeptJob, error: EntenteError): Promise<void> {
    const { clock, metrics } = this.#input;
    const now = clock.now();
    const { code, message } = error;
    const ended = await this.#works.insist(`that job ${job.id} cannot go on at ${job.place}`, async () => {
      const wish = (await this.#input.records.load(job.id))?.cancel === true;
      if (wish || !job.order.fallback || job.place === "local") {
        const state = wish ? "cancelled" : "failed";
        const change = { state, ...(wish ? {} : { error: { code, message } }), endedAt: now } as const;
        return (await this.#lease.transaction((trx) => this.#input.records.end(trx, job, change))) ? state : undefined;
      }
      await this.#lease.transaction((trx) => this.#input.records.requeue(trx, job, detoured(job, error, now)));
      return undefined;
    });
    if (ended !== undefined) metrics.quantumEnded.inc({ place: job.place, state: ended });
    this.#left(job);
  }

  #left({ id, startedAt }: KeptJob): void {
    // It may run again by now.
    if (this.#live.get(id)?.job.startedAt === startedAt) this.#live.delete(id);
    this.#input.changed(id);
    this.look();
  }
}
