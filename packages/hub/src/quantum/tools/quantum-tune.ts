import { z } from "zod";
import { defineQuantumTool } from "../pillar.ts";

const value = z.union([z.string(), z.number(), z.boolean()]);
const configuration = z.record(z.string(), value);
const observation = z.object({
  configuration,
  value: z.number().nullable().describe("to be low; null where the run failed"),
});
const when = z
  .object({ parameter: z.string(), is: z.array(value).min(1) })
  .optional()
  .describe("the parameter exists only while an earlier categorical one has one of these values");
const range = {
  name: z.string(),
  lower: z.number(),
  upper: z.number(),
  scale: z.enum(["linear", "log"]).default("linear"),
  levels: z.int().min(2).max(256).default(32).describe("of the grid over the range"),
  when,
};

export default defineQuantumTool({
  name: "quantum_tune",
  description:
    "Suggests hyper-parameters to try next: give the space and all observations so far, try what comes back, and call again with the results. A quadratic model of the observations (Bayesian, or a factorisation machine) is minimised by annealing. Nothing is kept between calls; the same input gives the same suggestions.",
  input: z.object({
    space: z
      .array(
        z.discriminatedUnion("kind", [
          z.object({ kind: z.literal("real"), ...range }),
          z.object({ kind: z.literal("integer"), ...range }),
          z.object({ kind: z.literal("categorical"), name: z.string(), values: z.array(value).min(1).max(256), when }),
        ]),
      )
      .min(1)
      .max(100),
    observations: z.array(observation).max(5000).default([]),
    count: z.int().min(1).max(64).default(1),
    surrogate: z.enum(["bayesian", "factorisation-machine"]).default("bayesian"),
    seed: z.int().min(0).default(1),
  }),
  output: z.object({
    configurations: z.array(configuration).describe("fewer than asked only where nothing new is left to try"),
    from: z
      .array(z.enum(["initial", "model", "random"]))
      .describe("for each: one of the stratified first, from the model, or random as the model had nothing new"),
    best: observation.nullable().describe("the best observation so far"),
    provenance: z.object({
      surrogate: z.string(),
      solver: z.string(),
      kind: z.literal("classical"),
      bits: z.int(),
      seed: z.int(),
      timeMs: z.number(),
    }),
  }),
  hints: { readOnly: true },
  run: async (input, ctx, solving) => {
    const space = input.space.map(({ when: condition, ...rest }) => (condition ? { ...rest, when: condition } : rest));
    const { configurations, from, best, surrogate, solver, bits, timeMs } = await solving.tune({ ...input, space }, ctx);
    return {
      configurations: configurations.map((c) => ({ ...c })),
      from: [...from],
      best: best && { configuration: { ...best.configuration }, value: best.value },
      provenance: { surrogate, solver, kind: "classical" as const, bits, seed: input.seed, timeMs },
    };
  },
});
