import { PipeError } from "./errors.ts";
import type { Schema, SchemaInput, SchemaOutput } from "./schema.ts";

/**
 * One method of an interface. `ordinal` is its name on the wire: never reuse one and never change one, rename freely.
 * `call` answers once, `stream` answers with any number of items. Without `input` it takes nothing; without `output` it gives nothing.
 * `since` is the interface version that added it (for people and for `queryVersion`).
 */
export interface Method {
  readonly ordinal: number;
  readonly kind: "call" | "stream";
  readonly since?: number;
  readonly input?: Schema;
  readonly output?: Schema;
}

/** Methods by the name that programs use. */
export type Methods = Readonly<Record<string, Method>>;

/** A typed interface as a value. `id` tells interfaces that share one pipe apart (they share its order too); 0 is the main one. */
export interface Interface<M extends Methods = Methods> {
  readonly name: string;
  readonly version: number;
  readonly id: number;
  readonly methods: M;
}

type In<M extends Method, Side extends "give" | "take"> = M extends { readonly input: infer S }
  ? Side extends "give"
    ? SchemaInput<S>
    : SchemaOutput<S>
  : undefined;
type Out<M extends Method, Side extends "give" | "take"> = M extends { readonly output: infer S }
  ? Side extends "give"
    ? SchemaInput<S>
    : SchemaOutput<S>
  : // biome-ignore lint/suspicious/noConfusingVoidType: a handler without output may return nothing, as any function
    void;

/** What a caller gives a method. */
export type CallerInput<M extends Method> = In<M, "give">;
/** What a handler is given: the schema's output. */
export type HandlerInput<M extends Method> = In<M, "take">;
/** What a handler gives back. */
export type HandlerOutput<M extends Method> = Out<M, "give">;
/** What a caller gets: the schema's output. */
export type CallerOutput<M extends Method> = Out<M, "take">;

/** Ordinals from here up belong to the pipe itself (Mojo keeps its control messages up there too). */
export const firstReservedOrdinal = 0xffff_fff0;

/**
 * Declares an interface. Throws `INTERFACE_INVALID` for an ordinal that is used twice, out of range or reserved.
 *
 *     const solver = defineInterface({ name: "solver", version: 1, methods: { solve: { ordinal: 1, kind: "call", input: problem } } });
 */
export function defineInterface<const M extends Methods>(declared: {
  readonly name: string;
  readonly version: number;
  readonly id?: number;
  readonly methods: M;
}): Interface<M> {
  const { name, version, id = 0, methods } = declared;
  const refuse = (wanted: string, got: unknown) => new PipeError("INTERFACE_INVALID", { interface: name, wanted, got });
  if (!isUint32(version) || version === 0) throw refuse("a version from 1 up", version);
  if (!isUint32(id)) throw refuse("an id that fits 32 bits", id);
  const seen = new Map<number, string>();
  for (const [key, method] of Object.entries(methods)) {
    const { ordinal, since = 1 } = method;
    if (key === "then") throw refuse('a method name other than "then", which would make the client look like a promise', key);
    if (!isUint32(ordinal) || ordinal >= firstReservedOrdinal) throw refuse(`an ordinal below 0xfffffff0 for ${key}`, ordinal);
    if (!isUint32(since) || since > version) throw refuse(`a "since" from 1 to ${version} for ${key}`, since);
    const other = seen.get(ordinal);
    if (other !== undefined) throw refuse(`one method for ordinal ${ordinal}`, [other, key]);
    seen.set(ordinal, key);
  }
  return { name, version, id, methods };
}

function isUint32(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff;
}
