/**
 * Bodies as JSON, for a peer that has no records. One pass over the bytes bounds nesting and the number of arrays and objects before
 * `JSON.parse` builds anything; the key that would change a prototype is looked for only where its letters, or an escape, occur.
 */
import { PipeEnd } from "../pipe-end.ts";
import { BodyError, forbiddenKey, maxContainers, maxDepth } from "./body-error.ts";

const quote = 0x22;
const backslash = 0x5c;

/** The JSON of a value; undefined has none and is an empty body. Throws `BodyError` for what JSON would silently change. */
export function toJsonBody(value: unknown): Uint8Array {
  let text: string | undefined;
  try {
    text = JSON.stringify(value, keepWhole);
  } catch (thrown) {
    throw thrown instanceof BodyError
      ? thrown
      : new BodyError("plain JSON", thrown instanceof Error ? thrown.message : String(thrown));
  }
  return Buffer.from(text ?? "", "utf8");
}

/** The value of a JSON body. Throws `BodyError`. */
export function fromJsonBody(bytes: Buffer, start: number, end: number): unknown {
  measure(bytes, start, end);
  const text = bytes.toString("utf8", start, end);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BodyError("JSON", "something else");
  }
  if (text.includes(forbiddenKey) || text.includes("\\u")) refuseForbidden(value);
  return value;
}

function measure(bytes: Buffer, start: number, end: number): void {
  let depth = 0;
  let containers = 0;
  let inString = false;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (inString) {
      if (byte === backslash) i += 1;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > maxDepth) throw new BodyError(`at most ${maxDepth} levels of nesting`, "more");
      if (++containers > maxContainers) throw new BodyError(`at most ${maxContainers} arrays and objects in a body`, "more");
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
}

// Depth is bounded by `measure`.
function refuseForbidden(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  if (Object.hasOwn(value, forbiddenKey)) throw new BodyError("keys that cannot change a prototype", forbiddenKey);
  for (const inner of Object.values(value)) refuseForbidden(inner);
}

// Looks at what stood there before its own toJSON, which turns a Buffer into something else.
function keepWhole(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  const original = this[key];
  if (typeof value === "function" || typeof value === "symbol") throw new BodyError("plain JSON", `a ${typeof value}`);
  if (ArrayBuffer.isView(original) || original instanceof ArrayBuffer) throw new BodyError("plain JSON", "binary data");
  if (original instanceof Map || original instanceof Set || original instanceof Error || original instanceof PipeEnd)
    throw new BodyError("plain JSON", `a ${original.constructor.name}`);
  if (key === forbiddenKey) throw new BodyError("keys that cannot change a prototype", key);
  return value;
}
