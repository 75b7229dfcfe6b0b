import { randomUUID } from "node:crypto";
import { parseSolver } from "../../src/leap/solver.ts";
import { bqmAnswer, cqmAnswer, type JobBody, qpuAnswer } from "./stand-in-answers.ts";
import type { ServedSolver } from "./stand-in-solvers.ts";
import type { Uploads } from "./stand-in-uploads.ts";

/** A job that the stand-in has accepted. */
export interface AcceptedJob {
  readonly id: string;
  readonly body: JobBody;
  readonly submittedOn: string;
  status: string;
  solvedOn?: string;
  message?: string;
  answer?: Readonly<Record<string, unknown>>;
  /** QPU time in us charged for it. */
  charged: number;
}

/** The jobs of the stand-in, and the work on them. */
export class Jobs {
  readonly accepted: AcceptedJob[] = [];
  readonly #byId = new Map<string, AcceptedJob>();
  readonly #solvers: readonly ServedSolver[];
  readonly #uploads: Uploads;
  readonly #runMs: number;
  readonly #blobs = new Map<string, Buffer>();
  #waiters: (() => void)[] = [];
  #running: Promise<void> = Promise.resolve();

  constructor(solvers: readonly ServedSolver[], uploads: Uploads, runMs: number) {
    this.#solvers = solvers;
    this.#uploads = uploads;
    this.#runMs = runMs;
  }

  get(id: string): AcceptedJob | undefined {
    return this.#byId.get(id);
  }

  /** The octets of an answer that is only referred to. */
  blob(id: string): Buffer | undefined {
    return this.#blobs.get(id);
  }

  /** Takes a job, or says why not. */
  accept(body: JobBody, offline: boolean): AcceptedJob | { readonly error_code: number; readonly error_msg: string } {
    const solver = this.#solvers.find(({ identity }) => identity.name === body?.solver?.name);
    if (solver === undefined) return { error_code: 404, error_msg: `no solver ${body?.solver?.name}` };
    const types = solver.properties.supported_problem_types;
    if (!Array.isArray(types) || !types.includes(body.type)) return { error_code: 400, error_msg: `no type ${body.type}` };
    if (body.data.format === "ref" && this.#uploads.file(String(body.data.data)) === undefined)
      return { error_code: 400, error_msg: "the upload is not complete" };
    const id = randomUUID();
    const job: AcceptedJob = { id, body, submittedOn: new Date().toISOString(), status: "PENDING", charged: 0 };
    this.accepted.push(job);
    this.#byId.set(id, job);
    const number = this.accepted.length;
    const isOffline = offline || solver.status !== "ONLINE";
    // One at a time, as a chip works.
    this.#running = this.#running.then(async () => {
      if (this.#runMs > 0) await new Promise((resolve) => setTimeout(resolve, this.#runMs));
      await this.#work(job, solver, number, isOffline);
    });
    return job;
  }

  cancel(id: string): AcceptedJob | { readonly error_code: number; readonly error_msg: string } {
    const job = this.#byId.get(id);
    if (job === undefined) return { error_code: 404, error_msg: "Problem does not exist or apitoken does not have access" };
    if (job.status !== "PENDING") return { error_code: 409, error_msg: "Problem has been finished." };
    job.status = "CANCELLED";
    job.solvedOn = new Date().toISOString();
    this.#wake();
    return job;
  }

  /** Resolves when any of the jobs is over, or after the time. */
  async news(ids: readonly string[], waitMs: number): Promise<void> {
    const until = Date.now() + waitMs;
    const isOver = (id: string) => !["PENDING", "IN_PROGRESS"].includes(this.#byId.get(id)?.status ?? "");
    while (!ids.some(isOver) && Date.now() < until) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, until - Date.now());
        this.#waiters.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  async #work(job: AcceptedJob, solver: ServedSolver, number: number, offline: boolean): Promise<void> {
    if (job.status !== "PENDING") return;
    job.status = "IN_PROGRESS";
    try {
      if (offline) throw new Error("Solver is offline");
      job.answer = await this.#answer(job, solver, number);
      const { timing, data } = job.answer as {
        timing?: { qpu_access_time?: number };
        data?: { info?: { qpu_access_time?: number } };
      }; // why: made here
      job.charged = timing?.qpu_access_time ?? data?.info?.qpu_access_time ?? 0;
      job.status = "COMPLETED";
    } catch (error) {
      job.status = "FAILED";
      job.message = error instanceof Error ? error.message : String(error);
    }
    job.solvedOn = new Date().toISOString();
    this.#wake();
  }

  async #answer(job: AcceptedJob, solver: ServedSolver, number: number): Promise<Readonly<Record<string, unknown>>> {
    const { body, id } = job;
    if (body.data.format === "qp") return qpuAnswer(parseSolver(solver, solver, ""), body, number);
    const file = this.#uploads.file(String(body.data.data))!;
    if (body.type === "bqm") return bqmAnswer(file, number);
    if (body.type === "cqm") return cqmAnswer(file, number);
    // A model with states is not solved here: its own file comes back.
    this.#blobs.set(id, file);
    const timing = { qpu_access_time: 10_000 + number, run_time: 5_000_000, charge_time: 5_000_000 };
    return { format: "binary-ref", auth_method: "sapi-token", url: `problems/${id}/blob`, timing, shape: { num_states: 1 } };
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
