import { estimateQpuTime, identityText, type LeapSolver, leastHybridTime, mostReads } from "@entente/quantum";
import { z } from "zod";
import { baseErrors } from "../../../base/errors.ts";
import { problemFields, sourceOf } from "../../problem-fields.ts";
import { readProblem } from "../../reading.ts";
import { hybridQpuTime, hybridSize, problemIn } from "../flight.ts";
import { defineJobsTool } from "../jobs.ts";
import { qubitsOf } from "../placing.ts";

export default defineJobsTool({
  name: "quantum_estimate",
  description:
    "What a job would cost before it is sent: QPU access time in us by D-Wave's published timing model, or the least time limit of a hybrid solver and the QPU time it may be charged. Solver properties come from Leap, or by hand in `properties`. The qubits in use come from `qubits`, or the problem is embedded to count them.",
  input: z.object({
    kind: z.enum(["qpu", "hybrid"]).default("qpu"),
    solver: z.string().optional().describe("a solver of the account; the best one when left out"),
    properties: z.record(z.string(), z.json()).optional().describe("the solver's properties by hand; then Leap is not asked"),
    ...problemFields,
    qubits: z.int().min(1).optional(),
    variables: z.int().min(1).optional().describe("for a hybrid solver, in place of a problem without constraints"),
    reads: z.int().min(1).max(10_000).default(100),
    annealingUs: z.number().min(0.1).max(10_000).optional(),
    hybridSeconds: z.number().positive().max(86_400).optional(),
  }),
  output: z.object({
    solver: z.string(),
    kind: z.enum(["qpu", "hybrid"]),
    us: z.number().describe("QPU access time that would be held of a budget"),
    qubits: z.number().nullable(),
    mostReads: z.number().nullable().describe("the most reads that one job may ask for"),
    leastSeconds: z.number().nullable().describe("the least time limit of the hybrid solver"),
  }),
  hints: { readOnly: true },
  run: async (input, ctx, { leap, solving, placing }) => {
    const { signal } = ctx;
    const { kind, properties, reads, annealingUs } = input;
    const named = input.solver === undefined ? {} : { name: input.solver };
    const byHand = (): LeapSolver => ({
      identity: { name: input.solver ?? "by hand" },
      description: "",
      status: "ONLINE",
      avgLoad: 0,
      properties: properties ?? {},
      category: kind,
      problemTypes: [],
    });
    const { type, size } =
      kind === "qpu" || input.variables !== undefined
        ? { type: "bqm" as const, size: { variables: input.variables ?? 0 } }
        : hybridSize(await readProblem(await sourceOf(input, ctx, solving)));
    const solver = properties
      ? byHand()
      : await leap.solver({ category: kind, ...(kind === "hybrid" ? { problemTypes: [type] } : {}), ...named }, signal);
    const name = identityText(solver.identity);
    const model = async () => (await problemIn(await sourceOf(input, ctx, solving))).model;
    if (kind === "hybrid") {
      const leastSeconds = leastHybridTime(solver, type, size);
      const seconds = Math.max(leastSeconds, input.hybridSeconds ?? 0);
      return { solver: name, kind, us: Math.ceil(hybridQpuTime(solver, seconds)), qubits: null, mostReads: null, leastSeconds };
    }
    let { qubits } = input;
    if (qubits === undefined) {
      const [seat] = await placing.seats([{ job: "", model: await model() }], solver, ctx);
      if (!seat) throw baseErrors.INPUT_INVALID({ what: "quantum_estimate", problems: [`no embedding was found on ${name}`] });
      qubits = qubitsOf([seat]);
    }
    const params = { num_reads: reads, ...(annealingUs === undefined ? {} : { annealing_time: annealingUs }) };
    return {
      solver: name,
      kind,
      us: Math.ceil(estimateQpuTime(solver, qubits, params)),
      qubits,
      mostReads: "num_reads_range" in solver.properties ? mostReads(solver, params) : null,
      leastSeconds: null,
    };
  },
});
