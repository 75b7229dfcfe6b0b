/**
 * Flights: submissions to Leap, each for one job or for several small ones on one chip. A flight is written down, with what it may
 * take of the budgets, before anything is sent under its key; the client's journal sees to it that what was sent is not sent again;
 * and its answer, what it took and the ends of its jobs are one transaction. So after `kill -9` an open flight is either unknown to
 * the journal (it is sent now), begun (it is looked up and followed), or finished (its answer is read from the journal).
 */
import {
  decodeBq,
  decodeQpAnswer,
  dimodBqmFormat,
  estimateQpuTime,
  identityText,
  type JobRecord,
  type JobTiming,
  type LeapAnswer,
  type LeapJob,
  type LeapSolver,
  leastHybridTime,
  qpuAccessTime,
  timingOf,
} from "@entente/quantum";
import type { Transaction } from "kysely";
import type { Clock } from "../../base/clock.ts";
import { asEntenteError, baseErrors, type EntenteError } from "../../base/errors.ts";
import { newId } from "../../base/ids.ts";
import type { Logger } from "../../base/logger.ts";
import type { Database } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";
import type { Metrics } from "../../telemetry/metrics.ts";
import { quantumErrors } from "../errors.ts";
import type { ProblemSource } from "../problem-source.ts";
import { type PlainProblem, readProblem } from "../reading.ts";
import { hybridAnswer, quantumAnswer } from "./answering.ts";
import { type Claim, hold, settle } from "./budgets.ts";
import { jobErrors } from "./errors.ts";
import { insist } from "./insistence.ts";
import type { JobAnswer, KeptJob } from "./job.ts";
import type { LeapDesk } from "./leap-desk.ts";
import { Placing, problemOf, qubitsOf, type Seat } from "./placing.ts";
import type { JobRecords } from "./records.ts";
import { sharedOut } from "./shares.ts";

/** What a flight's answer is read by; the same request is made from it after a restart. */
type FlightPlan =
  | { readonly kind: "qpu"; readonly seats: readonly Seat[]; readonly params: Readonly<Record<string, number | boolean>> }
  | { readonly kind: "hybrid"; readonly job: string; readonly params: { readonly time_limit: number } };

interface Flight {
  readonly key: string;
  /** The solver's name, by which it is found again. */
  readonly solver: string;
  readonly plan: FlightPlan;
  readonly jobs: readonly KeptJob[];
}

/** What flights stand on, and whom they tell. */
export interface FlightsInput {
  readonly store: Store;
  readonly records: JobRecords;
  readonly leap: LeapDesk;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly hub: string;
  readonly halfLifeMs: number;
  /** A job cannot go this way. */
  readonly refused: (job: KeptJob, error: EntenteError) => Promise<void>;
  /** Jobs have ended. */
  readonly ended: (jobs: readonly KeptJob[]) => void;
}

const searchMs = 20_000;
const retryMs = 5_000;
// Larger models fill a chip by themselves.
const tiledVariables = 64;
// After these nobody knows yet whether Leap works on the job.
const unknown: ReadonlySet<string> = new Set([
  "LEAP_JOB_UNRECONCILED",
  "LEAP_UNREACHABLE",
  "LEAP_TIMEOUT",
  "LEAP_SERVER_FAILED",
  "LEAP_LIMIT_EXCEEDED",
  "LEAP_AUTH_REFUSED",
  "LEAP_FORBIDDEN",
  "LEAP_BAD_RESPONSE",
  "LEAP_NOT_FOUND",
]);

/** See the head of this file. */
export class Flights {
  readonly #input: FlightsInput;
  readonly #placing = new Placing(searchMs);
  readonly #open = new Map<string, { readonly flight: Flight; leap: LeapJob | undefined }>();
  // From before a flight is written down until after it is closed.
  readonly #known = new Set<string>();
  readonly #works = new Set<Promise<void>>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #stopping = new AbortController();

  constructor(input: FlightsInput) {
    this.#input = input;
  }

  /** Sends jobs that were taken; those of a QPU that are small go together where their anneals agree. */
  launch(jobs: readonly KeptJob[]): void {
    const qpu = jobs.filter(({ place }) => place === "qpu");
    const hybrid = jobs.filter(({ place }) => place === "hybrid");
    for (const group of Map.groupBy(qpu, ({ order }) => order.qpu.annealingUs).values()) this.#work(this.#launchQpu(group));
    for (const job of hybrid) this.#work(this.#launchHybrid(job));
  }

  /** The open flights of this hub that nobody here follows, by key: a stop cut them off, or the answer of the write that began them was lost. */
  async left(): Promise<ReadonlyMap<string, Omit<Flight, "jobs">>> {
    const { store, hub } = this.#input;
    const query = store.db.selectFrom("quantum_flights").select(["key", "solver", "plan_json"]);
    const rows = await query.where("hub", "=", hub).where("closed_at", "is", null).execute();
    return new Map(
      rows
        .filter(({ key }) => !this.#known.has(key))
        .map(({ key, solver, plan_json }) => [key, { key, solver, plan: JSON.parse(plan_json) }]),
    );
  }

  /** Goes on with flights that were left. */
  async follow(left: ReadonlyMap<string, Omit<Flight, "jobs">>): Promise<void> {
    for (const flight of left.values()) {
      if (this.#known.has(flight.key)) continue;
      this.#known.add(flight.key);
      this.#work(
        this.#insist(`the jobs of the flight ${flight.key}`, () => this.#input.records.aboard(flight.key)).then((jobs) =>
          this.#fly({ ...flight, jobs }),
        ),
      );
    }
  }

  /** Asks Leap to let a flight go, once all of its jobs are to be cancelled. */
  async cancel(job: string): Promise<void> {
    for (const { flight, leap } of this.#open.values()) {
      if (!flight.jobs.some(({ id }) => id === job)) continue;
      const now = await Promise.all(flight.jobs.map(({ id }) => this.#input.records.load(id)));
      if (now.every((one) => one?.cancel === true)) await leap?.cancel();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(new Error("the hub stops"));
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#input.leap[Symbol.asyncDispose]();
    while (this.#works.size > 0) await Promise.all(this.#works);
  }

  #work(work: Promise<void>): void {
    const watched = work
      .catch((error: unknown) => {
        if (!this.#stopping.signal.aborted) this.#input.log.error({ err: error }, "a flight to Leap failed");
      })
      .finally(() => this.#works.delete(watched));
    this.#works.add(watched);
  }

  async #launchQpu(jobs: readonly KeptJob[]): Promise<void> {
    const { leap } = this.#input;
    const signal = this.#stopping.signal;
    let solver: LeapSolver;
    try {
      solver = await leap.solver({ category: "qpu" }, signal);
    } catch (error) {
      return this.#refuseAll(jobs, error);
    }
    const read: { job: KeptJob; problem: PlainProblem }[] = [];
    for (const job of jobs) {
      try {
        read.push({ job, problem: await problemIn(job.order.solve.problem) });
      } catch (error) {
        await this.#refuseAll([job], error);
      }
    }
    const small = read.filter(({ problem }) => problem.model.size <= tiledVariables);
    const large = read.filter(({ problem }) => problem.model.size > tiledVariables);
    for (const group of [...(small.length > 0 ? [small] : []), ...large.map((one) => [one])])
      this.#work(this.#placeAndSend(group, solver));
  }

  async #placeAndSend(group: readonly { job: KeptJob; problem: PlainProblem }[], solver: LeapSolver): Promise<void> {
    const passengers = group.map(({ job, problem }) => ({
      job: job.id,
      model: problem.model,
      chainStrength: job.order.qpu.chainStrength,
    }));
    let seats: readonly (Seat | undefined)[];
    try {
      seats = await this.#placing.seats(passengers, solver, this.#stopping.signal);
    } catch (error) {
      return this.#refuseAll(
        group.map(({ job }) => job),
        error,
      );
    }
    const [seated, left] = [group.filter((_, i) => seats[i]), group.filter((_, i) => !seats[i])];
    // Those for whom the others left no room go by themselves; one that was alone does not fit.
    if (left.length > 0 && seated.length > 0) this.#work(this.#placeAndSend(left, solver));
    else
      for (const { job, problem } of left) {
        const because = `no embedding of ${problem.model.size} variables and ${problem.model.biases.length} couplings was found`;
        await this.#refuseAll([job], jobErrors.JOB_NOT_EMBEDDABLE({ solver: identityText(solver.identity), because }));
      }
    const placed = seats.filter((seat) => seat !== undefined);
    await this.#holdAndSend(
      seated.map(({ job }) => job),
      solver,
      (jobs) => {
        const aboard = placed.filter(({ job }) => jobs.some(({ id }) => id === job));
        const annealing = jobs[0]?.order.qpu.annealingUs;
        const params = {
          num_reads: Math.max(...jobs.map(({ order }) => order.qpu.reads)),
          ...(annealing === undefined ? {} : { annealing_time: annealing }),
        };
        return { plan: { kind: "qpu", seats: aboard, params }, us: estimateQpuTime(solver, qubitsOf(aboard), params) };
      },
    );
  }

  async #launchHybrid(job: KeptJob): Promise<void> {
    try {
      const solver = await this.#input.leap.solver({ category: "hybrid", problemTypes: ["bqm"] }, this.#stopping.signal);
      const { model } = await problemIn(job.order.solve.problem);
      const time_limit = Math.max(leastHybridTime(solver, "bqm", { variables: model.size }), job.order.hybridSeconds ?? 0);
      await this.#holdAndSend([job], solver, () => ({
        plan: { kind: "hybrid", job: job.id, params: { time_limit } },
        us: hybridQpuTime(solver, time_limit),
      }));
    } catch (error) {
      await this.#refuseAll([job], error);
    }
  }

  // Writes the flight down with what it may take; whoever has no budget for it goes another way, and the others fly.
  async #holdAndSend(
    jobs: readonly KeptJob[],
    solver: LeapSolver,
    planFor: (jobs: readonly KeptJob[]) => { readonly plan: FlightPlan; readonly us: number },
  ): Promise<void> {
    const { records, clock } = this.#input;
    let aboard = jobs;
    for (const job of jobs) {
      if (!(await this.#insist(`the wishes for job ${job.id}`, () => records.load(job.id)))?.cancel) continue;
      await this.#input.refused(job, baseErrors.CANCELLED({ reason: "by its owner" }));
      aboard = aboard.filter(({ id }) => id !== job.id);
    }
    while (aboard.length > 0) {
      const now = clock.now();
      const key = newId("flight", now);
      this.#known.add(key);
      try {
        const { plan, us } = planFor(aboard);
        const flight = { key, solver: solver.identity.name, plan, jobs: aboard };
        await this.#insist(`the flight ${key}`, () => this.#hold(flight, Math.ceil(us), now));
        return await this.#fly(flight, solver);
      } catch (error) {
        this.#known.delete(key);
        const { code, details } = asEntenteError(error);
        const out = aboard.find(({ id }) => code === "JOB_NOT_HERE" && id === details.job) ?? outOfBudget(error, aboard);
        if (out === undefined) return this.#refuseAll(aboard, error);
        aboard = aboard.filter(({ id }) => id !== out.id);
        if (code === "JOB_NOT_HERE") this.#input.ended([out]);
        else await this.#refuseAll([out], error);
      }
    }
  }

  // One transaction: the flight, what it may take, and that its jobs are aboard. Done once, however often it is tried.
  async #hold({ key, solver, plan, jobs }: Flight, us: number, now: number): Promise<void> {
    const { store, records, hub } = this.#input;
    const parts = sharedOut(us, jobs.map(readsOf));
    const claims: Claim[] = jobs.map(({ id, owner }, i) => ({ job: id, owner, us: parts[i] ?? 0 }));
    await store.transaction(async (trx) => {
      const { numInsertedOrUpdatedRows } = await trx
        .insertInto("quantum_flights")
        .values({ key, hub, solver, plan_json: JSON.stringify(plan), created_at: now })
        .onConflict((conflict) => conflict.column("key").doNothing())
        .executeTakeFirst();
      if (numInsertedOrUpdatedRows !== 1n) return;
      await hold(trx, store.engine === "postgres", key, claims, now);
      for (const job of jobs) if (!(await records.board(trx, job, key))) throw jobErrors.JOB_NOT_HERE({ job: job.id });
      const data = { solver, jobs: jobs.map(({ id }) => id), us };
      await store.events.append(trx, [{ kind: "quantum.flight.held", actor: "hub", subject: key, data }]);
    });
  }

  async #fly(flight: Flight, solver?: LeapSolver): Promise<void> {
    const { leap, log } = this.#input;
    const entry: { readonly flight: Flight; leap: LeapJob | undefined } = { flight, leap: undefined };
    this.#open.set(flight.key, entry);
    try {
      const record = await leap.record(flight.key);
      if (record?.finished?.answer !== undefined) return await this.#landFromJournal(flight, record);
      entry.leap = await this.#submitted(flight, record, solver);
      for (const { id } of flight.jobs) void this.cancel(id).catch(() => undefined); // The wish may be older than the flight.
      const { answer, timing, id, solver: name } = await entry.leap.result;
      await this.#land(flight, answer, timing, { id, solver: name });
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      const { code, message } = asEntenteError(error);
      // A store that is away for a moment must not cost an answer: nothing of the flight is forgotten before it is closed.
      const isOurs = code === "INTERNAL";
      try {
        const record = await leap.record(flight.key);
        const begun = record?.job !== undefined && record.refused === undefined;
        if (!begun || !(isOurs || (record.finished === undefined && unknown.has(code))))
          return await this.#crash(flight, error, record);
      } catch (again) {
        log.error({ err: again, flight: flight.key }, "the end of a flight to Leap could not be kept");
      }
      log.warn({ flight: flight.key, code, problem: message }, "a flight to Leap is followed again later");
      this.#later(flight);
    } finally {
      if (this.#open.get(flight.key) === entry) this.#open.delete(flight.key);
    }
  }

  #later(flight: Flight): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#work(this.#fly(flight));
    }, retryMs);
    this.#timers.add(timer.unref());
  }

  async #submitted(flight: Flight, record: JobRecord | undefined, known?: LeapSolver): Promise<LeapJob> {
    const { leap } = this.#input;
    const { key, plan, jobs } = flight;
    const client = await leap.client();
    if (record?.job !== undefined && record.refused === undefined) {
      const begun = (await client.resume()).find((job) => job.key === key);
      if (begun) return begun;
    }
    const label = jobs.length === 1 ? (jobs[0]?.id ?? "entente") : `${jobs.length} jobs`;
    const solver = known ?? (await leap.solver({ name: flight.solver }, this.#stopping.signal));
    if (plan.kind === "hybrid") {
      const job = jobs.find(({ id }) => id === plan.job);
      if (!job) throw new Error(`the flight ${key} has lost its job`);
      const file = new Uint8Array(dimodBqmFormat.bytes((await problemIn(job.order.solve.problem)).model));
      return client.submitHybrid({ key, label, solver, type: "bqm", file, params: plan.params, signal: this.#stopping.signal });
    }
    const placed = await Promise.all(
      plan.seats.map(async (seat) => {
        const job = jobs.find(({ id }) => id === seat.job);
        if (!job) throw new Error(`the flight ${key} has lost its job ${seat.job}`);
        return { model: (await problemIn(job.order.solve.problem)).model, seat };
      }),
    );
    return client.submit({ key, label, solver, type: "ising", problem: problemOf(placed, solver), params: plan.params });
  }

  async #landFromJournal(flight: Flight, { finished, job }: JobRecord): Promise<void> {
    const answer = finished?.answer ?? {};
    const timing = timingOf(answer);
    const offset = typeof job?.data.offset === "number" ? job.data.offset : 0;
    const decoded: LeapAnswer =
      flight.plan.kind === "qpu"
        ? { format: "qp", samples: decodeQpAnswer(answer, "ising", offset) }
        : { format: "bq", samples: decodeBq(answer.data) };
    const solver = job ? identityText(job.solver) : flight.solver;
    await this.#land(flight, decoded, timing, { id: finished?.id ?? "", solver });
  }

  async #land(
    flight: Flight,
    answer: LeapAnswer,
    timing: JobTiming,
    at: { readonly id: string; readonly solver: string },
  ): Promise<void> {
    const { jobs } = flight;
    const us = Math.round(qpuAccessTime(timing));
    const parts = sharedOut(us, jobs.map(readsOf));
    const now = this.#input.clock.now();
    const outcomes = await Promise.all(
      jobs.map(async (job, i) => {
        const provenance = {
          solver: at.solver,
          leapId: at.id,
          timeMs: now - (job.startedAt ?? now),
          qpuAccessUs: parts[i] ?? 0,
          timing,
          ...(jobs.length > 1 ? { sharedBy: jobs.length } : {}),
          ...(job.detours.length > 0 ? { detours: job.detours } : {}),
        };
        try {
          return { job, answer: await answerFor(job, flight.plan, answer, provenance) };
        } catch (error) {
          return { job, error: asEntenteError(error) };
        }
      }),
    );
    await this.#close(flight, us, outcomes);
  }

  // Nothing came of it: what it took, if anything, is known from the journal, and its jobs go on elsewhere.
  async #crash(flight: Flight, error: unknown, record: JobRecord | undefined): Promise<void> {
    const us = Math.round(qpuAccessTime(timingOf(record?.finished?.answer)));
    const failure = asEntenteError(error);
    if (failure.code === "LEAP_JOB_CANCELLED") {
      await this.#close(
        flight,
        us,
        flight.jobs.map((job) => ({ job, error: failure })),
      );
      return;
    }
    await this.#close(flight, us, []);
    await this.#refuseAll(flight.jobs, failure);
  }

  // One transaction: what was taken, the ends of the jobs, and that nothing of this flight is open any more.
  async #close(
    flight: Flight,
    us: number,
    outcomes: readonly { readonly job: KeptJob; readonly answer?: JobAnswer; readonly error?: EntenteError }[],
  ): Promise<void> {
    const { store, records, clock, hub, halfLifeMs, metrics } = this.#input;
    const { key, jobs } = flight;
    const now = clock.now();
    const ends = outcomes.map(({ job, answer, error }) => {
      const { code, message } = error ?? { code: "INTERNAL", message: "" };
      const end = answer ? { state: "completed" as const, answer } : { state: "failed" as const, error: { code, message } };
      return { job, end };
    });
    const closing = async (trx: Transaction<Database>): Promise<boolean> => {
      const { numUpdatedRows } = await trx
        .updateTable("quantum_flights")
        .set({ closed_at: now })
        .where("key", "=", key)
        .where("closed_at", "is", null)
        .executeTakeFirst();
      // It was closed before, and the answer to that was lost.
      if (numUpdatedRows !== 1n) return false;
      await settle(
        trx,
        key,
        us,
        jobs.map((job) => ({ job: job.id, weight: readsOf(job) })),
      );
      const wishes = await trx
        .selectFrom("quantum_jobs")
        .select("id")
        .where("flight", "=", key)
        .where("cancel", "=", 1)
        .execute();
      for (const { job, end } of ends) {
        const wished = wishes.some(({ id }) => id === job.id);
        await records.end(trx, job, { ...(wished ? { state: "cancelled" } : end), endedAt: now });
      }
      await trx.deleteFrom("quantum_leap_journal").where("hub", "=", hub).where("key", "=", key).execute();
      const data = { us, ended: outcomes.length };
      await store.events.append(trx, [{ kind: "quantum.flight.closed", actor: "hub", subject: key, data }]);
      // Last, after the head of the event log, by which transactions queue up: two that wait for each other's rows would be deadlocked.
      for (const job of jobs)
        await records.charge(trx, job.owner, "remote", (now - (job.startedAt ?? now)) / jobs.length, now, halfLifeMs);
      return true;
    };
    if (await this.#insist(`the end of the flight ${key}`, () => store.transaction(closing))) {
      metrics.quantumQpuTime.inc(us / 1e6);
      for (const { job, answer } of outcomes)
        metrics.quantumEnded.inc({ place: job.place, state: answer ? "completed" : "failed" });
    }
    this.#known.delete(key);
    this.#input.ended(outcomes.map(({ job }) => job));
  }

  #insist<T>(what: string, write: () => Promise<T>): Promise<T> {
    return insist(write, { signal: this.#stopping.signal, log: this.#input.log, what });
  }

  async #refuseAll(jobs: readonly KeptJob[], error: unknown): Promise<void> {
    for (const job of jobs) await this.#input.refused(job, asEntenteError(error));
  }
}

/** The model of a source, for solvers at Leap. Throws CONSTRAINTS_UNFIT for one with constraints, and the codes of @entente/quantum. */
export async function problemIn(source: ProblemSource): Promise<PlainProblem> {
  const problem = await readProblem(source);
  if (problem.kind === "cqm") throw quantumErrors.CONSTRAINTS_UNFIT({ what: "a job at Leap" });
  return problem;
}

/** QPU time that a hybrid run may be charged, us: its run time over the solver's rate of conversion, which is 20 where it says none. */
export function hybridQpuTime(solver: LeapSolver, seconds: number): number {
  const { quota_conversion_rate: rate } = solver.properties;
  return (seconds * 1e6) / (typeof rate === "number" && rate > 0 ? rate : 20);
}

// Who leaves a flight for which there is not enough of a budget: the last of those whose budget it is.
function outOfBudget(error: unknown, aboard: readonly KeptJob[]): KeptJob | undefined {
  const { code, details } = asEntenteError(error);
  if (code !== "QPU_BUDGET_EXCEEDED" && code !== "QPU_BUDGET_NONE") return undefined;
  const scope = details.principal ?? details.scope;
  return aboard.findLast(({ owner }) => scope === "*" || owner === scope) ?? aboard.at(-1);
}

function readsOf({ order }: KeptJob): number {
  return order.qpu.reads;
}

async function answerFor(
  job: KeptJob,
  plan: FlightPlan,
  answer: LeapAnswer,
  provenance: Readonly<Record<string, unknown>>,
): Promise<JobAnswer> {
  const problem = await problemIn(job.order.solve.problem);
  if (plan.kind === "qpu" && answer.format === "qp") {
    const seat = plan.seats.find((one) => one.job === job.id);
    if (seat) return quantumAnswer(problem, seat, answer.samples, job.order.qpu, provenance);
  }
  if (plan.kind === "hybrid" && answer.format === "bq") return hybridAnswer(problem, answer.samples, provenance);
  throw new Error(`an answer in ${answer.format} for a flight to a ${plan.kind}`);
}
