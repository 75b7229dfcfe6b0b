import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { sha256 } from "../../base/json.ts";
import { decodeText } from "./text.ts";
import { type Found, reasonOf, type SkipReason } from "./walk.ts";

/** A file as text with the SHA-256 and size of its bytes, or why it is none. */
export type ReadFile =
  | { readonly ok: true; readonly text: string; readonly hash: string; readonly size: number }
  | { readonly ok: false; readonly reason: SkipReason };

/** Reads a file found by the walk. What cannot be read is said, not thrown. */
export function readText(found: Found, maxFileBytes: number): ReadFile {
  if (found.size > maxFileBytes) return { ok: false, reason: "too large" };
  let bytes: Buffer;
  try {
    bytes = readWhole(found.file, maxFileBytes);
  } catch (error) {
    return { ok: false, reason: reasonOf(error) };
  }
  const decoded = decodeText(bytes);
  return decoded.ok ? { ok: true, text: decoded.text, hash: sha256(bytes), size: bytes.length } : decoded;
}

// One open file from first to last byte: one replaced meanwhile is read whole in its old form, one that shrinks as far as it goes.
function readWhole(file: Buffer, limit: number): Buffer {
  const fd = openSync(file, "r");
  try {
    const bytes = Buffer.allocUnsafe(Math.min(fstatSync(fd).size, limit));
    let length = 0;
    for (;;) {
      const read = readSync(fd, bytes, length, bytes.length - length, null);
      length += read;
      if (read === 0 || length === bytes.length) return bytes.subarray(0, length);
    }
  } finally {
    closeSync(fd);
  }
}
