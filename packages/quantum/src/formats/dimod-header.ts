// What dimod's binary files share: a magic word, two version bytes, a length, a JSON header, and sections of four letters, a length
// and data; header and sections are padded with spaces to a multiple of 64 bytes.
import type { Label } from "../models/bqm.ts";
import type { ByteReader } from "./byte-reader.ts";

const grain = 64;
const space = 0x20;

/** The header of a file of version 2.0. */
export function dimodHeader(magic: string, data: Readonly<Record<string, unknown>>): Uint8Array {
  const sorted = Object.fromEntries(Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1)));
  const text = `${asciiJson(sorted)}\n`;
  const start = magic.length + 6;
  const length = padded(start + text.length) - start;
  const bytes = new Uint8Array(start + length).fill(space);
  bytes.set(ascii(magic));
  bytes.set([2, 0], magic.length);
  new DataView(bytes.buffer).setUint32(magic.length + 2, length, true);
  bytes.set(ascii(text), start);
  return bytes;
}

/** Reads the header of a file of version 2. Throws FILE_INVALID. */
export function readDimodHeader(reader: ByteReader, magic: string): Readonly<Record<string, unknown>> {
  if (reader.left < magic.length || reader.text("magic", magic.length) !== magic)
    reader.wrong(`a file that starts with ${magic}`, "another start");
  const major = reader.number("version", "uint8");
  const minor = reader.number("version", "uint8");
  if (major !== 2) reader.wrong("version 2", `${major}.${minor}`);
  const data = reader.json("header", reader.number("header length", "uint32"));
  if (typeof data !== "object" || data === null || Array.isArray(data)) reader.wrong("a JSON object as header", data);
  return data as Record<string, unknown>; // why: any object may be read by field names; each field is checked where it is used
}

/** A section; its length field has 4 bytes, that of QUAD has 8. */
export function section(magic: "INDX" | "OFFS" | "LINB" | "QUAD" | "VARS" | "VTYP", data: Uint8Array): Uint8Array {
  const start = 4 + lengthBytes(magic);
  const bytes = new Uint8Array(padded(start + data.length)).fill(space);
  bytes.set(ascii(magic));
  bytes.fill(0, 4, start);
  new DataView(bytes.buffer).setUint32(4, bytes.length - start, true);
  bytes.set(data, start);
  return bytes;
}

/** Reads a section's data, padding included. Throws FILE_INVALID. */
export function readSection(reader: ByteReader, magic: Parameters<typeof section>[0]): Uint8Array {
  if (reader.left < 4 || reader.text("section", 4) !== magic) reader.wrong(`a section ${magic}`, "something else");
  return reader.take(`section ${magic}`, reader.number("section length", lengthBytes(magic) === 8 ? "uint64" : "uint32"));
}

/** JSON in ASCII: other characters escaped, as Python writes and (for headers) reads it. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The bytes of an ASCII text. */
export function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Labels from a JSON list: strings and numbers as they are, lists (tuples in Python) as their JSON text. Throws FILE_INVALID. */
export function labelsFromJson(reader: ByteReader, json: unknown, size: number): readonly Label[] | undefined {
  if (!Array.isArray(json) || json.length !== size) reader.wrong(`a JSON list of ${size} labels`, json);
  const labels = json.map((label) => labelFromJson(reader, label));
  if (new Set(labels).size !== size) reader.wrong("each label once", labels);
  return labels.every((label, i) => label === i) ? undefined : labels;
}

/** One label from JSON. Throws FILE_INVALID. */
export function labelFromJson(reader: ByteReader, json: unknown): Label {
  if (typeof json === "string" || (typeof json === "number" && Number.isFinite(json))) return json;
  return Array.isArray(json) ? JSON.stringify(json) : reader.wrong("a string, a number or a list as label", json);
}

function lengthBytes(magic: string): 4 | 8 {
  return magic === "QUAD" ? 8 : 4;
}

function padded(length: number): number {
  return Math.ceil(length / grain) * grain;
}
