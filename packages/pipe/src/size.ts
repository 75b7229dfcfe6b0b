/**
 * The bytes of a body where they are known without walking it: text, binary data, and those one level down in an array or object
 * (at most 32 of them). Text counts one byte a character. Everything else counts 0: it is bounded by the count of messages, and a
 * binding that writes bytes knows the true size.
 */
export function sizeOf(body: unknown): number {
  if (typeof body !== "object" || body === null) return typeof body === "string" ? body.length : 0;
  if (ArrayBuffer.isView(body) || body instanceof ArrayBuffer) return body.byteLength;
  let size = 0;
  let looked = 0;
  for (const value of Array.isArray(body) ? body : Object.values(body)) {
    if (++looked > 32) break;
    if (typeof value === "string") size += value.length;
    else if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) size += value.byteLength;
  }
  return size;
}
