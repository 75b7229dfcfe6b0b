// D-Wave's own Ocean SDK as a peer: ENTENTE_OCEAN_PYTHON names a Python that has it.
import { spawn, spawnSync } from "node:child_process";

const python = process.env.ENTENTE_OCEAN_PYTHON;

/** For `test(name, needsOcean, ...)`: without the peer the test is skipped by name; in CI a missing peer is a failure. */
export const needsOcean: { readonly skip: string | false } = {
  skip:
    python === undefined && process.env.CI !== "true" ? "ENTENTE_OCEAN_PYTHON names no Python with D-Wave's Ocean SDK" : false,
};

/** Runs a Python script with `input` as JSON in `given`; returns what it leaves in `result`, as JSON. */
export function ocean(script: string, input: unknown = null): unknown {
  const program = `import base64, io, json, sys\nimport dimod\ngiven = json.load(sys.stdin)\n${script}\nprint(json.dumps(result))\n`;
  const { status, stdout, stderr, error } = spawnSync(found(), ["-c", program], {
    input: JSON.stringify(input),
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`the peer failed: ${stderr}`, { cause: error });
  return JSON.parse(stdout);
}

/** Runs a Python program beside this one, its input as JSON in argv[1], and gives what it printed as JSON. */
export async function runOcean(program: string, input: unknown): Promise<unknown> {
  const env = { ...process.env, DWAVE_CONFIG_FILE: "", PYTHONWARNINGS: "ignore" };
  const child = spawn(found(), ["-c", program, JSON.stringify(input)], { stdio: ["ignore", "pipe", "pipe"], env });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`the peer ended with ${code}:\n${Buffer.concat(err).toString().slice(-3000)}`);
  return JSON.parse(Buffer.concat(out).toString());
}

function found(): string {
  if (python === undefined) throw new Error("wanted ENTENTE_OCEAN_PYTHON, the path of a Python with the Ocean SDK");
  return python;
}
