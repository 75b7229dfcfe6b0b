/**
 * A schema is anything that can check a value: a Standard Schema (https://standardschema.dev, version 1: zod, valibot, arktype)
 * or an object with `parse(value)` that returns the value or throws. This package depends on no schema library.
 */

/** The part of Standard Schema v1 that a pipe reads. */
export interface StandardSchema<I = unknown, O = I> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<O> | Promise<StandardResult<O>>;
    readonly types?: { readonly input: I; readonly output: O } | undefined;
  };
}

/** What a Standard Schema answers: a value, or issues. */
export type StandardResult<O> =
  | { readonly value: O; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string; readonly path?: readonly unknown[] | undefined }[] };

/** A schema that only parses. */
export interface ParseSchema<O> {
  readonly parse: (value: unknown) => O;
}

/** Anything a method may name as `input` or `output`. */
export type Schema<I = unknown, O = I> = StandardSchema<I, O> | ParseSchema<O>;

/** What may be given to a schema. */
export type SchemaInput<S> = S extends StandardSchema<infer I, unknown> ? I : S extends ParseSchema<infer O> ? O : never;

/** What a schema gives back. */
export type SchemaOutput<S> = S extends StandardSchema<infer _I, infer O> ? O : S extends ParseSchema<infer O> ? O : never;

/** A checked value, or what was wrong with it in one line. */
export type Checked = { readonly value: unknown } | { readonly issues: string };

/**
 * A schema that checks nothing and only carries a type, for pipes whose two ends are the same program.
 *
 *     const shard = unchecked<{ tokens: Uint32Array }>();
 */
export function unchecked<T>(): StandardSchema<T> {
  return { "~standard": { version: 1, vendor: "entente", validate: (value) => ({ value: value as T }) } }; // why: its whole point
}

/** Runs a schema; synchronous schemas answer synchronously. Never throws and never rejects. */
export function check(schema: Schema, value: unknown): Checked | Promise<Checked> {
  try {
    if (!("~standard" in schema)) return { value: schema.parse(value) };
    const result = schema["~standard"].validate(value);
    return result instanceof Promise ? result.then(fromStandard, fromThrown) : fromStandard(result);
  } catch (thrown) {
    return fromThrown(thrown);
  }
}

function fromStandard(result: StandardResult<unknown>): Checked {
  if (result.issues === undefined) return { value: result.value };
  const lines = result.issues
    .slice(0, 5)
    .map((issue) => `${(issue.path ?? []).map(segment).join(".") || "value"}: ${issue.message}`);
  return { issues: lines.join("; ") || "an unnamed issue" };
}

function fromThrown(thrown: unknown): Checked {
  return { issues: thrown instanceof Error ? thrown.message : String(thrown) };
}

// Standard Schema allows a path segment to be a key or an object holding one.
function segment(part: unknown): string {
  return typeof part === "object" && part !== null && "key" in part ? String(part.key) : String(part);
}
