// The safetensors file format (huggingface.co/docs/safetensors): eight bytes of header length, a JSON header that says
// where each tensor lies, then the data, little-endian. We write float32 and read float32, float16 and bfloat16.
import { open, readFile } from "node:fs/promises";
import { elementCount, type Parameters, type Weights } from "../decoder/parameters.ts";
import { LearningError } from "../errors.ts";

const headerLimitBytes = 100 * 2 ** 20;

/** Writes tensors in their order and flushes them to the disk. */
export async function writeSafetensors(
  file: string,
  tensors: Parameters,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const header: Record<string, unknown> = { __metadata__: { format: "pt", ...metadata } };
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  // Padded with spaces to eight bytes, as the format asks, so that data is aligned for a map of the file.
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, " ")]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  await using handle = await open(file, "w", 0o600);
  const parts = [
    length,
    padded,
    ...[...tensors.values()].map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
  for (const part of parts) await handle.writeFile(part);
  await handle.sync();
}

/** Reads every tensor as float32; throws SAFETENSORS_INVALID. */
export async function readSafetensors(file: string): Promise<Map<string, Weights>> {
  const fail = (problem: string): never => {
    throw new LearningError("SAFETENSORS_INVALID", { file, problem });
  };
  const bytes = await readFile(file);
  if (bytes.length < 8) return fail(`wanted at least 8 bytes; got ${bytes.length}`);
  const headerLength = Number(bytes.readBigUInt64LE(0));
  if (headerLength > headerLimitBytes || 8 + headerLength > bytes.length) {
    return fail(`the header claims ${headerLength} bytes of a file of ${bytes.length}`);
  }
  const header = parseHeader(bytes.toString("utf8", 8, 8 + headerLength), fail);
  const tensors = new Map<string, Weights>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const { dtype, shape, begin, end } = parseEntry(name, entry, fail);
    if (end < begin || 8 + headerLength + end > bytes.length) return fail(`${name} lies outside the file`);
    const data =
      toFloat32(bytes.subarray(8 + headerLength + begin, 8 + headerLength + end), dtype) ?? fail(`${name} is ${dtype}`);
    if (data.length !== elementCount(shape)) return fail(`${name} holds ${data.length} elements; its shape is [${shape}]`);
    tensors.set(name, { shape, data });
  }
  return tensors;
}

function parseHeader(text: string, fail: (problem: string) => never): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === "object" && json !== null && !Array.isArray(json)) return { ...json };
  } catch {
    // Falls through to the same answer as JSON of another kind.
  }
  return fail("the header is not a JSON object");
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function parseEntry(name: string, entry: unknown, fail: (problem: string) => never): Entry {
  const isSizes = (value: unknown): value is number[] =>
    Array.isArray(value) && value.every((n) => typeof n === "number" && Number.isSafeInteger(n) && n >= 0);
  if (typeof entry !== "object" || entry === null) return fail(`${name} has no entry`);
  const { dtype, shape, data_offsets: offsets } = entry as Record<string, unknown>; // an object; every field is checked below
  if (typeof dtype !== "string" || !isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) {
    return fail(`${name} wants dtype, shape and two data_offsets`);
  }
  return { dtype, shape, begin: offsets[0]!, end: offsets[1]! };
}

function toFloat32(bytes: Buffer, dtype: string): Float32Array | undefined {
  // A copy: the view may lie at an odd address, and the caller will write to it.
  const aligned = new Uint8Array(bytes).buffer;
  if (dtype === "F32" && bytes.length % 4 === 0) return new Float32Array(aligned);
  if (dtype === "F16" && bytes.length % 2 === 0) return Float32Array.from(new Float16Array(aligned));
  if (dtype === "BF16" && bytes.length % 2 === 0) {
    const wide = Uint32Array.from(new Uint16Array(aligned), (half) => half << 16);
    return new Float32Array(wide.buffer);
  }
  return undefined;
}
