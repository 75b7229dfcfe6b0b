import { defineErrors } from "../base/errors.ts";

export const quantumErrors = defineErrors({
  PROBLEM_MISSING: {
    status: 400,
    text: (d: { got: readonly string[] }) =>
      `wanted one problem: \`terms\`, \`cqm\`, \`text\` with its \`format\`, \`file\`, or the id of a kept \`model\`; got ${d.got.length === 0 ? "none" : d.got.join(" and ")}`,
  },
  SOLVER_ENDED: {
    status: 503,
    text: (d: { reason: string }) =>
      `wanted an answer of the solver thread; it ended before (${d.reason}). The next call starts another`,
  },
  CONSTRAINTS_UNFIT: {
    status: 400,
    text: (d: { what: string }) =>
      `${d.what} wants a model without constraints; this one has some; turn it into one with quantum_model_convert, to "bqm-json", and keep it`,
  },
  QUANTUM_MODELS_FULL: {
    status: 429,
    text: (d: { principal: string; limit: number }) =>
      `${d.principal} keeps ${d.limit} models (quantum.models); delete one with quantum_model_delete first`,
  },
  QUANTUM_MODEL_TOO_LARGE: {
    status: 413,
    text: (d: { bytes: number; limit: number }) =>
      `the model has ${d.bytes} bytes as a dimod file; wanted at most ${d.limit} (quantum.modelBytes)`,
  },
});
