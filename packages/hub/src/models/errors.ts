import { defineErrors } from "../base/errors.ts";

export const modelErrors = defineErrors({
  MODEL_UNKNOWN: {
    status: 404,
    text: (d: { name: string; known: readonly string[] }) =>
      `there is no language model "${d.name}" for you; ${d.known.length === 0 ? "none is configured (models.endpoints)" : `there are: ${d.known.join(", ")}`}`,
  },
  MODEL_KEY_UNUSABLE: {
    status: 500,
    text: (d: { endpoint: string; problem: string }) =>
      `the key of the language model "${d.endpoint}" cannot be used: ${d.problem}`,
  },
  MODEL_UNREACHABLE: {
    status: 503,
    text: (d: { endpoint: string; problem: string }) => `the language model "${d.endpoint}" gave no answer: ${d.problem}`,
  },
  MODEL_REFUSED: {
    status: 502,
    text: (d: { endpoint: string; status: number; problem: string }) =>
      `the language model "${d.endpoint}" refused the request: ${d.status}${d.problem === "" ? "" : ` (${d.problem})`}`,
  },
  MODEL_ANSWER_INVALID: {
    status: 502,
    text: (d: { endpoint: string; problem: string }) =>
      `the language model "${d.endpoint}" answered with something else than a chat completion: ${d.problem}`,
  },
  MODEL_FORBIDDEN: {
    status: 403,
    text: (d: { principal: string }) => `the keys of language models are the operator's to set; "${d.principal}" may not`,
  },
});
