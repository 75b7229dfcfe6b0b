import { defineErrors } from "../../base/errors.ts";

export const jobErrors = defineErrors({
  JOBS_TOO_MANY: {
    status: 429,
    text: (d: { limit: number }) =>
      `wanted fewer than quantum.openJobs (${d.limit}) jobs waiting or running; wait for some or cancel some`,
  },
  JOB_NOT_EMBEDDABLE: {
    status: 400,
    text: (d: { solver: string; because: string }) =>
      `the model does not fit on ${d.solver}: ${d.because}; with fallback true the job would go on elsewhere`,
  },
  JOB_NOT_HERE: {
    status: 409,
    text: (d: { job: string }) => `wanted job "${d.job}" to run at this hub; its run is over, or another hub has it`,
  },
  JOBS_TAKEN_OVER: {
    status: 409,
    text: (d: { hub: string }) =>
      `hub "${d.hub}" showed no sign of life for a2a.leaseMs or nearly so: its jobs are, or may be, another hub's`,
  },
  JOB_CHAINS_BROKEN: {
    status: 502,
    text: (d: { reads: number }) =>
      `wanted a sample without a broken chain; all ${d.reads} reads had one: use a stronger chain, or chainBreaks majority or energy`,
  },
  QPU_BUDGET_EXCEEDED: {
    status: 429,
    text: (d: { scope: string; period: string; limitUs: number; usedUs: number; wantedUs: number }) =>
      `${d.scope === "*" ? "the hub" : `"${d.scope}"`} has ${Math.max(0, d.limitUs - d.usedUs)} of ${d.limitUs} us of QPU time left this ${d.period}; the job is estimated at ${d.wantedUs} us`,
  },
  QPU_BUDGET_NONE: {
    status: 403,
    text: (d: { principal: string }) =>
      `"${d.principal}" has no budget of QPU time; the operator may set one with quantum_budget_set`,
  },
  BUDGET_OPERATOR_ONLY: {
    status: 403,
    text: (d: { principal: string }) => `budgets of QPU time are the operator's to set; "${d.principal}" may not`,
  },
});
