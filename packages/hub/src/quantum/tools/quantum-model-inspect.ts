import { z } from "zod";
import { defineQuantumTool } from "../pillar.ts";
import { problemFields, sourceOf } from "../problem-fields.ts";

const spread = z.object({ min: z.number(), max: z.number(), nonzero: z.number() });
const auto = z.object({ solver: z.string(), why: z.string(), rivals: z.array(z.string()) });
const counts = z.record(z.string(), z.number());

export default defineQuantumTool({
  name: "quantum_model_inspect",
  description:
    "Tells about a model without solving it: sizes, density, ranges of biases, degrees, whether it is connected, the number types that the kernels would compute with, and which solver auto would take and why; with constraints, variables by kind, constraints by sense and how many bits it becomes. Takes a model as quantum_solve does.",
  input: z.object(problemFields),
  output: z.object({
    bqm: z
      .object({
        vartype: z.enum(["BINARY", "SPIN"]),
        variables: z.number(),
        couplings: z.number(),
        density: z.number().describe("couplings present over couplings possible"),
        offset: z.number(),
        maximise: z.boolean(),
        linear: spread,
        quadratic: spread,
        degree: z.object({ min: z.number(), max: z.number(), mean: z.number() }),
        degrees: z.array(z.array(z.number()).length(2)).describe("[neighbours from, how many variables]"),
        components: z.number(),
        connected: z.boolean(),
        lanes: z.string().nullable().describe("number type of annealing's lanes"),
        matrix: z.string().nullable().describe("number type of tabu's matrix"),
        auto,
      })
      .nullable()
      .describe("of a model without constraints"),
    cqm: z
      .object({
        variables: z.number(),
        kinds: counts,
        couplings: z.number(),
        constraints: z.number(),
        senses: counts,
        soft: z.number(),
        discrete: z.number(),
        bits: z.number().nullable(),
        whyNot: z.string().nullable().describe("why it cannot become bits"),
        approximate: z.array(z.string()),
        auto: auto.nullable(),
      })
      .nullable()
      .describe("of a model with constraints"),
  }),
  hints: { readOnly: true },
  run: async (input, ctx, solving) => solving.inspect(await sourceOf(input, ctx, solving), ctx),
});
