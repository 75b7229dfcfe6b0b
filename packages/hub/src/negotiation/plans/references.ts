/**
 * References in a job to results of earlier tasks: `{"$from": "TASK", "path": "/a/b"}` stands for the value at that JSON Pointer in what
 * the task delivered; without `path` for all of it. A task with one winner delivered its output, one with more a list of theirs.
 */
import type { Json } from "../../base/json.ts";
import { negotiationErrors } from "../errors.ts";
import { isPointer, valueAt } from "./pointer.ts";

interface Reference {
  readonly from: string;
  readonly path: string;
}

const deepest = 64;

/** The tasks that a job refers to. Throws PLAN_INVALID for what looks like a reference and is none. */
export function referencesOf(task: string, job: Json): readonly string[] {
  const found = new Set<string>();
  replaced(job, `task "${task}": job`, ({ from }) => {
    found.add(from);
    return null;
  });
  return [...found];
}

/** The job with every reference replaced by its value. Throws PLAN_REFERENCE where a result has none. */
export function withResults(
  task: string,
  job: { readonly [key: string]: Json | undefined },
  resultOf: (task: string) => Json | undefined,
): { readonly [key: string]: Json | undefined } {
  const made = replaced(job, `task "${task}": job`, ({ from, path }) => {
    const result = resultOf(from);
    const value = result === undefined ? undefined : valueAt(result, path);
    if (value === undefined) {
      const problem = result === undefined ? "it has none" : `got ${shown(result)}`;
      throw negotiationErrors.PLAN_REFERENCE({ task: from, path, problem });
    }
    return value;
  });
  if (isObject(made)) return made;
  const whole = JSON.parse(JSON.stringify(job));
  throw negotiationErrors.PLAN_REFERENCE({
    task: String(whole.$from),
    path: String(whole.path ?? ""),
    problem: `as the whole job of "${task}" it must be an object; got ${shown(made)}`,
  });
}

function replaced(value: Json | undefined, place: string, by: (reference: Reference) => Json, depth = 0): Json {
  if (typeof value !== "object" || value === null) return value ?? null;
  if (depth > deepest)
    throw negotiationErrors.PLAN_INVALID({ problem: `${place}: wanted at most ${deepest} levels of objects and lists` });
  if (Array.isArray(value)) return value.map((item, at) => replaced(item, `${place}/${at}`, by, depth + 1));
  if (Object.hasOwn(value, "$from")) return by(referenceFrom(value, place));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, replaced(item, `${place}/${name}`, by, depth + 1)]),
  );
}

function referenceFrom(value: object, place: string): Reference {
  const { $from: from, path = "", ...others }: { $from?: unknown; path?: unknown } = { ...value };
  if (typeof from === "string" && typeof path === "string" && isPointer(path) && Object.keys(others).length === 0)
    return { from, path };
  throw negotiationErrors.PLAN_INVALID({
    problem: `${place}: wanted {"$from": a task's id, "path": a JSON Pointer like "/a/b", or no path}; got ${shown(value)}`,
  });
}

function isObject(value: Json): value is { readonly [key: string]: Json | undefined } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
