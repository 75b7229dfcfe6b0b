/** An optimisation job, as it is kept and as its owner sees it. */
import { z } from "zod";
import { solveAnswerSchema } from "../solve-fields.ts";
import type { SolveAnswer, SolveOrder } from "../solve-order.ts";

/** Where a job may be asked to run, and where it can. */
export const wantedPlaces = ["auto", "local", "qpu", "hybrid"] as const;
export type WantedPlace = (typeof wantedPlaces)[number];
export type Place = Exclude<WantedPlace, "auto">;

export const priorities = ["interactive", "normal", "batch"] as const;
export type Priority = (typeof priorities)[number];

export const jobStates = ["queued", "running", "completed", "failed", "cancelled"] as const;
export type JobState = (typeof jobStates)[number];

/** What a job is to do: the same order as `quantum_solve`, and how remote solvers are asked. */
export interface JobOrder {
  readonly solve: SolveOrder;
  readonly fallback: boolean;
  readonly qpu: QpuOptions;
  /** For a hybrid solver, s; its least when not given. */
  readonly hybridSeconds?: number;
}

/** How a QPU is asked. */
export interface QpuOptions {
  readonly reads: number;
  readonly annealingUs?: number;
  /** In the units of the model as spins; torque compensation when not given. */
  readonly chainStrength?: number;
  readonly chainBreaks: "majority" | "energy" | "discard";
}

/** Something that was decided about a job, for people. */
export interface Note {
  readonly at: number;
  readonly text: string;
}

/** Why a job did not run where it was wanted. */
export interface Detour {
  readonly from: Place;
  readonly to: Place;
  readonly because: string;
}

/** Energies and the best sample as `quantum_solve` gives them; the provenance has more. */
export type JobAnswer = Omit<SolveAnswer, "provenance"> & { readonly provenance: Readonly<Record<string, unknown>> };

/** A job as the store keeps it. */
export interface KeptJob {
  readonly id: string;
  readonly owner: string;
  readonly label: string;
  readonly wanted: WantedPlace;
  readonly place: Place;
  readonly priority: Priority;
  readonly deadlineAt: number | undefined;
  readonly state: JobState;
  readonly costMs: number;
  readonly order: JobOrder;
  readonly notes: readonly Note[];
  readonly detours: readonly Detour[];
  readonly flight: string | undefined;
  readonly cancel: boolean;
  readonly answer: JobAnswer | undefined;
  readonly error: { readonly code: string; readonly message: string } | undefined;
  readonly submittedAt: number;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
}

/** Whether nothing more will happen to a job. */
export function isEnded({ state }: Pick<KeptJob, "state">): boolean {
  return state !== "queued" && state !== "running";
}

/** A job without its answer. */
export const jobSummary = z.object({
  job: z.string(),
  owner: z.string(),
  label: z.string(),
  state: z.enum(jobStates),
  where: z.enum(wantedPlaces).describe("where it was wanted"),
  place: z.enum(["local", "qpu", "hybrid"]).describe("where it runs, ran, or will run next"),
  priority: z.enum(priorities),
  deadlineAt: z.number().nullable().describe("ms since the epoch"),
  submittedAt: z.number(),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  energy: z.number().nullable(),
});

/** A job as its owner sees it. */
export const jobView = jobSummary.extend({
  notes: z.array(z.object({ at: z.number(), text: z.string() })).describe("what was decided about it, oldest first"),
  qpu: z
    .object({ us: z.number(), state: z.enum(["held", "spent", "freed"]) })
    .nullable()
    .describe("QPU access time in us: held as estimated, spent as Leap told it, or freed"),
  answer: solveAnswerSchema.extend({ provenance: z.record(z.string(), z.json()) }).nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});

/** The summary of a job. */
export function summaryOf(job: KeptJob): z.output<typeof jobSummary> {
  return {
    job: job.id,
    owner: job.owner,
    label: job.label,
    state: job.state,
    where: job.wanted,
    place: job.place,
    priority: job.priority,
    deadlineAt: job.deadlineAt ?? null,
    submittedAt: job.submittedAt,
    startedAt: job.startedAt ?? null,
    endedAt: job.endedAt ?? null,
    energy: job.answer?.energy ?? null,
  };
}
