// dimod's file of a binary quadratic model, version 2.0: header, offset, per variable (start of its neighbourhood, linear bias), then
// every neighbourhood (neighbour, bias), so that each coupling stands in the file twice, and the labels if they are not 0..n-1.
import { QuantumError } from "../errors.ts";
import { type Bqm, bqmFromPairs, labelOf } from "../models/bqm.ts";
import type { BinaryFormat, BinaryLimits } from "./binary-format.ts";
import { ByteReader, isNumberType, type NumberType, sizeOf } from "./byte-reader.ts";
import { ascii, asciiJson, dimodHeader, labelsFromJson, readDimodHeader, readSection, section } from "./dimod-header.ts";

const name = "dimod BQM";
const magic = "DIMODBQM";

/** Binary quadratic models as dimod's `to_file` writes and `from_file` reads them. */
export const dimodBqmFormat: BinaryFormat<Bqm> = { name, extension: ".bqm", bytes, parse };

function bytes(model: Bqm): Uint8Array {
  const { size, vartype, linear, rows, columns, biases, offset, labels } = model;
  const head = dimodHeader(magic, {
    dtype: "float64",
    itype: "int32",
    ntype: "int32",
    shape: [size, biases.length],
    type: "BinaryQuadraticModel",
    variables: labels !== undefined,
    vartype,
  });
  const start = new Int32Array(size + 1);
  for (const ends of [rows, columns]) for (const i of ends) start[i + 1]!++;
  for (let i = 0; i < size; i++) start[i + 1]! += start[i]!;
  const body = new DataView(new ArrayBuffer(8 + 12 * size + 24 * biases.length));
  body.setFloat64(0, offset, true);
  for (let i = 0; i < size; i++) {
    body.setInt32(8 + 12 * i, start[i]!, true);
    body.setFloat64(12 + 12 * i, linear[i]!, true);
  }
  const next = start.slice();
  const put = (at: number, neighbour: number, bias: number) => {
    body.setInt32(8 + 12 * (size + at), neighbour, true);
    body.setFloat64(12 + 12 * (size + at), bias, true);
  };
  // Sorted by (row, column): the lower neighbours of a variable, its rows, all come before its own row does.
  for (let k = 0; k < biases.length; k++) put(next[columns[k]!]!++, rows[k]!, biases[k]!);
  for (let k = 0; k < biases.length; k++) put(next[rows[k]!]!++, columns[k]!, biases[k]!);
  const named = labels ? section("VARS", ascii(asciiJson(Array.from(labels, (_, i) => labelOf(model, i))))) : new Uint8Array(0);
  const file = new Uint8Array(head.length + body.byteLength + named.length);
  file.set(head);
  file.set(new Uint8Array(body.buffer), head.length);
  file.set(named, head.length + body.byteLength);
  return file;
}

function parse(file: Uint8Array, { maxVariables = 1_000_000 }: BinaryLimits = {}): Bqm {
  const reader: ByteReader = new ByteReader(name, file);
  const { dtype, itype, ntype, shape, vartype, variables } = readDimodHeader(reader, magic);
  if (vartype !== "SPIN" && vartype !== "BINARY") reader.wrong("vartype SPIN or BINARY", vartype);
  const [biasType, indexType, startType] = [dtype, itype, ntype].map(
    (type): NumberType => (isNumberType(type) ? type : reader.wrong("dtype, itype and ntype as number types", type)),
  ) as [NumberType, NumberType, NumberType]; // why: three in, three out
  if (!Array.isArray(shape) || shape.length !== 2 || !shape.every((v) => Number.isSafeInteger(v) && v >= 0))
    reader.wrong("a shape [variables, couplings]", shape);
  const [size, count] = shape as [number, number]; // why: checked above
  if (size > maxVariables) reader.wrong(`at most ${maxVariables} variables`, size);
  const offset = reader.number("offset", biasType);
  reader.need("linear biases", size, sizeOf(startType) + sizeOf(biasType));
  const starts = new Float64Array(size + 1);
  const linear = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    starts[i] = reader.number("neighbourhood", startType);
    linear[i] = reader.number("linear bias", biasType);
  }
  starts[size] = 2 * count;
  if (size > 0 && starts[0] !== 0) reader.wrong("the first neighbourhood at 0", starts[0]);
  reader.need("couplings", 2 * count, sizeOf(indexType) + sizeOf(biasType));
  const upper = { rows: new Int32Array(count), columns: new Int32Array(count), biases: new Float64Array(count) };
  const mirror = { rows: new Int32Array(count), columns: new Int32Array(count), biases: new Float64Array(count) };
  let [above, below] = [0, 0];
  for (let u = 0; u < size; u++) {
    const degree = starts[u + 1]! - starts[u]!;
    if (!(degree >= 0 && degree < size)) reader.wrong(`a neighbourhood of variable ${u} of 0 to ${size - 1} couplings`, degree);
    for (let k = 0; k < degree; k++) {
      const v = reader.number("neighbour", indexType);
      const bias = reader.number("coupling", biasType);
      if (!(v >= 0 && v < size) || v === u) reader.wrong(`a neighbour of ${u} from 0 to ${size - 1}`, v);
      const [to, at] = v > u ? [upper, above++] : [mirror, below++];
      if (at === count) reader.wrong("each coupling in both its neighbourhoods", "more of one kind");
      to.rows[at] = Math.min(u, v);
      to.columns[at] = Math.max(u, v);
      to.biases[at] = bias;
    }
  }
  const labels = variables === true ? readLabels(reader, size) : undefined;
  try {
    const model = bqmFromPairs({ vartype, size, linear, ...upper, offset, repeated: "refuse", ...(labels ? { labels } : {}) });
    const other = bqmFromPairs({ vartype, size, ...mirror, repeated: "refuse" });
    const differs = model.biases.findIndex(
      (b, k) => b !== other.biases[k] || model.rows[k] !== other.rows[k] || model.columns[k] !== other.columns[k],
    );
    if (differs >= 0)
      reader.wrong("each coupling alike in both its neighbourhoods", [model.rows[differs], model.columns[differs]]);
    return model;
  } catch (cause) {
    if (!(cause instanceof QuantumError) || cause.code === "FILE_INVALID") throw cause;
    throw new QuantumError(
      "FILE_INVALID",
      { format: name, where: "the model", wanted: "a sound one", got: cause.message },
      { cause },
    );
  }
}

function readLabels(reader: ByteReader, size: number) {
  const data = readSection(reader, "VARS");
  const inner = new ByteReader(name, data);
  return labelsFromJson(inner, inner.json("labels", data.length), size);
}
