// A client of D-Wave's Leap: what it offers, and how its parts are joined. Jobs go through the submission queue, the poller and the
// loading of answers; each step is in the journal before the next begins.
import { randomUUID } from "node:crypto";
import { QuantumError } from "../errors.ts";
import { decodeAnswer } from "./answer.ts";
import { type LeapClock, systemClock } from "./clock.ts";
import type { Deprecation } from "./deprecation.ts";
import { endError, type LeapJob, type LeapResult, TrackedJob } from "./job.ts";
import { type JobRecord, type JobSpec, type Journal, type JournalEntry, jobRecords, recorded } from "./journal.ts";
import { mediaTypes } from "./media-type.ts";
import { checkedParameters, type JobParameters } from "./parameters.ts";
import { isOver, type ProblemStatus, parseStatus, parseStatuses } from "./problem-status.ts";
import { encodeQp, type QubitProblem } from "./qp.ts";
import { fetchRegions, type LeapRegion, solverEndpoint } from "./regions.ts";
import { ResponseCache } from "./response-cache.ts";
import { type RetryRule, usualRetries } from "./retry.ts";
import type { LeapSettings } from "./settings.ts";
import { Slots } from "./slots.ts";
import { type LeapSolver, solverName, workingGraph } from "./solver.ts";
import { identityText } from "./solver-identity.ts";
import { fetchSolvers } from "./solver-list.ts";
import { type SolverQuery, solversFor } from "./solver-query.ts";
import { type PollRules, StatusPoller } from "./status-poller.ts";
import { SubmissionQueue, type SubmissionRules } from "./submission-queue.ts";
import { timingOf } from "./timing.ts";
import { isOutage, type LeapFetch, Transport } from "./transport.ts";
import { type ModelFile, type UploadOptions, uploadFile } from "./upload.ts";

/** What a client is made of besides its settings; everything has a default. */
export interface LeapParts {
  /** Defaults to the global fetch. */
  readonly fetch?: LeapFetch;
  readonly clock?: LeapClock;
  /** Ids for labels; unique in the account for ever. Defaults to random UUIDs. */
  readonly newId?: () => string;
  /** Without one, lost answers are reconciled all the same, but nothing outlives the client or a job's end. */
  readonly journal?: Journal;
  readonly onDeprecation?: (notice: Deprecation) => void;
  readonly retry?: RetryRule;
  /** For one response, in ms; a long poll gets its waiting time on top. */
  readonly timeoutMs?: number;
  readonly mostResponseBytes?: number;
  readonly submission?: Partial<SubmissionRules>;
  readonly polling?: Partial<PollRules>;
  readonly upload?: Pick<UploadOptions, "partBytes" | "parallel" | "tries">;
}

interface Naming {
  /** Names the job in the journal: given again, it is the same job and not sent again. Defaults to a new id. */
  readonly key?: string;
  /** For people who read Leap's dashboard; a unique id is added to it. */
  readonly label?: string;
}

/** An Ising or QUBO job for a QPU. */
export interface QpuJob extends Naming {
  readonly solver: LeapSolver;
  readonly type: "ising" | "qubo";
  readonly problem: QubitProblem;
  readonly params?: JobParameters;
}

/** A job for a hybrid solver: a model file as D-Wave's libraries write it, or the id of an upload. */
export interface HybridJob extends Naming {
  readonly solver: LeapSolver;
  readonly type: "bqm" | "cqm" | "dqm" | "nl";
  readonly file: ModelFile | { readonly upload: string };
  /** `time_limit` in s; see `leastHybridTime`. */
  readonly params?: JobParameters;
  readonly signal?: AbortSignal;
}

/** Which jobs of the account to list. */
export interface ProblemFilter {
  readonly label?: string;
  readonly status?: string;
  readonly solver?: string;
  readonly maxResults?: number;
}

const labelPattern = /^[^&<>'"\p{Cc}]{1,900}$/u;
const mostLoads = 5;
const regionsKeptMs = 7 * 86_400_000;

/** Opens a client: resolves the endpoint by region. Throws LEAP_TOKEN_MISSING, LEAP_REGION_UNKNOWN and transport codes. */
export async function openLeap(settings: LeapSettings, parts: LeapParts = {}, signal?: AbortSignal): Promise<LeapClient> {
  const { token, headers } = settings;
  if (token === undefined) throw new QuantumError("LEAP_TOKEN_MISSING", {});
  const { fetch = globalThis.fetch, clock = systemClock, retry = usualRetries, timeoutMs = 120_000, onDeprecation } = parts;
  const shared = {
    headers,
    fetch,
    clock,
    retry,
    timeoutMs,
    mostResponseBytes: parts.mostResponseBytes ?? 2 ** 28,
    onDeprecation,
  };
  const metadata = new Transport({ ...shared, endpoint: settings.metadataEndpoint });
  const endpoint = await solverEndpoint(settings, () => fetchRegions(metadata, signal));
  const transport = new Transport({ ...shared, endpoint, token });
  return new LeapClient(settings, parts, { transport, metadata, clock });
}

/** A client of Leap. Made by `openLeap`; disposing it stops waiting, and what was not finished rejects with LEAP_CLOSED. */
export class LeapClient {
  readonly #settings: LeapSettings;
  readonly #parts: LeapParts;
  readonly #transport: Transport;
  readonly #metadata: Transport;
  readonly #clock: LeapClock;
  readonly #cache: ResponseCache;
  readonly #journal: Journal;
  readonly #newId: () => string;
  readonly #queue: SubmissionQueue;
  readonly #poller: StatusPoller;
  readonly #closing = new AbortController();
  readonly #loads = new Slots(5);
  readonly #jobs = new Map<string, { tracked: TrackedJob; job: LeapJob }>();
  readonly #starting = new Map<string, Promise<LeapJob>>();
  #records: Promise<Map<string, JobRecord>> | undefined;
  #regions: { readonly list: Promise<readonly LeapRegion[]>; readonly until: number } | undefined;

  /** @internal */
  constructor(settings: LeapSettings, parts: LeapParts, made: { transport: Transport; metadata: Transport; clock: LeapClock }) {
    this.#settings = settings;
    this.#parts = parts;
    this.#transport = made.transport;
    this.#metadata = made.metadata;
    this.#clock = made.clock;
    this.#cache = new ResponseCache(made.clock);
    this.#newId = parts.newId ?? randomUUID;
    this.#journal = {
      entries: async () => (await parts.journal?.entries()) ?? [],
      append: async (entries) => {
        if (entries.length === 0) return;
        await parts.journal?.append(entries);
        await this.#remember(entries);
      },
    };
    const shared = { transport: this.#transport, clock: made.clock, signal: this.#closing.signal };
    this.#poller = new StatusPoller({
      ...shared,
      rules: { waitS: 30, group: 100, parallel: 10, mostBackOffMs: 10_000, ...parts.polling },
      onOver: (job, status) => void this.#over(job, status),
    });
    this.#queue = new SubmissionQueue({
      ...shared,
      journal: this.#journal,
      rules: { batch: 20, parallel: 4, compress: true, settleMs: 10_000, reconcileMs: 600_000, tries: 10, ...parts.submission },
      onAccepted: (job, status) => void this.#follow(job, status),
    });
  }

  /** The regions of Leap; asked at most once a week. */
  regions(): Promise<readonly LeapRegion[]> {
    const now = this.#clock.now();
    if (this.#regions === undefined || now >= this.#regions.until) {
      const list = fetchRegions(this.#metadata, this.#closing.signal);
      this.#regions = { list, until: now + regionsKeptMs };
      list.catch(() => {
        this.#regions = undefined;
      });
    }
    return this.#regions.list;
  }

  /** The account's solvers that fit, best first. Definitions are kept for an hour, status and load for 15 minutes, or as Leap says. */
  async solvers(query: SolverQuery = {}, options: { readonly refresh?: boolean; readonly signal?: AbortSignal } = {}) {
    return solversFor(await this.#offered(options), this.#narrowed(query));
  }

  /** The best solver that fits; without a query the one that the settings name. Throws LEAP_SOLVER_NOT_FOUND. */
  async solver(
    query?: SolverQuery,
    options: { readonly refresh?: boolean; readonly signal?: AbortSignal } = {},
  ): Promise<LeapSolver> {
    const wanted = this.#narrowed(query ?? this.#settings.solver ?? {});
    const offered = await this.#offered(options);
    const best = solversFor(offered, wanted)[0];
    if (best === undefined)
      throw new QuantumError("LEAP_SOLVER_NOT_FOUND", {
        query: { ...wanted, ...(wanted.name === undefined ? {} : { name: String(wanted.name) }) },
        offered: offered.map((solver) => `${solverName(solver)} (${solver.status.toLowerCase()})`),
      });
    return best;
  }

  /**
   * Sends an Ising or QUBO problem to a QPU. Resolves once the job is on its way; see its promises. Throws LEAP_PROBLEM_INVALID,
   * LEAP_PARAMETER_UNKNOWN, LEAP_KEY_TAKEN, LEAP_CLOSED.
   */
  async submit(job: QpuJob): Promise<LeapJob> {
    const { solver, type, problem, params = {} } = job;
    if (!solver.problemTypes.includes(type))
      throw new QuantumError("LEAP_PROBLEM_INVALID", {
        what: "type",
        wanted: `one of ${solver.problemTypes.join(", ")}`,
        got: type,
      });
    const data = { ...encodeQp(problem, workingGraph(solver)) };
    const checked = checkedParameters(solver, type, params);
    return this.#once(job, async (key) => ({ key, label: "", solver: solver.identity, type, data, params: checked }));
  }

  /**
   * Uploads a model file and sends it to a hybrid solver. An upload that broke off under the same key goes on where it stopped. Throws
   * LEAP_UPLOAD_FAILED and what `submit` throws.
   */
  async submitHybrid(job: HybridJob): Promise<LeapJob> {
    const { solver, type, file, params = {}, signal } = job;
    if (!solver.problemTypes.includes(type))
      throw new QuantumError("LEAP_PROBLEM_INVALID", {
        what: "type",
        wanted: `one of ${solver.problemTypes.join(", ")}`,
        got: type,
      });
    const checked = checkedParameters(solver, type, params);
    return this.#once(job, async (key, record) => {
      const upload = "upload" in file ? file.upload : await this.#uploaded(key, record, file, signal);
      return { key, label: "", solver: solver.identity, type, data: { format: "ref", data: upload }, params: checked };
    });
  }

  /** Uploads a model file without a job and gives its id. Throws LEAP_UPLOAD_FAILED. */
  async upload(file: ModelFile, options: UploadOptions = {}): Promise<string> {
    const signal = options.signal === undefined ? this.#closing.signal : AbortSignal.any([options.signal, this.#closing.signal]);
    return uploadFile(this.#transport, this.#clock, file, { ...this.#parts.upload, ...options, signal });
  }

  /** Takes up every job that the journal has begun and not finished. Jobs that Leap may have are looked up before they are sent. */
  async resume(): Promise<readonly LeapJob[]> {
    const open: LeapJob[] = [];
    for (const record of (await this.#known()).values()) {
      if (record.job === undefined || record.finished !== undefined || record.refused !== undefined) continue;
      open.push(this.#jobs.get(record.key)?.job ?? this.#resumed(record.job, record));
    }
    return open;
  }

  /** Jobs of the account, newest first. */
  async problems(filter: ProblemFilter = {}, signal?: AbortSignal): Promise<readonly ProblemStatus[]> {
    const path = "problems/";
    const { maxResults: max_results, ...rest } = filter;
    const query = { ...rest, ...(max_results === undefined ? {} : { max_results }) };
    return parseStatuses(await this.#transport.json({ method: "GET", path, query, accept: mediaTypes.problems, signal }), path);
  }

  /** One job of the account, with its answer if it is finished. Throws LEAP_NOT_FOUND. */
  async problem(id: string, signal?: AbortSignal): Promise<ProblemStatus> {
    const path = `problems/${encodeURIComponent(id)}/`;
    return parseStatus(await this.#transport.json({ method: "GET", path, accept: mediaTypes.problem, signal }), path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const error = new QuantumError("LEAP_CLOSED", {});
    this.#closing.abort(error);
    for (const { tracked } of this.#jobs.values()) tracked.fail(error);
    this.#jobs.clear();
  }

  async #offered({ refresh = false, signal }: { readonly refresh?: boolean; readonly signal?: AbortSignal }) {
    return fetchSolvers(this.#transport, this.#cache, refresh, signal);
  }

  #narrowed(query: SolverQuery): SolverQuery {
    const { client } = this.#settings;
    if (client === "base" || query.category !== undefined) return query;
    return { ...query, category: client === "sw" ? "software" : client };
  }

  // One job a key, also when two calls race.
  async #once(naming: Naming, specOf: (key: string, record: JobRecord | undefined) => Promise<JobSpec>): Promise<LeapJob> {
    this.#closing.signal.throwIfAborted();
    const { key = this.#newId(), label = "entente" } = naming;
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

  async #begun(key: string, label: string, specOf: (key: string, record: JobRecord | undefined) => Promise<JobSpec>) {
    const record = (await this.#known()).get(key);
    const live = this.#jobs.get(key);
    const before = live?.tracked.spec ?? (record?.refused === undefined ? record?.job : undefined);
    const spec = await specOf(key, record);
    if (before !== undefined) {
      // A file's content is not in the journal; that it is the same model is told by type, solver and parameters.
      const same = (a: JobSpec) =>
        JSON.stringify([a.type, a.solver, a.params, a.type === spec.type && "lin" in a.data ? a.data : 0]);
      if (same(before) !== same(spec)) throw new QuantumError("LEAP_KEY_TAKEN", { key });
      return live?.job ?? this.#resumed(before, record ?? { key, cancelling: false });
    }
    const tracked = new TrackedJob({ ...spec, label: `${label} ${this.#newId()}` });
    const job = this.#track(tracked);
    this.#queue.add(tracked);
    return job;
  }

  #resumed(spec: JobSpec, record: JobRecord): LeapJob {
    const tracked = new TrackedJob(spec);
    tracked.intended = true;
    tracked.sent = true;
    tracked.tries = 1;
    tracked.cancelWanted = record.cancelling;
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
      answer: await decodeAnswer(this.#transport, type, answer, tracked.offset, this.#closing.signal),
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
        const status = await this.#loads.run(() => this.problem(id, this.#closing.signal));
        if (status.answer !== undefined || tries >= mostLoads) return status;
      } catch (error) {
        if (tries >= mostLoads || !(error instanceof QuantumError && error.code === "LEAP_BAD_RESPONSE")) throw error;
      }
      await this.#clock.sleep(50 * 2 ** tries, this.#closing.signal);
    }
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
    if (job.cancelWanted) return;
    job.cancelWanted = true;
    if (job.intended) await this.#journal.append([{ at: "cancelling", key: job.key }]);
    if (job.id !== undefined) await this.#sendCancel(job);
  }

  // An answer that it cannot be cancelled any more is no failure: the job's end tells.
  async #sendCancel(job: TrackedJob): Promise<void> {
    if (job.cancelSent || job.id === undefined) return;
    job.cancelSent = true;
    try {
      await this.#transport.send({
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

  async #uploaded(key: string, record: JobRecord | undefined, file: ModelFile, signal?: AbortSignal): Promise<string> {
    const sizeBytes = file instanceof Blob ? file.size : file.byteLength;
    const begun = record?.upload;
    if (begun !== undefined && begun.sizeBytes !== sizeBytes) throw new QuantumError("LEAP_KEY_TAKEN", { key });
    // Once the job is on its way the file has served.
    if (begun !== undefined && record?.job !== undefined && record.refused === undefined) return begun.id;
    return this.upload(file, {
      upload: begun?.id,
      onUpload: (upload) => this.#journal.append([{ at: "uploading", key, upload, sizeBytes }]),
      signal,
    });
  }

  #known(): Promise<Map<string, JobRecord>> {
    this.#records ??= (this.#parts.journal?.entries() ?? Promise.resolve([])).then((entries) => {
      const records = jobRecords(entries);
      for (const [key, record] of records) records.set(key, brief(record));
      return records;
    });
    return this.#records;
  }

  async #remember(entries: readonly JournalEntry[]): Promise<void> {
    const records = await this.#known();
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
