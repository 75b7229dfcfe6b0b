/**
 * How jobs take off for Leap: placed on a chip, or read for a hybrid solver, then held: the flight is written down, with what it may take
 * of the budgets, before anything is sent.
 */
import { estimateQpuTime, identityText, type LeapSolver, leastHybridTime } from "@entente/quantum";
import { asEntenteError, baseErrors } from "../../base/errors.ts";
import { newId } from "../../base/ids.ts";
import { type PlainProblem, readProblem } from "../reading.ts";
import { type Claim, hold } from "./budgets.ts";
import { jobErrors } from "./errors.ts";
import { type Flight, type FlightGround, type FlightPlan, hybridQpuTime, hybridSize, problemIn, readsOf } from "./flight.ts";
import type { KeptJob } from "./job.ts";
import { qubitsOf, type Seat } from "./placing.ts";
import { sharedOut } from "./shares.ts";

/** Follows flights that were held. */
export interface Tower {
  /** A flight is about to be written down under this key. */
  announce(key: string): void;
  /** It was not, after all. */
  withdraw(key: string): void;
  /** It was: sends it and follows it to its end. */
  fly(flight: Flight, solver: LeapSolver): Promise<void>;
}

// Larger models fill a chip by themselves.
const tiledVariables = 64;

/** See the head of this file. */
export class Departures {
  readonly #ground: FlightGround;
  readonly #tower: Tower;

  constructor(ground: FlightGround, tower: Tower) {
    this.#ground = ground;
    this.#tower = tower;
  }

  /** Sends jobs that were taken; those of a QPU that are small go together where their anneals agree. */
  launch(jobs: readonly KeptJob[]): void {
    const qpu = jobs.filter(({ place }) => place === "qpu");
    for (const group of Map.groupBy(qpu, ({ order }) => order.qpu.annealingUs).values())
      this.#begin(group, this.#launchQpu(group));
    for (const job of jobs) if (job.place === "hybrid") this.#begin([job], this.#launchHybrid(job));
  }

  // Whatever goes wrong before a flight is held, its jobs go on elsewhere.
  #begin(jobs: readonly KeptJob[], work: Promise<void>): void {
    this.#ground.works.add("the departure of a flight to Leap", work, (error) => this.#refuseAll(jobs, error));
  }

  async #launchQpu(jobs: readonly KeptJob[]): Promise<void> {
    const { leap, works } = this.#ground;
    let solver: LeapSolver;
    try {
      solver = await leap.solver({ category: "qpu" }, works.signal);
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
      this.#begin(
        group.map(({ job }) => job),
        this.#placeAndSend(group, solver),
      );
  }

  async #placeAndSend(group: readonly { job: KeptJob; problem: PlainProblem }[], solver: LeapSolver): Promise<void> {
    const passengers = group.map(({ job, problem }) => ({
      job: job.id,
      model: problem.model,
      chainStrength: job.order.qpu.chainStrength,
    }));
    const { placing, works, signalOf, progress } = this.#ground;
    const jobs = group.map(({ job }) => job);
    let seats: readonly (Seat | undefined)[];
    try {
      seats = await placing.seats(passengers, solver, {
        signal: AbortSignal.any([works.signal, allAborted(jobs.map(signalOf))]),
        progress: ({ done, message = "" }) => progress(jobs, done, message),
      });
    } catch (error) {
      return this.#refuseAll(jobs, error);
    }
    const [seated, left] = [group.filter((_, i) => seats[i]), group.filter((_, i) => !seats[i])];
    // Those for whom the others left no room go by themselves; one that was alone does not fit.
    if (left.length > 0 && seated.length > 0)
      this.#begin(
        left.map(({ job }) => job),
        this.#placeAndSend(left, solver),
      );
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
    const { leap, works } = this.#ground;
    try {
      const { type, size } = hybridSize(await readProblem(job.order.solve.problem));
      const solver = await leap.solver({ category: "hybrid", problemTypes: [type] }, works.signal);
      const time_limit = Math.max(leastHybridTime(solver, type, size), job.order.hybridSeconds ?? 0);
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
    const { records, clock, works, refused, ended } = this.#ground;
    let aboard = jobs;
    for (const job of jobs) {
      if (!(await works.insist(`the wishes for job ${job.id}`, () => records.load(job.id)))?.cancel) continue;
      await refused(job, baseErrors.CANCELLED({ reason: "by its owner" }));
      aboard = aboard.filter(({ id }) => id !== job.id);
    }
    while (aboard.length > 0) {
      const now = clock.now();
      const key = newId("flight", now);
      this.#tower.announce(key);
      try {
        const { plan, us } = planFor(aboard);
        const flight = { key, solver: solver.identity.name, plan, jobs: aboard };
        await works.insist(`the flight ${key}`, () => this.#hold(flight, Math.ceil(us), now));
        return await this.#tower.fly(flight, solver);
      } catch (error) {
        this.#tower.withdraw(key);
        const { code, details } = asEntenteError(error);
        const out = aboard.find(({ id }) => code === "JOB_NOT_HERE" && id === details.job) ?? outOfBudget(error, aboard);
        if (out === undefined) return this.#refuseAll(aboard, error);
        aboard = aboard.filter(({ id }) => id !== out.id);
        if (code === "JOB_NOT_HERE") ended([out]);
        else await this.#refuseAll([out], error);
      }
    }
  }

  // One transaction: the flight, what it may take, and that its jobs are aboard. Done once, however often it is tried.
  async #hold({ key, solver, plan, jobs }: Flight, us: number, now: number): Promise<void> {
    const { store, records, hub, lease, leap } = this.#ground;
    const account = (await leap.account()) ?? null;
    const parts = sharedOut(us, jobs.map(readsOf));
    const claims: Claim[] = jobs.map(({ id, owner }, i) => ({ job: id, owner, us: parts[i] ?? 0 }));
    await lease.transaction(async (trx) => {
      const { numInsertedOrUpdatedRows } = await trx
        .insertInto("quantum_flights")
        .values({ key, hub, solver, plan_json: JSON.stringify(plan), created_at: now, account })
        .onConflict((conflict) => conflict.column("key").doNothing())
        .executeTakeFirst();
      if (numInsertedOrUpdatedRows !== 1n) return;
      await hold(trx, store.engine === "postgres", key, claims, now);
      for (const job of jobs) if (!(await records.board(trx, job, key))) throw jobErrors.JOB_NOT_HERE({ job: job.id });
      const data = { solver, jobs: jobs.map(({ id }) => id), us };
      await store.events.append(trx, [{ kind: "quantum.flight.held", actor: "hub", subject: key, data }]);
    });
  }

  async #refuseAll(jobs: readonly KeptJob[], error: unknown): Promise<void> {
    for (const job of jobs) await this.#ground.refused(job, asEntenteError(error));
  }
}

// Aborted when all of them are: a search serves the jobs that are left.
function allAborted(signals: readonly AbortSignal[]): AbortSignal {
  const all = new AbortController();
  const look = (): void => {
    const last = signals.at(-1);
    if (last !== undefined && signals.every(({ aborted }) => aborted)) all.abort(last.reason);
  };
  for (const signal of signals) signal.addEventListener("abort", look, { once: true });
  look();
  return all.signal;
}

// Who leaves a flight for which there is not enough of a budget: the last of those whose budget it is.
function outOfBudget(error: unknown, aboard: readonly KeptJob[]): KeptJob | undefined {
  const { code, details } = asEntenteError(error);
  if (code !== "QPU_BUDGET_EXCEEDED" && code !== "QPU_BUDGET_NONE") return undefined;
  const scope = details.principal ?? details.scope;
  return aboard.findLast(({ owner }) => scope === "*" || owner === scope) ?? aboard.at(-1);
}
