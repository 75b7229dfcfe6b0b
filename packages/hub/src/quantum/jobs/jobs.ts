/**
 * Optimisation jobs: durable, scheduled, run here or at Leap. The store keeps them (records.ts), a loop runs them (job-loop.ts);
 * this file is what tools see of them. A job belongs to whoever submitted it. Only a served
 * hub runs jobs; what another process on the store submits is found within a second.
 */
import type { LeapSolver } from "@entente/quantum";
import { hubIdOf } from "../../a2a/engine/lease.ts";
import type { Clock } from "../../base/clock.ts";
import type { ConfigValues } from "../../base/config-keys.ts";
import { asEntenteError, baseErrors } from "../../base/errors.ts";
import { newId } from "../../base/ids.ts";
import { Listeners } from "../../base/listeners.ts";
import type { Logger } from "../../base/logger.ts";
import { type Principal, toolsOf } from "../../base/tool.ts";
import type { Store } from "../../store/store.ts";
import type { Metrics } from "../../telemetry/metrics.ts";
import type { Vault } from "../../vault/vault.ts";
import type { Solving } from "../pillar.ts";
import { Budgets } from "./budgets.ts";
import { insist } from "./insistence.ts";
import { type JobOrder, jobStates, type KeptJob, type Place, type Priority, type WantedPlace } from "./job.ts";
import { JobLoop } from "./job-loop.ts";
import { StoreJournal } from "./journal.ts";
import { KeptEmbeddings } from "./kept-embeddings.ts";
import { LeapDesk } from "./leap-desk.ts";
import { Placing } from "./placing.ts";
import { JobRecords } from "./records.ts";

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
  readonly vault: Vault;
}

/** What is submitted. */
export interface JobRequest {
  readonly label: string;
  readonly wanted: WantedPlace;
  readonly priority: Priority;
  readonly deadlineMs: number | undefined;
  readonly order: JobOrder;
}

// Bounds each search for a place on a chip.
const searchMs = 20_000;
const keptEmbeddings = 1000;
// What a job that names no time is reckoned with.
const usualSeconds = 2;
// What is submitted at nearly the same time can share a flight.
const gatherMs = 10;

/** See the head of this file. */
export class Jobs implements AsyncDisposable {
  readonly records: JobRecords;
  readonly budgets: Budgets;
  readonly placing: Placing;
  readonly #input: JobsInput;
  readonly #hub: string;
  #loop: JobLoop;
  #renewing: Promise<void> = Promise.resolve();
  readonly #stopping = new AbortController();
  readonly #changes: Listeners<string>;
  #gathering: NodeJS.Timeout | undefined;

  constructor(input: JobsInput) {
    this.#input = input;
    const { store, clock, log, metrics, dataFolder } = input;
    this.#hub = hubIdOf(dataFolder, clock);
    this.records = new JobRecords(store);
    this.budgets = new Budgets(store);
    this.placing = new Placing({
      solving: input.solving,
      kept: new KeptEmbeddings({ store, clock, log, most: keptEmbeddings }),
      limitMs: searchMs,
    });
    this.#changes = new Listeners((error) => log.error({ err: error }, "a listener to jobs failed"));
    this.#loop = this.#newLoop();
    metrics.onRead(async () => {
      const counts = await this.records.counts();
      for (const state of jobStates) metrics.quantumJobs.set({ state }, counts.get(state) ?? 0);
    });
  }

  /** The hub's Leap client. */
  get leap(): LeapDesk {
    return this.#loop.leap;
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
  recover(): Promise<void> {
    return this.#loop.begin();
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
      this.#loop.look();
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
    return this.#loop.progressOf(id);
  }

  /** Ends a job: one that waits at once, one that runs as soon as its solver hears it. One at Leap may still finish. */
  async cancel(id: string, by: string): Promise<void> {
    await this.records.cancel(id, by, this.#input.clock.now());
    await this.#loop.heedCancel(id);
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
    clearTimeout(this.#gathering);
    this.#stopping.abort(new Error("the hub stops"));
    await this.#renewing;
    await this.#loop[Symbol.asyncDispose]();
  }

  #newLoop(): JobLoop {
    const { store, values, environment, log, vault } = this.#input;
    return new JobLoop({
      ...this.#input,
      records: this.records,
      placing: this.placing,
      hub: this.#hub,
      leaseMs: values["a2a.leaseMs"],
      openLeap: (lease) =>
        new LeapDesk({
          journal: new StoreJournal(store, this.#hub, (work) => lease.transaction(work)),
          maySend: () => lease.checkFresh(),
          ...{ values, environment, log, vault },
        }),
      policy: {
        slots: { local: values["quantum.localJobs"], remote: values["quantum.remoteJobs"] },
        weights: values["quantum.weights"],
        agingMs: values["quantum.agingMs"],
      },
      halfLifeMs: values["quantum.halfLifeMs"],
      changed: (id) => this.#changes.tell(id),
      lost: () => {
        this.#renewing = this.#renew();
      },
    });
  }

  // This hub was too slow, and another one has what it ran: it begins anew, with what is in the queue.
  async #renew(): Promise<void> {
    const { log } = this.#input;
    const { signal } = this.#stopping;
    await this.#loop[Symbol.asyncDispose]();
    const loop = this.#newLoop();
    this.#loop = loop;
    await insist(() => loop.begin(), { signal, log, what: "that the hub runs jobs again" }).catch((error: unknown) => {
      if (!signal.aborted) log.error({ err: error }, "the hub runs no jobs until it is started again");
    });
  }

  // QPU time is money: it is spent only by those whom the operator gave some.
  async #autoPlace(owner: string): Promise<Place> {
    if (!(await this.leap.hasToken())) return "local";
    return (await this.budgets.standing(this.#input.clock.now(), owner)).length > 0 ? "qpu" : "local";
  }
}

/** Declares a tool of jobs. */
export const defineJobsTool = toolsOf<Jobs>();
