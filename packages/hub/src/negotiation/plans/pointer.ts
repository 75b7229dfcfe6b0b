import type { Json } from "../../base/json.ts";

/** Whether a text is a JSON Pointer (RFC 6901): empty, or `/` before each name, `~0` for `~` and `~1` for `/`. */
export function isPointer(text: string): boolean {
  return /^(\/([^~/]|~[01])*)*$/.test(text);
}

/** The value that a JSON Pointer leads to; undefined where there is none. */
export function valueAt(value: Json, pointer: string): Json | undefined {
  let at: Json | undefined = value;
  for (const step of pointer.split("/").slice(1)) {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof at !== "object" || at === null) return undefined;
    if (isList(at)) at = /^(0|[1-9]\d*)$/.test(name) ? at[Number(name)] : undefined;
    else at = Object.hasOwn(at, name) ? at[name] : undefined;
  }
  return at;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
