import { writeFileSync } from "node:fs";
import { extname } from "node:path";
import { cliErrors } from "../errors.ts";
import type { Solved } from "./answer.ts";
import { namesOf } from "./names.ts";

/** Writes the whole answer to a .json file, or the best sample as lines `variable value`, in the file's own names, to any other. Throws ARGUMENT_INVALID. */
export function writeAnswer(
  file: string,
  result: Readonly<Record<string, unknown>>,
  model: { readonly found: Solved; readonly format: string } | undefined,
): void {
  const text =
    extname(file) === ".json" || !model ? `${JSON.stringify(result, null, 2)}\n` : sampleText(model.found, model.format);
  try {
    writeFileSync(file, text);
  } catch (cause) {
    const got = cause instanceof Error ? cause.message : String(cause);
    throw cliErrors.ARGUMENT_INVALID({ argument: "--output", wanted: "a file to write", got }, { cause });
  }
}

function sampleText(found: Solved, format: string): string {
  const { sample, bits, vartype } = found;
  const values = sample ? Object.values(sample) : [...(bits ?? "")].map((bit) => (bit === "+" ? 1 : vartype === "SPIN" ? -1 : 0));
  return namesOf(found, format)
    .map((name, i) => `${name} ${values[i]}\n`)
    .join("");
}
