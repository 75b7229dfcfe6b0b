import { z } from "zod";

const values = z.record(z.string(), z.number()).nullable();
const trace = z.array(z.tuple([z.number(), z.number()]));

const provenance = z.object({
  solver: z.string(),
  why: z.string(),
  kind: z.string(),
  seed: z.number(),
  reads: z.number(),
  rounds: z.number(),
  threads: z.number(),
  timeMs: z.number(),
  bound: z.number().nullable(),
  gap: z.number().nullable(),
  lanes: z.string().nullable(),
  bits: z.number().nullable(),
  approximate: z.array(z.string()),
});

/** What quantum_solve answers, as far as it is shown. */
export const solved = z.object({
  energy: z.number(),
  objective: z.number().nullable(),
  feasible: z.boolean().nullable(),
  violations: z.array(z.object({ constraint: z.string(), soft: z.boolean(), by: z.number() })),
  vartype: z.enum(["BINARY", "SPIN"]).nullable(),
  variables: z.number(),
  couplings: z.number(),
  constraints: z.number(),
  sample: values,
  bits: z.string().nullable(),
  samples: z.array(z.object({ energy: z.number(), occurrences: z.number(), sample: values, bits: z.string().nullable() })),
  trace,
  histogram: z.array(z.tuple([z.number(), z.number()])),
  provenance,
});
export type Solved = z.output<typeof solved>;

/** What a problem's tool answers, as far as it is shown. */
export const answered = z.object({
  answer: z.object({ feasible: z.boolean(), violations: z.array(z.string()) }).loose(),
  energy: z.number(),
  trace,
  provenance,
});
export type Answered = z.output<typeof answered>;
export type ShownProvenance = z.output<typeof provenance>;
