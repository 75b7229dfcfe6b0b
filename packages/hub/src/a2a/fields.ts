/**
 * Reading ProtoJSON objects strictly: every value has the type that a2a.proto gives it or the error names the field, what was
 * wanted and what came. A member may be spelled in camelCase or as in the .proto file; null means absent; members that the
 * protocol does not know are left out, as protobuf readers do.
 */
import type { Json } from "../base/json.ts";
import { a2aErrors } from "./errors.ts";
import type { JsonObject } from "./protocol.ts";

// protobuf's own readers stop at this depth too.
const deepest = 100;

/** An object being read. `path` is its place in the request; empty for the request itself. */
export interface Fields {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** The object at a place. */
export function fieldsOf(value: unknown, path: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw wanted(path || "the parameters", "an object", value);
  return { path, values: value as Record<string, unknown> }; // why: an object that is no array
}

/** A member as it came; undefined when absent. */
export function member(fields: Fields, name: string): unknown {
  return fields.values[name] ?? fields.values[snakeCase(name)] ?? undefined;
}

/** A text; undefined when absent. */
export function text(fields: Fields, name: string): string | undefined {
  const value = member(fields, name);
  if (value === undefined || typeof value === "string") return value;
  throw wanted(at(fields, name), "a string", value);
}

/** A text that must be there and say something. */
export function requiredText(fields: Fields, name: string): string {
  const value = text(fields, name);
  if (value === undefined || value.trim() === "") throw wanted(at(fields, name), "a string that is not empty", value);
  return value;
}

/** true or false; undefined when absent. */
export function flag(fields: Fields, name: string): boolean | undefined {
  const value = member(fields, name);
  if (value === undefined || typeof value === "boolean") return value;
  throw wanted(at(fields, name), "true or false", value);
}

/** A whole number in a range, as a number or its text (ProtoJSON allows both); undefined when absent. */
export function whole(fields: Fields, name: string, least: number, most: number): number | undefined {
  const value = member(fields, name);
  if (value === undefined) return undefined;
  const number = typeof value === "string" && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof number === "number" && Number.isInteger(number) && number >= least && number <= most) return number;
  throw wanted(at(fields, name), `a whole number from ${least} to ${most}`, value);
}

/** One of some names, or its number in the protocol (`names[0]` is 1; 0 means unspecified); undefined when absent. */
export function oneOf<T extends string>(fields: Fields, name: string, names: readonly T[]): T | undefined {
  const value = member(fields, name);
  if (value === undefined || value === 0 || (typeof value === "string" && value.endsWith("_UNSPECIFIED"))) return undefined;
  const found = typeof value === "number" ? names[value - 1] : names.find((known) => known === value);
  if (found === undefined) throw wanted(at(fields, name), `one of ${names.join(", ")}`, value);
  return found;
}

/** A list, each item read by `read`; undefined when absent. */
export function listOf<T>(fields: Fields, name: string, read: (value: unknown, path: string) => T): readonly T[] | undefined {
  const value = member(fields, name);
  if (value === undefined) return undefined;
  const path = at(fields, name);
  if (!Array.isArray(value)) throw wanted(path, "a list", value);
  return value.map((item, index) => read(item, `${path}[${index}]`));
}

/** A list of texts; undefined when absent. */
export function texts(fields: Fields, name: string): readonly string[] | undefined {
  return listOf(fields, name, (item, path) => {
    if (typeof item === "string") return item;
    throw wanted(path, "a string", item);
  });
}

/** A free-form object; undefined when absent. */
export function freeObject(fields: Fields, name: string): JsonObject | undefined {
  const value = member(fields, name);
  if (value === undefined) return undefined;
  const path = at(fields, name);
  return freeJson(fieldsOf(value, path).values, path) as JsonObject; // why: checked to be an object
}

/** Any JSON value that is not nested too deep. What came by a pipe may be more than JSON: dates, bytes, bigints, the ends of pipes. */
export function freeJson(value: unknown, path: string): Json {
  let depth = 0;
  for (let level: unknown[] = [value]; level.length > 0; depth++) {
    const next: unknown[] = [];
    for (const item of level) {
      if (!isJson(item)) throw wanted(path, "JSON", item);
      if (Array.isArray(item)) for (const inner of item) next.push(inner);
      else if (typeof item === "object" && item !== null) for (const inner of Object.values(item)) next.push(inner);
    }
    if (next.length > 0 && depth >= deepest)
      throw a2aErrors.REQUEST_MALFORMED({ problem: `${path}: wanted at most ${deepest} levels, got more` });
    level = next;
  }
  return value as Json; // why: each value in it was looked at above
}

/** The place of a member. */
export function at(fields: Fields, name: string): string {
  return fields.path === "" ? name : `${fields.path}.${name}`;
}

/** REQUEST_MALFORMED: what was wanted at a place, and what came. */
export function wanted(path: string, what: string, got: unknown): Error {
  const came =
    got === undefined ? "nothing" : typeof got === "bigint" ? "a bigint" : (JSON.stringify(got)?.slice(0, 80) ?? typeof got);
  return a2aErrors.REQUEST_MALFORMED({ problem: `${path}: wanted ${what}, got ${came}` });
}

// One value, not what it holds.
function isJson(value: unknown): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value);
    case "object": {
      if (value === null || Array.isArray(value)) return true;
      const prototype: unknown = Object.getPrototypeOf(value);
      return prototype === Object.prototype || prototype === null;
    }
    default:
      return false;
  }
}

const snakeNames = new Map<string, string>();
function snakeCase(name: string): string {
  let snake = snakeNames.get(name);
  if (snake === undefined) {
    snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    snakeNames.set(name, snake);
  }
  return snake;
}
