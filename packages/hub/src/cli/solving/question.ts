// What `entente solve` asks the hub: a file becomes the input of quantum_solve, or with --problem the input of that problem's own tool.
import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { buffer } from "node:stream/consumers";
import { problemNames } from "@entente/quantum";
import { nearest } from "../../base/nearest.ts";
import { cliErrors, numberFrom } from "../errors.ts";

/** The command's options, as they were written. */
export interface SolveFlags {
  readonly format?: string;
  readonly problem?: string;
  readonly solver: string;
  readonly seconds?: string;
  readonly seed: string;
  readonly reads?: string;
  readonly sweeps?: string;
  readonly threads?: string;
  readonly target?: string;
  readonly samples?: string;
  readonly resolution?: string;
  readonly output?: string;
}

/** A tool and its input, and how the file counts its variables. */
export interface Question {
  readonly tool: string;
  readonly input: object;
  /** The file's format, or the problem's name. */
  readonly format: string;
}

const texts = ["qubo", "q", "ising", "mc", "lp"];
const files = ["bqm", "cqm"];
const numbers = ["seconds", "seed", "reads", "sweeps", "threads", "target", "samples", "resolution"] as const;
const ofProblems = new Set<string>(["seconds", "seed", "reads", "sweeps", "threads"]);

/** Reads a file, or stdin for `-`, and says what to ask. Throws ARGUMENT_INVALID. */
export async function questionFor(file: string, flags: SolveFlags): Promise<Question> {
  const options: Record<string, unknown> = { solver: flags.solver };
  for (const name of numbers) {
    const raw = flags[name];
    if (raw !== undefined) options[name] = numberFrom(`--${name}`, raw);
  }
  if (flags.problem !== undefined) return problemQuestion(file, flags.problem, options);
  const format = flags.format ?? extname(file).slice(1);
  if (![...texts, ...files].includes(format))
    throw cliErrors.ARGUMENT_INVALID({
      argument: "--format",
      wanted: `${[...texts, ...files].slice(0, -1).join(", ")} or cqm${flags.format === undefined ? ", since the file's name does not tell" : ""}`,
      got: JSON.stringify(flags.format ?? file),
    });
  const content = await contentOf(file);
  const problem = files.includes(format) ? { file: content.toString("base64") } : { text: content.toString("utf8"), format };
  return { tool: "quantum_solve", input: { ...problem, ...options }, format };
}

async function problemQuestion(file: string, name: string, options: Readonly<Record<string, unknown>>): Promise<Question> {
  const known = problemNames();
  if (!known.includes(name)) {
    const near = nearest(name, [...known]);
    throw cliErrors.ARGUMENT_INVALID({
      argument: "--problem",
      wanted: `one of ${known.join(", ")}`,
      got: `${JSON.stringify(name)}${near ? ` (did you mean ${near}?)` : ""}`,
    });
  }
  const unfit = numbers.find((option) => options[option] !== undefined && !ofProblems.has(option));
  if (unfit) throw cliErrors.ARGUMENT_INVALID({ argument: `--${unfit}`, wanted: "a model's file, not --problem", got: name });
  const input: unknown = parsed(file, (await contentOf(file)).toString("utf8"));
  return { tool: `quantum_problem_${name.replaceAll("-", "_")}`, input: { ...Object(input), options }, format: name };
}

function parsed(file: string, content: string): object {
  const wanted = "a JSON object";
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (cause) {
    throw cliErrors.ARGUMENT_INVALID({ argument: file, wanted, got: messageOf(cause) }, { cause });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw cliErrors.ARGUMENT_INVALID({ argument: file, wanted, got: Array.isArray(value) ? "an array" : typeof value });
}

async function contentOf(file: string): Promise<Buffer> {
  if (file === "-") return buffer(process.stdin);
  try {
    return readFileSync(file);
  } catch (cause) {
    throw cliErrors.ARGUMENT_INVALID({ argument: "<file>", wanted: "a file to read", got: messageOf(cause) }, { cause });
  }
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
