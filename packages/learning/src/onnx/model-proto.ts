// Writes an ONNX ModelProto. Field numbers are those of onnx.proto (ONNX IR version 10, opset 21); ONNX Runtime itself
// checks the result when it opens a session, so there is no second validator here.
import { ProtobufWriter } from "./protobuf.ts";

/** Element types that our graphs use. */
export type ElementType = "float32" | "int32" | "int64" | "bool";

/** A fixed size, or the name of a size known only when the graph runs. */
export type Dimension = number | string;

/** A graph input or output. */
export interface OnnxValue {
  readonly name: string;
  readonly dtype: ElementType;
  readonly shape: readonly Dimension[];
}

/** Data of a constant, little-endian in memory as ONNX wants it. */
export type OnnxData = Float32Array | BigInt64Array | Int32Array | Uint8Array;

/** A constant of the graph. */
export interface OnnxInitializer {
  readonly name: string;
  readonly dtype: ElementType;
  readonly shape: readonly number[];
  readonly data: OnnxData;
}

/** A node attribute: integer, list of integers, string, or `{ float }` because 1 and 1.0 are different types in ONNX. */
export type OnnxAttribute = number | string | readonly number[] | { readonly float: number };

/** One operator call. `domain` is empty for standard operators. */
export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
  readonly domain: string;
}

/** A whole graph in topological order. */
export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxInitializer[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

const elementTypes: Readonly<Record<ElementType, number>> = { float32: 1, int32: 6, int64: 7, bool: 9 };
const attributeTypes = { float: 1, integer: 2, string: 3, integers: 7 } as const;
const irVersion = 10;
const opset = 21;

/** The bytes of an `.onnx` model: what `InferenceSession.create` takes. */
export function encodeModel(graph: OnnxGraph): Uint8Array {
  const body = new ProtobufWriter();
  for (const node of graph.nodes) body.message(1, nodeProto(node));
  body.string(2, "entente");
  for (const initializer of graph.initializers) body.message(5, tensorProto(initializer));
  for (const input of graph.inputs) body.message(11, valueProto(input));
  for (const output of graph.outputs) body.message(12, valueProto(output));
  return new ProtobufWriter()
    .integer(1, irVersion)
    .string(2, "entente")
    .message(7, body)
    .message(8, new ProtobufWriter().string(1, "").integer(2, opset))
    .message(8, new ProtobufWriter().string(1, "com.microsoft").integer(2, 1))
    .finish();
}

function nodeProto(node: OnnxNode): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const name of node.inputs) writer.string(1, name);
  for (const name of node.outputs) writer.string(2, name);
  writer.string(4, node.op);
  for (const [name, value] of Object.entries(node.attributes)) writer.message(5, attributeProto(name, value));
  if (node.domain !== "") writer.string(7, node.domain);
  return writer;
}

function attributeProto(name: string, value: OnnxAttribute): ProtobufWriter {
  const writer = new ProtobufWriter().string(1, name);
  if (typeof value === "number") return writer.integer(3, value).integer(20, attributeTypes.integer);
  if (typeof value === "string") return writer.string(4, value).integer(20, attributeTypes.string);
  if ("float" in value) return writer.float(2, value.float).integer(20, attributeTypes.float);
  for (const item of value) writer.integer(8, item);
  return writer.integer(20, attributeTypes.integers);
}

function tensorProto(tensor: OnnxInitializer): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const size of tensor.shape) writer.integer(1, size);
  const { buffer, byteOffset, byteLength } = tensor.data;
  return writer
    .integer(2, elementTypes[tensor.dtype])
    .string(8, tensor.name)
    .bytes(9, new Uint8Array(buffer, byteOffset, byteLength));
}

function valueProto(value: OnnxValue): ProtobufWriter {
  const shape = new ProtobufWriter();
  for (const size of value.shape) {
    shape.message(1, typeof size === "string" ? new ProtobufWriter().string(2, size) : new ProtobufWriter().integer(1, size));
  }
  const tensorType = new ProtobufWriter().integer(1, elementTypes[value.dtype]).message(2, shape);
  return new ProtobufWriter().string(1, value.name).message(2, new ProtobufWriter().message(1, tensorType));
}
