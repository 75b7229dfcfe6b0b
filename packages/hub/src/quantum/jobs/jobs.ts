/**
 * Optimisation jobs: durable, scheduled, run here or at Leap. The scheduler decides (scheduling.ts), the store keeps (records.ts), the
 * solver thread or a flight (flights.ts) does the work; this file is their loop. A job belongs to whoever submitted it. Only a served
 * hub runs jobs; what another process on the store submits is found within a second.
 */
import type { LeapSolver } from "@entente/quantum";
import { hubIdOf } from "../../a2a/engine/lease.ts";
import type { Clock } from "../../base/clock.ts";
import type { ConfigValues } from "../../base/config-keys.ts";
import { asEntenteError, baseErrors, type EntenteError } from "../../base/errors.ts";
import { newId } from "../../base/ids.ts";
import { Listeners } from "../../base/listeners.ts";
import type { Logger } from "../../base/logger.ts";
import { type Principal, toolsOf } from "../../base/tool.ts";
import type { Store } from "../../store/store.ts";
import type { Metrics } from "../../telemetry/metrics.ts";
import type { Solving } from "../pillar.ts";
import { Budgets } from "./budgets.ts";
import { Flights } from "./flights.ts";
import { insist } from "./insistence.ts";
import { type JobOrder, jobStates, type KeptJob, type Place, type Priority, type WantedPlace } from "./job.ts";
import { StoreJournal } from "./journal.ts";
import { LeapDesk } from "./leap-desk.ts";
import { JobRecords, laneOf } from "./records.ts";
import { type SchedulingPolicy, startsNow } from "./scheduling.ts";

/** What jobs stand on. */
export interface JobsInput {
  readonly store: Store;
  readonly solving: Solving;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly values: ConfigValues;
  readonly dataFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What is submitted. */
export interface JobRequest {
  readonly label: string;
  readonly wanted: WantedPlace;
  readonly priority: Priority;
  readonly deadlineMs: number | undefined;
  readonly order: JobOrder;
}

interface Live {
  readonly job: KeptJob;
  readonly stop: AbortController;
  progress: { readonly done: number; readonly message: string } | undefined;
}

const lookMs = 1000;
// What a job that names no time is reckoned with.
const usualSeconds = 2;
// What is submitted at nearly the same time can share a flight.
const gatherMs = 10;

/** See the head of this file. */
export class Jobs implements AsyncDisposable {
  readonly records: JobRecords;
  readonly budgets: Budgets;
  readonly leap: LeapDesk;
  readonly #input: JobsInput;
  readonly #hub: string;
  readonly #policy: SchedulingPolicy;
  readonly #flights: Flights;
  readonly #live = new Map<string, Live>();
  readonly #works = new Set<Promise<void>>();
  readonly #changes: Listeners<string>;
  #looking: NodeJS.Timeout | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #ticking: Promise<void> | undefined;
  #again = false;
  readonly #stopping = new AbortController();

  constructor(input: JobsInput) {
    this.#input = input;
    const { store, clock, log, metrics, values, dataFolder, environment } = input;
    this.#hub = hubIdOf(dataFolder, clock);
    this.records = new JobRecords(store);
    this.budgets = new Budgets(store);
    this.leap = new LeapDesk({ journal: new StoreJournal(store, this.#hub), values, environment, log });
    this.#changes = new Listeners((error) => log.error({ err: error }, "a listener to jobs failed"));
    this.#policy = {
      slots: { local: values["quantum.localJobs"], remote: values["quantum.remoteJobs"] },
      weights: values["quantum.weights"],
      agingMs: values["quantum.agingMs"],
    };
    this.#flights = new Flights({
      store,
      records: this.records,
      leap: this.leap,
      clock,
      log,
      metrics,
      hub: this.#hub,
      halfLifeMs: values["quantum.halfLifeMs"],
      refused: (job, error) => this.#detour(job, error),
      ended: (jobs) => {
        for (const job of jobs) this.#left(job);
      },
    });
    metrics.onRead(async () => {
      const counts = await this.records.counts();
      for (const state of jobStates) metrics.quantumJobs.set({ state }, counts.get(state) ?? 0);
    });
  }

  /** The solver thread, and the models that principals keep. */
  get solving(): Solving {
    return this.#input.solving;
  }

  /** Reads of a QPU job that names none. */
  get defaultReads(): number {
    return this.#input.values["quantum.qpuReads"];
  }

  /** Takes up what a stop cut off, and runs jobs from now on. */
  async recover(): Promise<void> {
    await this.#takeUp("the hub stopped while it ran; it runs again from its seed");
    this.#looking = setInterval(() => this.#tick(), lookMs).unref();
    this.#tick();
  }

  /** Keeps a job; it runs when its turn comes. Throws JOBS_TOO_MANY. */
  async submit(owner: string, { label, wanted, priority, deadlineMs, order }: JobRequest): Promise<KeptJob> {
    const now = this.#input.clock.now();
    const place = wanted === "auto" ? await this.#autoPlace(owner) : wanted;
    const job: KeptJob = {
      id: newId("job", now),
      owner,
      label,
      wanted,
      place,
      priority,
      deadlineAt: deadlineMs === undefined ? undefined : now + deadlineMs,
      state: "queued",
      costMs:
        place === "local"
          ? Math.ceil((order.solve.seconds ?? usualSeconds) * 1000)
          : Math.ceil((order.hybridSeconds ?? 3) * 1000),
      order,
      notes: [],
      detours: [],
      flight: undefined,
      cancel: false,
      answer: undefined,
      error: undefined,
      submittedAt: now,
      startedAt: undefined,
      endedAt: undefined,
    };
    await this.records.begin(job, this.#input.values["quantum.openJobs"]);
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#tick();
    }, gatherMs);
    return job;
  }

  /** A job of a principal's own; the operator sees all. To others it is not there. Throws NOT_FOUND. */
  async owned(id: string, principal: Principal): Promise<KeptJob> {
    const job = await this.records.load(id);
    if (!job || (principal.kind !== "operator" && job.owner !== principal.id)) throw baseErrors.NOT_FOUND({ what: "job", id });
    return job;
  }

  /** The solvers of the Leap account, for whoever lists solvers: none without a token. Throws what keeps Leap away. */
  async solvers(signal: AbortSignal): Promise<readonly LeapSolver[]> {
    try {
      return await this.leap.solvers(signal);
    } catch (error) {
      if (asEntenteError(error).code === "LEAP_TOKEN_MISSING") return [];
      throw error;
    }
  }

  /** How far a job is that runs here. */
  progressOf(id: string): { readonly done: number; readonly message: string } | undefined {
    return this.#live.get(id)?.progress;
  }

  /** Ends a job: one that waits at once, one that runs as soon as its solver hears it. One at Leap may still finish. */
  async cancel(id: string, by: string): Promise<void> {
    await this.records.cancel(id, by, this.#input.clock.now());
    await this.#heedCancel(id);
    this.#changes.tell(id);
  }

  /** Resolves when a job changes, or after `ms`. */
  async changed(id: string, ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    const stop = this.#changes.add((changed) => {
      if (changed === id) resolve();
    });
    const abort = (): void => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      stop();
      signal.removeEventListener("abort", abort);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(new Error("the hub stops"));
    clearInterval(this.#looking);
    clearTimeout(this.#gathering);
    for (const { stop } of this.#live.values()) stop.abort(new Error("the hub stops"));
    await this.#ticking;
    await this.#flights[Symbol.asyncDispose]();
    while (this.#works.size > 0) await Promise.all(this.#works);
  }

  // QPU time is money: it is spent only by those whom the operator gave some.
  async #autoPlace(owner: string): Promise<Place> {
    const { values, environment, clock } = this.#input;
    if (!values["leap.token"] && !environment.DWAVE_API_TOKEN) return "local";
    return (await this.budgets.standing(clock.now(), owner)).length > 0 ? "qpu" : "local";
  }

  #tick(): void {
    if (this.#stopping.signal.aborted || this.#looking === undefined) return;
    if (this.#ticking) {
      this.#again = true;
      return;
    }
    this.#ticking = this.#startJobs()
      .catch((error: unknown) => this.#input.log.error({ err: error }, "jobs could not be started"))
      .finally(() => {
        this.#ticking = undefined;
        if (!this.#again) return;
        this.#again = false;
        this.#tick();
      });
  }

  // What the store says runs here and nobody here works on: a stop cut it off, or the answer of the write that began it was lost.
  async #takeUp(text: string): Promise<void> {
    const { store, clock } = this.#input;
    const flights = await this.#flights.left();
    for (const id of await this.records.runningIds(this.#hub)) {
      if (this.#live.has(id)) continue;
      const job = await this.records.load(id);
      if (job?.state !== "running") continue;
      if (job.flight !== undefined && flights.has(job.flight))
        this.#live.set(id, { job, stop: new AbortController(), progress: undefined });
      else {
        const notes = [...job.notes, { at: clock.now(), text }];
        await store.transaction((trx) => this.records.requeue(trx, job, { notes, detours: job.detours }));
      }
    }
    await this.#flights.follow(flights);
  }

  async #startJobs(): Promise<void> {
    const { clock, values } = this.#input;
    await this.#takeUp("nobody worked on it; it runs again from its seed");
    const now = clock.now();
    for (const [id, { stop }] of this.#live)
      if (!stop.signal.aborted && (await this.records.load(id))?.cancel) await this.#heedCancel(id);
    const waiting = await this.records.waiting();
    if (waiting.length === 0) return;
    const state = {
      waiting: waiting.map((job) => ({ ...job, lane: laneOf(job.place) })),
      running: [...this.#live.values()].map(({ job }) => ({ owner: job.owner, lane: laneOf(job.place), costMs: job.costMs })),
      used: await this.records.used(now, values["quantum.halfLifeMs"]),
    };
    const flying: KeptJob[] = [];
    try {
      for (const { id, why } of startsNow(state, this.#policy, now)) {
        const waited = waiting.find((job) => job.id === id);
        if (!waited || this.#stopping.signal.aborted) continue;
        const job: KeptJob = {
          ...waited,
          state: "running",
          startedAt: now,
          notes: [...waited.notes, { at: now, text: `started at ${waited.place}: ${why}` }],
        };
        if (!(await this.records.claim(id, this.#hub, now, job.notes, job.detours))) continue;
        this.#input.metrics.quantumWait.observe({ priority: job.priority }, (now - job.submittedAt) / 1000);
        this.#live.set(id, { job, stop: new AbortController(), progress: undefined });
        this.#changes.tell(id);
        if (job.place === "local") this.#work(this.#runHere(job));
        else flying.push(job);
      }
    } finally {
      // Whatever became of the others: those that were claimed have begun.
      this.#flights.launch(flying);
    }
  }

  async #runHere(job: KeptJob): Promise<void> {
    const { solving, clock, store, values, metrics } = this.#input;
    const live = this.#live.get(job.id);
    if (!live) return;
    const { signal } = live.stop;
    const change = await solving
      .solve(job.order.solve, {
        signal,
        progress: ({ done, message = "" }) => {
          live.progress = { done, message };
        },
      })
      .then(
        (answer) => {
          const detours = job.detours.length > 0 ? { detours: job.detours } : {};
          return { state: "completed" as const, answer: { ...answer, provenance: { ...answer.provenance, ...detours } } };
        },
        (error: unknown) => {
          const { code, message } = asEntenteError(error);
          return signal.aborted ? { state: "cancelled" as const } : { state: "failed" as const, error: { code, message } };
        },
      );
    // Cut off by the end of the hub: the next one runs it again.
    if (this.#stopping.signal.aborted && change.state !== "completed") return;
    const now = clock.now();
    const ended = await this.#insist(`the end of job ${job.id}`, () =>
      store.transaction(async (trx) => {
        const isEnd = await this.records.end(trx, job, { ...change, endedAt: now });
        if (isEnd)
          await this.records.charge(trx, job.owner, "local", now - (job.startedAt ?? now), now, values["quantum.halfLifeMs"]);
        return isEnd;
      }),
    );
    if (ended) metrics.quantumEnded.inc({ place: "local", state: change.state });
    this.#left(job);
  }

  // The next place down the line: QPU, hybrid, local.
  async #detour(job: KeptJob, error: EntenteError): Promise<void> {
    const { clock, store, metrics } = this.#input;
    const now = clock.now();
    const { code, message } = error;
    const because = `${code}: ${message}`;
    const ended = await this.#insist(`that job ${job.id} cannot go on at ${job.place}`, async () => {
      const wish = (await this.records.load(job.id))?.cancel === true;
      if (wish || !job.order.fallback) {
        const state = wish ? "cancelled" : "failed";
        const change = { state, ...(wish ? {} : { error: { code, message } }), endedAt: now } as const;
        return (await store.transaction((trx) => this.records.end(trx, job, change))) ? state : undefined;
      }
      const to = job.place === "qpu" ? "hybrid" : "local";
      const notes = [...job.notes, { at: now, text: `not at ${job.place}, goes on at ${to}: ${because}` }];
      const detours = [...job.detours, { from: job.place, to, because } as const];
      await store.transaction((trx) => this.records.requeue(trx, job, { place: to, notes, detours }));
      return undefined;
    });
    if (ended !== undefined) metrics.quantumEnded.inc({ place: job.place, state: ended });
    this.#left(job);
  }

  #insist<T>(what: string, write: () => Promise<T>): Promise<T> {
    return insist(write, { signal: this.#stopping.signal, log: this.#input.log, what });
  }

  async #heedCancel(id: string): Promise<void> {
    const live = this.#live.get(id);
    if (!live || live.stop.signal.aborted) return;
    live.stop.abort(new Error("the job was cancelled"));
    if (live.job.place !== "local") await this.#flights.cancel(id);
  }

  #left({ id, startedAt }: KeptJob): void {
    // It may run again by now.
    if (this.#live.get(id)?.job.startedAt === startedAt) this.#live.delete(id);
    this.#changes.tell(id);
    this.#tick();
  }

  #work(work: Promise<void>): void {
    const watched = work
      .catch((error: unknown) => {
        if (!this.#stopping.signal.aborted) this.#input.log.error({ err: error }, "a job could not be kept");
      })
      .finally(() => this.#works.delete(watched));
    this.#works.add(watched);
  }
}

/** Declares a tool of jobs. */
export const defineJobsTool = toolsOf<Jobs>();
