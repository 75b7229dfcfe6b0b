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
  if (Array.isArray(value) && value.every(isPlain)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(",")}]`;
  if (typeof value === "object") {
    if (isPlainAlready(value)) return JSON.stringify(value);
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${members.join(",")}}`;
  }
  throw new TypeError(`canonical JSON wants a JSON value, got ${typeof value}`);
}

// Most records are flat and were written in order: their canonical form is the plain one, which is encoded natively.
function isPlainAlready(value: object): boolean {
  if ("toJSON" in value) return false;
  let before = "";
  for (const key of Object.keys(value)) {
    if (key <= before) return false;
    before = key;
    const member: unknown = Reflect.get(value, key);
    if (!isPlain(member)) return false;
  }
  return true;
}

function isPlain(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  return typeof value === "string" || typeof value === "boolean" || value === null || value === undefined;
}

/** SHA-256 of text or bytes as lower-case hex. */
export function sha256(data: string | Uint8Array): string {
  return hash("sha256", data, "hex");
}
