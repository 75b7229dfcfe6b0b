// A client of D-Wave's Leap: what its account offers, how problems become jobs, and which jobs there are.
import { randomUUID } from "node:crypto";
import { QuantumError } from "../errors.ts";
import { type LeapClock, systemClock } from "./clock.ts";
import type { Deprecation } from "./deprecation.ts";
import type { LeapJob } from "./job.ts";
import { JobDesk, type JobNaming } from "./job-desk.ts";
import type { JobRecord, Journal } from "./journal.ts";
import { mediaTypes } from "./media-type.ts";
import { checkedParameters, type JobParameters } from "./parameters.ts";
import { type ProblemStatus, parseStatus, parseStatuses } from "./problem-status.ts";
import { encodeQp, type QubitProblem } from "./qp.ts";
import { fetchRegions, type LeapRegion, solverEndpoint } from "./regions.ts";
import { ResponseCache } from "./response-cache.ts";
import { type RetryRule, usualRetries } from "./retry.ts";
import type { LeapSettings } from "./settings.ts";
import { type LeapSolver, solverName, workingGraph } from "./solver.ts";
import { fetchSolvers } from "./solver-list.ts";
import { type SolverQuery, solversFor } from "./solver-query.ts";
import type { PollRules } from "./status-poller.ts";
import type { SubmissionRules } from "./submission-queue.ts";
import { type LeapFetch, Transport } from "./transport.ts";
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
  /** The token of each request, over that of the settings, where it may change while the client lives. */
  readonly token?: () => string | undefined;
  readonly retry?: RetryRule;
  /** For one response, in ms; a long poll gets its waiting time on top. */
  readonly timeoutMs?: number;
  readonly mostResponseBytes?: number;
  readonly submission?: Partial<SubmissionRules>;
  readonly polling?: Partial<PollRules>;
  readonly upload?: Pick<UploadOptions, "partBytes" | "parallel" | "tries">;
}

/** An Ising or QUBO job for a QPU. */
export interface QpuJob extends JobNaming {
  readonly solver: LeapSolver;
  readonly type: "ising" | "qubo";
  readonly problem: QubitProblem;
  readonly params?: JobParameters;
}

/** A job for a hybrid solver: a model file as D-Wave's libraries write it, or the id of an upload. */
export interface HybridJob extends JobNaming {
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

const regionsKeptMs = 7 * 86_400_000;

/** Opens a client: resolves the endpoint by region. Throws LEAP_TOKEN_MISSING, LEAP_REGION_UNKNOWN and transport codes. */
export async function openLeap(settings: LeapSettings, parts: LeapParts = {}, signal?: AbortSignal): Promise<LeapClient> {
  const { headers } = settings;
  const token = (): string | undefined => parts.token?.() ?? settings.token;
  if (token() === undefined) throw new QuantumError("LEAP_TOKEN_MISSING", {});
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
  readonly #desk: JobDesk;
  #regions: { readonly list: Promise<readonly LeapRegion[]>; readonly until: number } | undefined;

  /** @internal */
  constructor(settings: LeapSettings, parts: LeapParts, made: { transport: Transport; metadata: Transport; clock: LeapClock }) {
    const { transport, metadata, clock } = made;
    this.#settings = settings;
    this.#parts = parts;
    this.#transport = transport;
    this.#metadata = metadata;
    this.#clock = clock;
    this.#cache = new ResponseCache(clock);
    const { journal, newId = randomUUID, submission, polling } = parts;
    this.#desk = new JobDesk({
      transport,
      clock,
      journal,
      newId,
      submission: { batch: 20, parallel: 4, compress: true, settleMs: 10_000, reconcileMs: 600_000, tries: 10, ...submission },
      polling: { waitS: 30, group: 100, parallel: 10, mostBackOffMs: 10_000, ...polling },
    });
  }

  /** The regions of Leap; asked at most once a week. */
  regions(): Promise<readonly LeapRegion[]> {
    const now = this.#clock.now();
    if (this.#regions === undefined || now >= this.#regions.until) {
      const list = fetchRegions(this.#metadata, this.#desk.signal);
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
    return this.#desk.start(job, async (key) => ({ key, solver: solver.identity, type, data, params: checked }));
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
    return this.#desk.start(job, async (key, record) => {
      const upload = "upload" in file ? file.upload : await this.#uploaded(key, record, file, signal);
      return { key, solver: solver.identity, type, data: { format: "ref", data: upload }, params: checked };
    });
  }

  /** Uploads a model file without a job and gives its id. Throws LEAP_UPLOAD_FAILED. */
  async upload(file: ModelFile, options: UploadOptions = {}): Promise<string> {
    const signal = options.signal === undefined ? this.#desk.signal : AbortSignal.any([options.signal, this.#desk.signal]);
    return uploadFile(this.#transport, this.#clock, file, { ...this.#parts.upload, ...options, signal });
  }

  /** Takes up every job that the journal has begun and not finished. Jobs that Leap may have are looked up before they are sent. */
  resume(): Promise<readonly LeapJob[]> {
    return this.#desk.resume();
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
    this.#desk[Symbol.dispose]();
  }

  async #offered({ refresh = false, signal }: { readonly refresh?: boolean; readonly signal?: AbortSignal }) {
    return fetchSolvers(this.#transport, this.#cache, refresh, signal);
  }

  #narrowed(query: SolverQuery): SolverQuery {
    const { client } = this.#settings;
    if (client === "base" || query.category !== undefined) return query;
    return { ...query, category: client === "sw" ? "software" : client };
  }

  async #uploaded(key: string, record: JobRecord | undefined, file: ModelFile, signal?: AbortSignal): Promise<string> {
    const sizeBytes = file instanceof Blob ? file.size : file.byteLength;
    const begun = record?.upload;
    if (begun !== undefined && begun.sizeBytes !== sizeBytes) throw new QuantumError("LEAP_KEY_TAKEN", { key });
    // Once the job is on its way the file has served.
    if (begun !== undefined && record?.job !== undefined && record.refused === undefined) return begun.id;
    return this.upload(file, {
      upload: begun?.id,
      onUpload: (upload) => this.#desk.noteUpload(key, upload, sizeBytes),
      signal,
    });
  }
}
