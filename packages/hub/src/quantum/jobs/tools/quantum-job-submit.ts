import { z } from "zod";
import { problemFields, sourceOf } from "../../problem-fields.ts";
import { effortFields, solveFields, solveOptions } from "../../solve-fields.ts";
import { jobSummary, priorities, summaryOf, wantedPlaces } from "../job.ts";
import { jobTasks } from "../job-tasks.ts";
import { defineJobsTool } from "../jobs.ts";

export default defineJobsTool({
  name: "quantum_job_submit",
  description:
    "Queues an optimisation problem (inputs as quantum_solve) and returns at once. It runs here, on a QPU (`qpu`) or on a hybrid solver of D-Wave's Leap; with fallback it goes on from QPU to hybrid to local where one is offline, over budget or does not fit, and its provenance says so. `auto` is the QPU for whoever has a budget of QPU time, else local. Jobs outlive a restart of the hub and are never sent to Leap twice. Ask with quantum_job_get; to clients that know MCP tasks the job is a task.",
  input: z.object({
    ...problemFields,
    where: z.enum(wantedPlaces).default("auto"),
    fallback: z.boolean().default(true),
    priority: z.enum(priorities).default("normal"),
    deadlineMs: z.int().min(1).optional().describe("from now: the scheduler takes it ahead in its class when it would be late"),
    label: z.string().max(200).default(""),
    ...solveFields,
    ...effortFields,
    target: z.number().optional().describe("local solving stops at this energy"),
    resolution: z.number().positive().optional().describe("step of real variables, for local solving"),
    annealingUs: z.number().min(0.1).max(10_000).optional().describe("annealing time on a QPU"),
    chainStrength: z
      .number()
      .positive()
      .optional()
      .describe("in the units of the model as spins; torque compensation when left out"),
    chainBreaks: z.enum(["majority", "energy", "discard"]).default("majority").describe("how broken chains are read"),
    hybridSeconds: z.number().positive().max(86_400).optional().describe("the solver's least when left out"),
  }),
  output: jobSummary,
  task: (jobs) => ({ source: jobTasks(jobs), idIn: ({ job }) => String(job) }),
  run: async (input, ctx, jobs) => {
    const { where: wanted, fallback, priority, deadlineMs, label, reads } = input;
    const { annealingUs, chainStrength, chainBreaks, hybridSeconds } = input;
    const job = await jobs.submit(ctx.principal.id, {
      label,
      wanted,
      priority,
      deadlineMs,
      order: {
        solve: { problem: await sourceOf(input, ctx, jobs.solving), ...solveOptions(input) },
        fallback,
        qpu: {
          reads: reads ?? jobs.defaultReads,
          chainBreaks,
          ...(annealingUs === undefined ? {} : { annealingUs }),
          ...(chainStrength === undefined ? {} : { chainStrength }),
        },
        ...(hybridSeconds === undefined ? {} : { hybridSeconds }),
      },
    });
    return summaryOf(job);
  },
});
