import { defineErrors } from "../base/errors.ts";

export const learningErrors = defineErrors({
  RUN_UNKNOWN: { status: 404, text: (d: { id: string }) => `there is no learning run "${d.id}"; learning_list_runs lists them` },
  RUN_UNDER_WAY: {
    status: 409,
    text: (d: { id: string; root: string }) => `run ${d.id} is already learning from ${d.root}; wait for it or cancel it`,
  },
  VERSION_UNKNOWN: {
    status: 404,
    text: (d: { id: string }) => `there is no version "${d.id}"; learning_list_versions lists them`,
  },
  NO_CHAMPION: {
    status: 409,
    text: (d: { model: string }) =>
      `the model "${d.model}" has no promoted version yet: let the hub learn from a folder first (entente learn PATH)`,
  },
  NO_PREVIOUS_CHAMPION: {
    status: 409,
    text: (d: { model: string }) => `the model "${d.model}" has no earlier champion to go back to`,
  },
  WEIGHTS_CHANGED: {
    status: 409,
    text: (d: { version: string; wanted: string; got: string }) =>
      `the weights of ${d.version} are not what was examined: wanted SHA-256 ${d.wanted}, the file has ${d.got}`,
  },
  CORPUS_TOO_SMALL: {
    status: 409,
    text: (d: { texts: number; bytes: number; wanted: number }) =>
      `wanted at least ${d.wanted} bytes of text to train on; there are ${d.bytes} in ${d.texts} texts`,
  },
  NOTHING_HELD_OUT: {
    status: 409,
    text: (_: Record<string, never>) =>
      "no text is held out to examine with; learning.heldOutShare is too small for so few files",
  },
  SELECTION_MISSING: { status: 409, text: (d: { run: string }) => `run ${d.run} has no curated selection yet` },
  CANDIDATE_MISSING: { status: 409, text: (d: { run: string }) => `run ${d.run} has no trained version yet` },
  VERSION_NOT_EXAMINED: {
    status: 409,
    text: (d: { id: string }) => `version ${d.id} has not passed the gate; only an examined version that passed is promoted`,
  },
});
