import { hash } from "node:crypto";

/** Anything that survives JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/**
 * Canonical JSON after RFC 8785 for the values we sign and chain: keys sorted by UTF-16 code units, no spaces,
 * ECMAScript number form, `undefined` members left out. Throws on a number that JSON cannot hold.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`canonical JSON wants a finite number, got ${value}`);
    return JSON.stringify(value);
  }
  if (typeof value !== "object") throw new TypeError(`canonical JSON wants a JSON value, got ${typeof value}`);
  // Most of what we keep was written in order, and long lists hold numbers: their canonical form is the plain one, which is encoded natively.
  if (isCanonicalAlready(value, mostDepth)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(",")}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}

// What lies deeper is looked at when it is reached, so that deep nesting is not looked through at every level.
const mostDepth = 4;

function isCanonicalAlready(value: unknown, depth: number): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value === "string" || typeof value === "boolean" || value === null || value === undefined) return true;
  if (typeof value !== "object" || depth === 0) return false;
  if (Array.isArray(value)) {
    for (const item of value) if (!isCanonicalAlready(item, depth - 1)) return false;
    return true;
  }
  if ("toJSON" in value) return false;
  let before = "";
  for (const key of Object.keys(value)) {
    if (key <= before || !isCanonicalAlready(Reflect.get(value, key), depth - 1)) return false;
    before = key;
  }
  return true;
}

/** SHA-256 of text or bytes as lower-case hex. */
export function sha256(data: string | Uint8Array): string {
  return hash("sha256", data, "hex");
}
