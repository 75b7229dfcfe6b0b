// D-Wave's own Ocean packages, run in Python as the peer: ENTENTE_OCEAN_PYTHON names a python that has them.
import { spawnSync } from "node:child_process";

const python = process.env.ENTENTE_OCEAN_PYTHON;

/** For `test(name, needsOcean, ...)`: skips by name without the peer, except in CI, where its absence is a failure. */
export const needsOcean: { readonly skip?: string } =
  python !== undefined || process.env.CI === "true" ? {} : { skip: "ENTENTE_OCEAN_PYTHON is not set" };

/** Runs a script with `given` as the variable of that name and gives what it puts into `answer`; both cross as JSON. */
export function askOcean(script: string, given: unknown = null): unknown {
  if (python === undefined) throw new Error("wanted ENTENTE_OCEAN_PYTHON, the path of a python with the Ocean packages");
  const code = `import json, sys\ngiven = json.load(sys.stdin)\n${script}\njson.dump(answer, sys.stdout)\n`;
  const run = spawnSync(python, ["-c", code], { input: JSON.stringify(given), encoding: "utf8", maxBuffer: 2 ** 28 });
  if (run.status !== 0) throw new Error(`the peer failed: ${run.stderr}`, { cause: run.error });
  return JSON.parse(run.stdout);
}
