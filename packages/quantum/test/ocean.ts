// D-Wave's own Ocean SDK as a peer: tests that need it name a Python that has it in ENTENTE_OCEAN_PYTHON.
import { spawnSync } from "node:child_process";

const python = process.env.ENTENTE_OCEAN_PYTHON;

/** For `test(name, { skip: skipOcean }, ...)`: why the test is left out, or false. In CI a missing peer is a failure, not a skip. */
export const skipOcean: string | false =
  python === undefined && process.env.CI !== "true" ? "needs a Python with D-Wave's Ocean SDK in ENTENTE_OCEAN_PYTHON" : false;

/** Runs a Python script with `input` as JSON in `given`; returns what it leaves in `result`, as JSON. Bytes travel as base64. */
export function ocean(script: string, input: unknown): unknown {
  if (python === undefined) throw new Error("ENTENTE_OCEAN_PYTHON is not set: it must name a Python that has dimod");
  const program = `import base64, io, json, sys\nimport dimod\ngiven = json.load(sys.stdin)\n${script}\nprint(json.dumps(result))\n`;
  const { status, stdout, stderr } = spawnSync(python, ["-c", program], {
    input: JSON.stringify(input),
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}
