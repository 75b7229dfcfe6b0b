import { QuantumError } from "../errors.ts";

/** Doubles as base64 of their little-endian bytes. */
export function base64FromDoubles(values: Float64Array): string {
  const bytes = Buffer.alloc(values.length * 8);
  for (const [i, value] of values.entries()) bytes.writeDoubleLE(value, i * 8);
  return bytes.toString("base64");
}

/** Little-endian doubles. Throws LEAP_ANSWER_INVALID. */
export function doublesFromBase64(field: string, text: unknown): Float64Array {
  const bytes = bytesFromBase64(field, text, 8);
  return Float64Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(i * 8));
}

/** Little-endian 32-bit integers. Throws LEAP_ANSWER_INVALID. */
export function intsFromBase64(field: string, text: unknown): Int32Array {
  const bytes = bytesFromBase64(field, text, 4);
  return Int32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readInt32LE(i * 4));
}

/** Bytes, a whole number of items of `unit` bytes. Throws LEAP_ANSWER_INVALID. */
export function bytesFromBase64(field: string, text: unknown, unit = 1): Buffer {
  if (typeof text !== "string" || !/^[A-Za-z0-9+/\r\n]*={0,2}\s*$/.test(text))
    throw new QuantumError("LEAP_ANSWER_INVALID", { field, wanted: "base64", got: text });
  const bytes = Buffer.from(text, "base64");
  if (bytes.length % unit !== 0)
    throw new QuantumError("LEAP_ANSWER_INVALID", { field, wanted: `a multiple of ${unit} bytes`, got: bytes.length });
  return bytes;
}
