// What a problem builder takes, said once: each field knows its JSON Schema (plain data, for tools and forms) and how to read a value
// that nobody has checked yet. Rejected: a schema library; the dozen builders need numbers, texts, lists and objects, no more.
import { QuantumError } from "./errors.ts";

/** One field of an input: its JSON Schema and its reader. */
export interface Field<T> {
  readonly schema: Readonly<Record<string, unknown>>;
  /** What a missing value stands for; absent when the field must be given. */
  readonly otherwise?: { readonly value: T };
  /** The value as T; calls `refuse` with the path, what was wanted and what came. */
  read(value: unknown, path: string, refuse: Refuse): T;
}

/** Ends reading: throws PROBLEM_INVALID with the problem's name. */
export type Refuse = (path: string, wanted: string, got: unknown) => never;

/** What fields read. */
export type Read<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

/** Fields by name. */
export type Fields = Readonly<Record<string, Field<unknown>>>;

/** A finite number within bounds, both included. */
export function number(
  description: string,
  {
    minimum = Number.NEGATIVE_INFINITY,
    maximum = Number.POSITIVE_INFINITY,
    whole = false,
  }: { minimum?: number; maximum?: number; whole?: boolean } = {},
): Field<number> {
  const bounds = { ...(Number.isFinite(minimum) ? { minimum } : {}), ...(Number.isFinite(maximum) ? { maximum } : {}) };
  const range = [
    Number.isFinite(minimum) ? `at least ${minimum}` : "",
    Number.isFinite(maximum) ? `at most ${maximum}` : "",
  ].filter(Boolean);
  const wanted = [whole ? "a whole number" : "a finite number", range.join(" and ")].filter(Boolean).join(", ");
  return {
    schema: { type: whole ? "integer" : "number", description, ...bounds },
    read(value, path, refuse) {
      const fits = typeof value === "number" && Number.isFinite(value) && value >= minimum && value <= maximum;
      return fits && (!whole || Number.isSafeInteger(value)) ? value : refuse(path, wanted, value);
    },
  };
}

/** A non-empty text of at most 200 characters. */
export function text(description: string): Field<string> {
  return {
    schema: { type: "string", description, minLength: 1, maxLength: 200 },
    read: (value, path, refuse) =>
      typeof value === "string" && value.length >= 1 && value.length <= 200
        ? value
        : refuse(path, "a text of 1 to 200 characters", value),
  };
}

/** True or false. */
export function flag(description: string): Field<boolean> {
  return {
    schema: { type: "boolean", description },
    read: (value, path, refuse) => (typeof value === "boolean" ? value : refuse(path, "true or false", value)),
  };
}

/** A list of `minimum` to `maximum` entries. */
export function list<T>(
  description: string,
  of: Field<T>,
  { minimum = 1, maximum = 2000 }: { minimum?: number; maximum?: number } = {},
): Field<readonly T[]> {
  return {
    schema: { type: "array", description, items: of.schema, minItems: minimum, maxItems: maximum },
    read(value, path, refuse) {
      if (!Array.isArray(value) || value.length < minimum || value.length > maximum)
        return refuse(
          path,
          `a list of ${minimum} to ${maximum} entries`,
          Array.isArray(value) ? `${value.length} entries` : value,
        );
      return value.map((entry, i) => of.read(entry, `${path}[${i}]`, refuse));
    },
  };
}

/** A square matrix, rows first. */
export function matrix(
  description: string,
  of: Field<number>,
  { maximum }: { maximum: number },
): Field<readonly (readonly number[])[]> {
  const rows = list(description, list("a row", of, { maximum }), { maximum });
  return {
    schema: rows.schema,
    read(value, path, refuse) {
      const read = rows.read(value, path, refuse);
      for (const [i, row] of read.entries())
        if (row.length !== read.length)
          refuse(`${path}[${i}]`, `${read.length} numbers, the matrix being square`, `${row.length} numbers`);
      return read;
    },
  };
}

/** An object of these fields and no others. */
export function record<F extends Fields>(description: string, fields: F): Field<Read<F>> {
  const required = Object.keys(fields).filter((key) => fields[key]!.otherwise === undefined);
  const properties = Object.fromEntries(Object.entries(fields).map(([key, { schema }]) => [key, schema]));
  return {
    schema: { type: "object", description, properties, required, additionalProperties: false },
    read(value, path, refuse) {
      if (typeof value !== "object" || value === null || Array.isArray(value)) return refuse(path || "input", "an object", value);
      const given = new Map<string, unknown>(Object.entries(value));
      const at = (key: string) => (path === "" ? key : `${path}.${key}`);
      for (const key of given.keys())
        if (!Object.hasOwn(fields, key)) refuse(at(key), `one of ${Object.keys(fields).join(", ")}`, "an unknown field");
      const read: Record<string, unknown> = {};
      for (const [key, field] of Object.entries(fields)) {
        const entry = given.get(key);
        read[key] = entry === undefined && field.otherwise ? field.otherwise.value : field.read(entry, at(key), refuse);
      }
      return read as Read<F>; // why: every field of F was read by its own reader just above
    },
  };
}

/** A field that may be left out. */
export function optional<T, D>(field: Field<T>, otherwise: D): Field<T | D> {
  const { schema } = field;
  const plain = otherwise === undefined ? schema : { ...schema, default: otherwise };
  return { schema: plain, otherwise: { value: otherwise }, read: (value, path, refuse) => field.read(value, path, refuse) };
}

/** Reads a whole input. Throws PROBLEM_INVALID. */
export function readInput<F extends Fields>(problem: string, fields: F, input: unknown): Read<F> {
  return record(problem, fields).read(input, "", refusalOf(problem));
}

/** The refusal of a problem, for what a single field cannot know. */
export function refusalOf(problem: string): Refuse {
  return (field, wanted, got) => {
    throw new QuantumError("PROBLEM_INVALID", { problem, field, wanted, got });
  };
}
