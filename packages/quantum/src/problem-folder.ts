// Problem builders load by name from their folder, as samplers do.
import { readdirSync } from "node:fs";
import { extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { QuantumError } from "./errors.ts";
import type { ProblemBuilder } from "./problem-builder.ts";

const folder = join(import.meta.dirname, "problem-builders");
const extension = extname(import.meta.filename); // .ts from source, .js when published

/** The names of the problem builders that come with this package. */
export function problemNames(): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(extension) && !file.endsWith(".d.ts"))
    .map((file) => file.slice(0, -extension.length))
    .sort();
}

/** Loads a problem builder by name. Throws PROBLEM_UNKNOWN. */
export async function loadProblem(name: string): Promise<ProblemBuilder> {
  const known = problemNames();
  if (!known.includes(name)) throw new QuantumError("PROBLEM_UNKNOWN", { name, known });
  const module: { default: ProblemBuilder } = await import(pathToFileURL(join(folder, name + extension)).href);
  return module.default;
}

/** All problem builders. */
export function problemBuilders(): Promise<readonly ProblemBuilder[]> {
  return Promise.all(problemNames().map(loadProblem));
}
