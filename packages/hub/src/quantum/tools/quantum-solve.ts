import { z } from "zod";
import { quantumErrors } from "../errors.ts";
import { defineQuantumTool } from "../pillar.ts";
import { problemFormats } from "../problem-formats.ts";

const label = z.union([z.string(), z.number()]);

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
  run: (input, ctx, solving) => {
    const { terms, text, format, solver, seconds, seed, reads, target } = input;
    if (!terms && text === undefined) throw quantumErrors.PROBLEM_MISSING({});
    const order = {
      problem: terms ? { terms } : { text: text ?? "", format },
      solver,
      seconds,
      seed,
      ...(reads === undefined ? {} : { reads }),
      ...(target === undefined ? {} : { target }),
    };
    return solving.solve(order, ctx);
  },
});
