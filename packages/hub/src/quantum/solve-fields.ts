// How to solve, and what an answer looks like, for every tool that solves.
import { z } from "zod";
import type { SolveOrder } from "./solve-order.ts";

/** Options of every tool that solves. */
export const solveFields = {
  solver: z.string().default("auto").describe("auto, or a name of quantum_solvers"),
  seconds: z
    .number()
    .min(0.01)
    .max(3600)
    .optional()
    .describe("time to search; without it small models get a short fixed effort (milliseconds) and others 2 s"),
  seed: z.int().min(0).default(1).describe("the same seed and effort give the same answer"),
} as const;

/** Options that say how hard to search. */
export const effortFields = {
  reads: z.int().min(1).max(10_000).optional().describe("samples to draw; with seconds, in each round"),
  sweeps: z.int().min(1).max(1_000_000_000).optional().describe("length of each read"),
  threads: z
    .int()
    .min(1)
    .max(256)
    .optional()
    .describe("threads that sample at once; bounded by quantum.threads and the machine's cores"),
  samples: z.int().min(0).max(100).default(0).describe("how many of the lowest samples to list"),
} as const;

/** The options that were given, as an order has them. */
export function solveOptions(given: {
  readonly solver: string;
  readonly seed: number;
  readonly seconds?: number | undefined;
  readonly reads?: number | undefined;
  readonly sweeps?: number | undefined;
  readonly threads?: number | undefined;
  readonly samples?: number | undefined;
  readonly target?: number | undefined;
  readonly resolution?: number | undefined;
}): Omit<SolveOrder, "problem"> {
  const { solver, seed, seconds, reads, sweeps, threads, samples, target, resolution } = given;
  return {
    solver,
    seed,
    ...(seconds === undefined ? {} : { seconds }),
    ...(reads === undefined ? {} : { reads }),
    ...(sweeps === undefined ? {} : { sweeps }),
    ...(threads === undefined ? {} : { threads }),
    ...(samples === undefined ? {} : { samples }),
    ...(target === undefined ? {} : { target }),
    ...(resolution === undefined ? {} : { resolution }),
  };
}

// Two numbers. A tuple would be one in JSON Schema 2020-12 only: clients of the older era read it as a list that must be empty.
const pair = z.array(z.number()).length(2);
const values = z.record(z.string(), z.number()).nullable();

/** Where an answer comes from. */
export const provenanceSchema = z.object({
  solver: z.string(),
  why: z.string(),
  kind: z.string().describe("quantum, hybrid or classical"),
  seed: z.number(),
  reads: z.number(),
  rounds: z.number(),
  threads: z.number(),
  timeMs: z.number(),
  energy: z.number(),
  bound: z.number().nullable().describe("no sample is lower than this, where that is known"),
  gap: z.number().nullable().describe("how far above the bound the energy is, as a share; 0 is proven optimal"),
  race: z
    .array(z.object({ solver: z.string(), energy: z.number() }))
    .describe("what samplers found that were tried against each other"),
  lanes: z.string().nullable().describe("number type of the kernel; energies are recomputed in double precision"),
  bits: z.number().nullable().describe("how many bits a model with constraints became"),
  approximate: z.array(z.string()).describe("constraints whose slack is not exact: the optimum under them may be missed"),
});

/** What a solve answers. */
export const solveAnswerSchema = z.object({
  energy: z.number(),
  kind: z.enum(["bqm", "cqm"]),
  objective: z
    .number()
    .nullable()
    .describe(
      "what the file maximises (cut weight, value), where it maximises; with constraints, the objective without the price of broken wishes",
    ),
  feasible: z.boolean().nullable().describe("whether every hard constraint holds; null without constraints"),
  violations: z.array(z.object({ constraint: z.string(), soft: z.boolean(), by: z.number() })),
  vartype: z.enum(["BINARY", "SPIN"]).nullable().describe("+ and - of `bits` are 1 and 0, or 1 and -1; null with constraints"),
  variables: z.number(),
  couplings: z.number(),
  constraints: z.number(),
  sample: values.describe("the best sample by variable; null when there are too many variables, see `bits`"),
  bits: z.string().nullable().describe("the best sample in the order of the variables, + for 1; null with integers or reals"),
  answer: z.json().nullable().describe("the answer in the problem's own terms, where a builder made the model"),
  energies: z.array(z.number()),
  samples: z
    .array(z.object({ energy: z.number(), occurrences: z.number(), sample: values, bits: z.string().nullable() }))
    .describe("the lowest samples, as many as were asked for"),
  trace: z.array(pair).describe("improvements: [ms, energy]"),
  histogram: z.array(pair).describe("[energy, how often] of the samples kept, lowest first"),
  provenance: provenanceSchema,
});
