import type { HybridSize, LeapSolver } from "@entente/quantum";
import type { Clock } from "../../base/clock.ts";
import type { EntenteError } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import type { Store } from "../../store/store.ts";
import type { Metrics } from "../../telemetry/metrics.ts";
import { quantumErrors } from "../errors.ts";
import type { ProblemSource } from "../problem-source.ts";
import { type PlainProblem, type ReadProblem, readProblem } from "../reading.ts";
import type { KeptJob } from "./job.ts";
import type { LeapDesk } from "./leap-desk.ts";
import type { Placing, Seat } from "./placing.ts";
import type { JobRecords } from "./records.ts";
import type { RunnerLease } from "./runner-lease.ts";
import type { Works } from "./works.ts";

/** What a flight's answer is read by; the same request is made from it after a restart. */
export type FlightPlan =
  | { readonly kind: "qpu"; readonly seats: readonly Seat[]; readonly params: Readonly<Record<string, number | boolean>> }
  | { readonly kind: "hybrid"; readonly job: string; readonly params: { readonly time_limit: number } };

/** One submission to Leap, for one job or several. */
export interface Flight {
  /** Names it in the journal of the client. */
  readonly key: string;
  /** The solver's name, by which it is found again. */
  readonly solver: string;
  readonly plan: FlightPlan;
  readonly jobs: readonly KeptJob[];
}

/** What flights stand on, and whom they tell. */
export interface FlightGround {
  readonly store: Store;
  readonly records: JobRecords;
  readonly leap: LeapDesk;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly hub: string;
  readonly halfLifeMs: number;
  readonly lease: RunnerLease;
  readonly works: Works;
  readonly placing: Placing;
  /** Aborted when a job is to end. */
  readonly signalOf: (job: KeptJob) => AbortSignal;
  /** How far jobs are, 0 to 1. */
  readonly progress: (jobs: readonly KeptJob[], done: number, message: string) => void;
  /** A job cannot go this way. */
  readonly refused: (job: KeptJob, error: EntenteError) => Promise<void>;
  /** The runs of jobs are over. */
  readonly ended: (jobs: readonly KeptJob[]) => void;
}

/** The model of a source, for a QPU. Throws CONSTRAINTS_UNFIT for one with constraints, and the codes of @entente/quantum. */
export async function problemIn(source: ProblemSource): Promise<PlainProblem> {
  const problem = await readProblem(source);
  if (problem.kind === "cqm") throw quantumErrors.CONSTRAINTS_UNFIT({ what: "a QPU" });
  return problem;
}

/** What a model is to a hybrid solver: its type there, and the sizes by which its least time is told. */
export function hybridSize(problem: ReadProblem): { readonly type: ReadProblem["kind"]; readonly size: HybridSize } {
  if (problem.kind === "bqm") return { type: "bqm", size: { variables: problem.model.size } };
  const { variables, objective, constraints } = problem.model;
  const biases = [objective, ...constraints.map(({ left }) => left)].reduce(
    (sum, { linear, quadratic }) => sum + linear.length + quadratic.length,
    0,
  );
  return { type: "cqm", size: { variables: variables.length, biases, constraints: constraints.length } };
}

/** QPU time that a hybrid run may be charged, us: its run time over the solver's rate of conversion, which is 20 where it says none. */
export function hybridQpuTime(solver: LeapSolver, seconds: number): number {
  const { quota_conversion_rate: rate } = solver.properties;
  return (seconds * 1e6) / (typeof rate === "number" && rate > 0 ? rate : 20);
}

/** The share of a job in its flight. */
export function readsOf({ order }: KeptJob): number {
  return order.qpu.reads;
}
