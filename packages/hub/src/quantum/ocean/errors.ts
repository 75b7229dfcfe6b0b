import { defineErrors } from "../../base/errors.ts";

const said = (d: { message: string }) => d.message;

export const oceanErrors = defineErrors({
  OCEAN_OPERATOR_ONLY: {
    status: 403,
    text: (d: { principal: string }) =>
      `the Ocean SDK is the operator's to use, for it runs code at will; "${d.principal}" may not`,
  },
  OCEAN_BRIDGE_MISSING: {
    status: 500,
    text: (d: { from: string }) => `wanted bridges/ocean/server.py above ${d.from}; this copy of the hub came without it`,
  },
  PYTHON_MISSING: {
    status: 503,
    text: (d: { python: string; key: string }) =>
      `wanted a Python to run the Ocean SDK; "${d.python}" cannot be started. Install Python 3.10 or newer, or name one in ${d.key}`,
  },
  PYTHON_TOO_OLD: {
    status: 503,
    text: (d: { python: string; got: string }) =>
      `wanted Python 3.10 or newer for the Ocean SDK; "${d.python}" is ${d.got}. Name a newer one in quantum.python`,
  },
  OCEAN_NOT_INSTALLED: {
    status: 503,
    text: () =>
      "the Ocean SDK is not installed yet; call quantum_ocean_install once, or name a Python that has it in quantum.oceanPython",
  },
  OCEAN_INSTALL_FAILED: {
    status: 502,
    text: (d: { step: string; lines: readonly string[] }) => `${d.step} failed; it ended with:\n${d.lines.join("\n")}`,
  },
  OCEAN_START_FAILED: {
    status: 503,
    text: (d: { python: string; lines: readonly string[] }) =>
      `the Ocean bridge did not start with "${d.python}"; it ended with:\n${d.lines.join("\n")}`,
  },
  OCEAN_ENDED: {
    status: 503,
    text: (d: { lines: readonly string[] }) =>
      `wanted an answer of the Ocean bridge; its process ended before, and what it kept is gone. The next call starts another${d.lines.length === 0 ? "" : `. Its last lines:\n${d.lines.join("\n")}`}`,
  },
  OCEAN_PATH_REFUSED: { status: 403, text: said },
  OCEAN_PATH_UNKNOWN: { status: 404, text: said },
  OCEAN_ARGUMENT_INVALID: { status: 400, text: said },
  OCEAN_HANDLE_UNKNOWN: { status: 404, text: said },
  OCEAN_HANDLES_FULL: { status: 429, text: said },
  OCEAN_RESULT_TOO_LARGE: { status: 413, text: said },
  OCEAN_CALL_FAILED: { status: 502, text: said },
});
