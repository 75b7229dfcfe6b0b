// A symbolic computation that becomes an ONNX model. Each operation appends one node and returns the tensor it makes, so the
// node list is in topological order by construction. Differentiable operations also append to a tape; backward.ts walks
// the tape from its end to build the gradient out of the same kind of nodes (reverse mode on the graph, as in Theano and
// JAX): ONNX Runtime then sees one static graph to plan and fuse. Rejected: a runtime tape over single kernels, since each
// crossing from JavaScript costs more than the small operators themselves.
import { LearningError } from "../errors.ts";
import type { Dimension, ElementType, OnnxAttribute, OnnxData, OnnxInitializer, OnnxNode } from "../onnx/model-proto.ts";
import { encodeModel } from "../onnx/model-proto.ts";

/** A value of the graph: a name with a shape. Sizes known only at run time are names. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly Dimension[];
  readonly dtype: ElementType;
}

/** Given the gradient of an output, the gradients of the inputs; `undefined` where `wanted` is false or there is none. */
export type GradientRule = (gradient: Tensor, wanted: readonly boolean[]) => readonly (Tensor | undefined)[];

/** One differentiable operation as it was recorded. */
export interface TapeEntry {
  readonly output: Tensor;
  readonly inputs: readonly Tensor[];
  readonly rule: GradientRule;
}

/** What a node is, beside its inputs. Defaults: standard domain, type of the first input. */
export interface NodeOptions {
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  readonly domain?: string;
  readonly dtype?: ElementType;
}

/** A graph under construction. */
export class Graph {
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers: OnnxInitializer[] = [];
  readonly #inputs: Tensor[] = [];
  readonly #tape: TapeEntry[] = [];
  readonly #constants = new Map<string, Tensor>();
  #names = 0;
  #matmulFlops = 0;

  get tape(): readonly TapeEntry[] {
    return this.#tape;
  }

  get nodeCount(): number {
    return this.#nodes.length;
  }

  /** Floating-point operations of all matrix products (2·m·n·k each) in one run; the rest is not counted. */
  get matmulFlops(): number {
    return this.#matmulFlops;
  }

  /** Adds to `matmulFlops`. */
  countFlops(flops: number): void {
    this.#matmulFlops += flops;
  }

  #fresh(shape: readonly Dimension[], dtype: ElementType): Tensor {
    return { name: `t${this.#names++}`, shape, dtype };
  }

  /** A value fed at each run. */
  input(name: string, shape: readonly Dimension[], dtype: ElementType = "float32"): Tensor {
    const tensor = { name, shape, dtype };
    this.#inputs.push(tensor);
    return tensor;
  }

  /** A value stored in the model. */
  constant(data: OnnxData, shape: readonly number[]): Tensor {
    const size = shape.reduce((product, n) => product * n, 1);
    if (data.length !== size) {
      throw new LearningError("GRAPH_SHAPE_MISMATCH", { op: "constant", wanted: `${size} elements`, got: String(data.length) });
    }
    const tensor = { ...this.#fresh(shape, elementTypeOf(data)), shape };
    this.#initializers.push({ ...tensor, data });
    return tensor;
  }

  /** A float scalar, stored once however often it is asked for. */
  scalar(value: number): Tensor {
    return this.#shared(`f${value}`, () => this.constant(Float32Array.of(value), []));
  }

  /** A list of integers (axes, sizes), stored once however often it is asked for. */
  integers(values: readonly number[]): Tensor {
    return this.#shared(`i${values.join()}`, () => this.constant(BigInt64Array.from(values, BigInt), [values.length]));
  }

  #shared(key: string, make: () => Tensor): Tensor {
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#constants.set(key, made);
    return made;
  }

  /** Appends an operator with one output of the given shape. */
  node(op: string, inputs: readonly Tensor[], shape: readonly Dimension[], options: NodeOptions = {}): Tensor {
    const output = this.#fresh(shape, options.dtype ?? inputs[0]?.dtype ?? "float32");
    this.#push(op, inputs, [output], options);
    return output;
  }

  /** Appends an operator with several outputs of the given shapes, all of the type of the first input. */
  nodes(op: string, inputs: readonly Tensor[], shapes: readonly (readonly Dimension[])[], options: NodeOptions = {}): Tensor[] {
    const outputs = shapes.map((shape) => this.#fresh(shape, options.dtype ?? inputs[0]?.dtype ?? "float32"));
    this.#push(op, inputs, outputs, options);
    return outputs;
  }

  #push(op: string, inputs: readonly Tensor[], outputs: readonly Tensor[], options: NodeOptions): void {
    this.#nodes.push({
      op,
      inputs: inputs.map((t) => t.name),
      outputs: outputs.map((t) => t.name),
      attributes: options.attributes ?? {},
      domain: options.domain ?? "",
    });
  }

  /** Remembers how to differentiate an operation. */
  record(output: Tensor, inputs: readonly Tensor[], rule: GradientRule): Tensor {
    this.#tape.push({ output, inputs, rule });
    return output;
  }

  /** The model's bytes, with these tensors as outputs. */
  encode(outputs: readonly Tensor[]): Uint8Array {
    return encodeModel({ nodes: this.#nodes, initializers: this.#initializers, inputs: this.#inputs, outputs });
  }
}

function elementTypeOf(data: OnnxData): ElementType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof BigInt64Array) return "int64";
  return data instanceof Int32Array ? "int32" : "bool";
}
