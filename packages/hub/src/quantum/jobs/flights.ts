/**
 * Flights: submissions to Leap, each for one job or for several small ones on one chip. A flight is written down, with what it may
 * take of the budgets, before anything is sent under its key; the client's journal sees to it that what was sent is not sent again;
 * and its answer, what it took and the ends of its jobs are one transaction. So after `kill -9` an open flight is either unknown to
 * the journal (it is sent now), begun (it is looked up and followed), or finished (its answer is read from the journal).
 */
import type { JobRecord, LeapJob, LeapSolver } from "@entente/quantum";
import { asEntenteError } from "../../base/errors.ts";
import { packModel } from "../model-packing.ts";
import { Departures } from "./departures.ts";
import { type Flight, type FlightGround, problemIn } from "./flight.ts";
import type { KeptJob } from "./job.ts";
import { Landings } from "./landings.ts";
import { problemOf } from "./placing.ts";

const retryMs = 5_000;
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
  readonly #ground: FlightGround;
  readonly #departures: Departures;
  readonly #landings: Landings;
  readonly #open = new Map<string, { readonly flight: Flight; leap: LeapJob | undefined }>();
  // Jobs of flights of which Leap does not tell for now.
  readonly #unheard = new Set<string>();
  // From before a flight is written down until after it is closed.
  readonly #known = new Set<string>();

  constructor(ground: FlightGround) {
    this.#ground = ground;
    this.#landings = new Landings(ground);
    this.#departures = new Departures(ground, {
      announce: (key) => this.#known.add(key),
      withdraw: (key) => this.#known.delete(key),
      fly: (flight, solver) => this.#fly(flight, solver),
    });
  }

  /** Sends jobs that were taken. */
  launch(jobs: readonly KeptJob[]): void {
    this.#departures.launch(jobs);
  }

  /** The open flights of this hub that nobody here follows, by key: a stop cut them off, or the answer of the write that began them was lost. */
  async left(): Promise<ReadonlyMap<string, Omit<Flight, "jobs">>> {
    const { store, hub } = this.#ground;
    const query = store.db.selectFrom("quantum_flights").select(["key", "solver", "plan_json"]);
    const rows = await query.where("hub", "=", hub).where("closed_at", "is", null).execute();
    return new Map(
      rows
        .filter(({ key }) => !this.#known.has(key))
        .map(({ key, solver, plan_json }) => [key, { key, solver, plan: JSON.parse(plan_json) }]),
    );
  }

  /** Goes on with flights that were left. */
  follow(left: ReadonlyMap<string, Omit<Flight, "jobs">>): void {
    const { works } = this.#ground;
    for (const flight of left.values()) {
      if (this.#known.has(flight.key)) continue;
      this.#known.add(flight.key);
      works.add("a flight to Leap", this.#takenUp(flight));
    }
  }

  /** Whether Leap does not tell for now how the flight of a job stands: it may never, so the job takes no slot. */
  isUnheard(job: string): boolean {
    return this.#unheard.has(job);
  }

  /** Asks Leap to let a flight go, once all of its jobs are to be cancelled. */
  async cancel(job: string): Promise<void> {
    for (const { flight, leap } of this.#open.values()) {
      if (!flight.jobs.some(({ id }) => id === job)) continue;
      const now = await Promise.all(flight.jobs.map(({ id }) => this.#ground.records.load(id)));
      if (now.every((one) => one?.cancel === true)) await leap?.cancel();
    }
  }

  async #fly(flight: Flight, solver?: LeapSolver): Promise<void> {
    const { leap, log, works } = this.#ground;
    const entry: { readonly flight: Flight; leap: LeapJob | undefined } = { flight, leap: undefined };
    this.#open.set(flight.key, entry);
    try {
      const record = await leap.record(flight.key);
      if (record?.finished?.answer !== undefined)
        return await this.#landed(flight, this.#landings.landFromJournal(flight, record));
      entry.leap = await this.#submitted(flight, record, solver);
      for (const { id } of flight.jobs) void this.cancel(id).catch(() => undefined); // The wish may be older than the flight.
      const { answer, timing, id, solver: name } = await entry.leap.result;
      await this.#landed(flight, this.#landings.land(flight, answer, timing, { id, solver: name }));
    } catch (error) {
      if (works.signal.aborted) return;
      const { code, message } = asEntenteError(error);
      // A store that is away for a moment must not cost an answer: nothing of the flight is forgotten before it is closed.
      const isOurs = code === "INTERNAL";
      try {
        const record = await leap.record(flight.key);
        const begun = record?.job !== undefined && record.refused === undefined;
        if (!begun || !(isOurs || (record.finished === undefined && unknown.has(code))))
          return await this.#landed(flight, this.#landings.crash(flight, error, record));
      } catch (again) {
        log.error({ err: again, flight: flight.key }, "the end of a flight to Leap could not be kept");
      }
      log.warn({ flight: flight.key, code, problem: message }, "a flight to Leap is followed again later");
      for (const { id } of flight.jobs) this.#unheard.add(id);
      works.later("a flight to Leap", retryMs, () => this.#flyAgain(flight));
    } finally {
      if (this.#open.get(flight.key) === entry) this.#open.delete(flight.key);
    }
  }

  // A flight that is closed must never be sent: its part of the journal is gone.
  async #flyAgain(flight: Flight): Promise<void> {
    const { works, store, ended } = this.#ground;
    const query = store.db.selectFrom("quantum_flights").select("closed_at").where("key", "=", flight.key);
    const row = await works.insist(`the state of the flight ${flight.key}`, () => query.executeTakeFirst());
    if (row?.closed_at === null) return this.#fly(flight);
    await this.#landed(flight, Promise.resolve());
    ended(flight.jobs);
  }

  async #takenUp(flight: Omit<Flight, "jobs">): Promise<void> {
    const { works, records } = this.#ground;
    const jobs = await works.insist(`the jobs of the flight ${flight.key}`, () => records.aboard(flight.key));
    return this.#fly({ ...flight, jobs });
  }

  async #landed({ key, jobs }: Flight, landing: Promise<void>): Promise<void> {
    await landing;
    this.#known.delete(key);
    for (const { id } of jobs) this.#unheard.delete(id);
  }

  async #submitted(flight: Flight, record: JobRecord | undefined, known?: LeapSolver): Promise<LeapJob> {
    const { leap, works } = this.#ground;
    const { key, plan, jobs } = flight;
    const client = await leap.client();
    // Also what another hub left half done, which the client has not seen yet.
    if (record !== undefined) {
      const begun = (await client.resume()).find((job) => job.key === key);
      if (begun) return begun;
    }
    const label = jobs.length === 1 ? (jobs[0]?.id ?? "entente") : `${jobs.length} jobs`;
    const solver = known ?? (await leap.solver({ name: flight.solver }, works.signal));
    if (plan.kind === "hybrid") {
      const job = jobs.find(({ id }) => id === plan.job);
      if (!job) throw new Error(`the flight ${key} has lost its job`);
      const { kind: type, bytes: file } = await packModel(job.order.solve.problem);
      return client.submitHybrid({ key, label, solver, type, file, params: plan.params, signal: works.signal });
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
}
