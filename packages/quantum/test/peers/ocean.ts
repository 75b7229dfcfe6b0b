import { spawn } from "node:child_process";

/** The Python with D-Wave's own libraries: ENTENTE_OCEAN_PYTHON. */
export const oceanPython = process.env.ENTENTE_OCEAN_PYTHON;

/** For `test(name, needsOcean, ...)`: skipped by name without it, except in CI, where it is then missing and the test fails. */
export const needsOcean: { readonly skip: string | false } = {
  skip:
    oceanPython === undefined && process.env.CI !== "true"
      ? "ENTENTE_OCEAN_PYTHON names no Python with D-Wave's Ocean libraries"
      : false,
};

/** Runs a Python program, its arguments as JSON in argv[1], and gives what it printed as JSON. */
export async function runOcean(program: string, input: unknown): Promise<unknown> {
  if (oceanPython === undefined) throw new Error("ENTENTE_OCEAN_PYTHON is not set");
  const env = { ...process.env, DWAVE_CONFIG_FILE: "", PYTHONWARNINGS: "ignore" };
  const child = spawn(oceanPython, ["-c", program, JSON.stringify(input)], { stdio: ["ignore", "pipe", "pipe"], env });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`Python ended with ${code}:\n${Buffer.concat(err).toString().slice(-3000)}`);
  return JSON.parse(Buffer.concat(out).toString());
}
