// Samplers load by name from their folder, one dynamic import each: importing the package loads none of them, and adding one edits
// no list.
import { readdirSync } from "node:fs";
import { extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { QuantumError } from "./errors.ts";
import type { Sampler } from "./sampler.ts";

const folder = join(import.meta.dirname, "samplers");
const extension = extname(import.meta.filename); // .ts from source, .js when published

/** The names of the samplers that come with this package. */
export function samplerNames(): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(extension) && !file.endsWith(".d.ts"))
    .map((file) => file.slice(0, -extension.length))
    .sort();
}

let names: readonly string[] | undefined; // a solve of a small model should not read a folder
const loaded = new Map<string, Sampler>(); // nor resolve a path

/** Loads a sampler by name. Throws SAMPLER_UNKNOWN. */
export async function loadSampler(name: string): Promise<Sampler> {
  const before = loaded.get(name);
  if (before) return before;
  names ??= samplerNames();
  const known = names;
  if (!known.includes(name)) throw new QuantumError("SAMPLER_UNKNOWN", { name, known });
  const module: { default: Sampler } = await import(pathToFileURL(join(folder, name + extension)).href);
  loaded.set(name, module.default);
  return module.default;
}
