/**
 * How flights to Leap end: their answers are read for each job, and what a flight took, the ends of its jobs and that it is closed are one
 * transaction.
 */
import {
  decodeBq,
  decodeQpAnswer,
  identityText,
  type JobRecord,
  type JobTiming,
  type LeapAnswer,
  qpuAccessTime,
  timingOf,
} from "@entente/quantum";
import type { Transaction } from "kysely";
import { asEntenteError, type EntenteError } from "../../base/errors.ts";
import type { Database } from "../../store/schema.ts";
import { readProblem } from "../reading.ts";
import { hybridAnswer, quantumAnswer } from "./answering.ts";
import { settle } from "./budgets.ts";
import { constrainedAnswer } from "./cqm-answer.ts";
import { type Flight, type FlightGround, type FlightPlan, problemIn, readsOf } from "./flight.ts";
import type { JobAnswer, KeptJob } from "./job.ts";
import { sharedOut } from "./shares.ts";
import { charge } from "./usage.ts";

/** See the head of this file. */
export class Landings {
  readonly #ground: FlightGround;

  constructor(ground: FlightGround) {
    this.#ground = ground;
  }

  /** Lands a flight whose answer is in the journal. */
  async landFromJournal(flight: Flight, { finished, job }: JobRecord): Promise<void> {
    const answer = finished?.answer ?? {};
    const timing = timingOf(answer);
    const offset = typeof job?.data.offset === "number" ? job.data.offset : 0;
    const decoded: LeapAnswer =
      flight.plan.kind === "qpu"
        ? { format: "qp", samples: decodeQpAnswer(answer, "ising", offset) }
        : { format: "bq", samples: decodeBq(answer.data) };
    const solver = job ? identityText(job.solver) : flight.solver;
    await this.land(flight, decoded, timing, { id: finished?.id ?? "", solver });
  }

  /** Lands a flight with its answer. */
  async land(
    flight: Flight,
    answer: LeapAnswer,
    timing: JobTiming,
    at: { readonly id: string; readonly solver: string },
  ): Promise<void> {
    const { jobs } = flight;
    const us = Math.round(qpuAccessTime(timing));
    const parts = sharedOut(us, jobs.map(readsOf));
    const now = this.#ground.clock.now();
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
    // Whoever may go on elsewhere does, when the flight is closed.
    const left = outcomes.flatMap(({ job, error }) => (error && job.order.fallback ? [{ job, error }] : []));
    await this.#close(
      flight,
      us,
      outcomes.filter(({ job }) => !left.some((one) => one.job === job)),
    );
    for (const { job, error } of left) await this.#ground.refused(job, error);
  }

  /** Nothing came of a flight: what it took, if anything, is known from the journal, and its jobs go on elsewhere. */
  async crash(flight: Flight, error: unknown, record: JobRecord | undefined): Promise<void> {
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
    for (const job of flight.jobs) await this.#ground.refused(job, failure);
  }

  // One transaction: what was taken, the ends of the jobs, and that nothing of this flight is open any more.
  async #close(
    flight: Flight,
    us: number,
    outcomes: readonly { readonly job: KeptJob; readonly answer?: JobAnswer; readonly error?: EntenteError }[],
  ): Promise<void> {
    const { store, records, clock, hub, halfLifeMs, metrics, works, lease, ended } = this.#ground;
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
        await charge(trx, job.owner, "remote", (now - (job.startedAt ?? now)) / jobs.length, now, halfLifeMs);
      return true;
    };
    if (await works.insist(`the end of the flight ${key}`, () => lease.transaction(closing))) {
      metrics.quantumQpuTime.inc(us / 1e6);
      for (const { job, answer } of outcomes)
        metrics.quantumEnded.inc({ place: job.place, state: answer ? "completed" : "failed" });
    }
    ended(outcomes.map(({ job }) => job));
  }
}

async function answerFor(
  job: KeptJob,
  plan: FlightPlan,
  answer: LeapAnswer,
  provenance: Readonly<Record<string, unknown>>,
): Promise<JobAnswer> {
  if (plan.kind === "hybrid" && answer.format === "bq") {
    const problem = await readProblem(job.order.solve.problem);
    return problem.kind === "cqm"
      ? constrainedAnswer(problem, answer.samples, provenance)
      : hybridAnswer(problem, answer.samples, provenance);
  }
  if (plan.kind === "qpu" && answer.format === "qp") {
    const seat = plan.seats.find((one) => one.job === job.id);
    if (seat) return quantumAnswer(await problemIn(job.order.solve.problem), seat, answer.samples, job.order.qpu, provenance);
  }
  throw new Error(`an answer in ${answer.format} for a flight to a ${plan.kind}`);
}
