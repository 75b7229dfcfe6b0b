import { labelOf, sampleAt, solve } from "@entente/quantum";
import { z } from "zod";
import { defineQuantumTool } from "../pillar.ts";
import { problemFormats, problemFromTerms, quantumErrors, readProblem } from "../reading.ts";

const label = z.union([z.string(), z.number()]);
const shownSamples = 5;
const namedVariables = 5000;

export default defineQuantumTool({
  name: "quantum_solve",
  description:
    "Minimises a QUBO or Ising model, or maximises a cut, with a classical sampler chosen for it: exact for small ones, tabu for dense, simulated annealing for sparse. Give `terms`, or a file's `text` with its `format`. Energies are recomputed in double precision; the answer says which solver found it and how.",
  input: z.object({
    terms: z
      .object({
        vartype: z.enum(["BINARY", "SPIN"]),
        linear: z.array(z.tuple([label, z.number()])).default([]),
        quadratic: z.array(z.tuple([label, label, z.number()])).default([]),
        offset: z.number().default(0),
      })
      .optional(),
    text: z.string().optional().describe("a problem file's content"),
    format: z
      .enum(problemFormats)
      .default("qubo")
      .describe("of the text: qubo (qbsolv), ising (i j J lines), mc (Max-Cut, Gset), q (OR-Library, maximise)"),
    solver: z.string().default("auto"),
    seconds: z.number().min(0.01).max(3600).default(2),
    reads: z.int().min(1).max(10_000).optional(),
    target: z.number().optional().describe("stop at this energy"),
    seed: z.int().min(0).default(1),
  }),
  output: z.object({
    energy: z.number(),
    objective: z.number().nullable().describe("what the file maximises (cut weight, value), where it maximises"),
    variables: z.number(),
    couplings: z.number(),
    sample: z
      .record(z.string(), z.number())
      .nullable()
      .describe("the best sample by variable; null when there are too many variables, see `bits`"),
    bits: z.string().describe("the best sample in the order of the variables, + for 1"),
    energies: z.array(z.number()),
    provenance: z.object({
      solver: z.string(),
      why: z.string(),
      kind: z.string(),
      seed: z.number(),
      reads: z.number(),
      rounds: z.number(),
      timeMs: z.number(),
      energy: z.number(),
    }),
  }),
  hints: { readOnly: true },
  run: async (input, ctx) => {
    if (!input.terms && input.text === undefined) throw quantumErrors.PROBLEM_MISSING({});
    const { model, objective } = input.terms ? problemFromTerms(input.terms) : readProblem(input.text ?? "", input.format);
    const { samples, provenance } = await solve(model, {
      solver: input.solver,
      seed: input.seed,
      timeLimitMs: input.seconds * 1000,
      signal: ctx.signal,
      progress: ({ fraction, energy, reads }) =>
        ctx.progress({ done: fraction, total: 1, message: `energy ${energy} after ${reads} reads` }),
      ...(input.reads === undefined ? {} : { reads: input.reads }),
      ...(input.target === undefined ? {} : { target: input.target }),
    });
    const best = sampleAt(samples, 0);
    return {
      energy: provenance.energy,
      objective: objective ? objective(provenance.energy) : null,
      variables: model.size,
      couplings: model.biases.length,
      sample:
        model.size <= namedVariables
          ? Object.fromEntries(Array.from(best, (value, i) => [String(labelOf(model, i)), value]))
          : null,
      bits: Array.from(best, (value) => (value > 0 ? "+" : "-")).join(""),
      energies: [...samples.energies].slice(0, shownSamples),
      provenance: { ...provenance },
    };
  },
});
