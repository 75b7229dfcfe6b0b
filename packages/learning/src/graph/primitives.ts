// Operations without gradient rules: the vocabulary in which the rules themselves are written.
import { LearningError } from "../errors.ts";
import type { Dimension } from "../onnx/model-proto.ts";
import type { Graph, Tensor } from "./graph.ts";

/** The shape of `a ∘ b` under ONNX (numpy) broadcasting. */
export function broadcast(a: readonly Dimension[], b: readonly Dimension[]): Dimension[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) {
      throw new LearningError("GRAPH_SHAPE_MISMATCH", { op: "broadcast", wanted: `[${a}] compatible`, got: `[${b}]` });
    }
    return x === 1 ? y : x;
  });
}

/** A dimension as a number; throws GRAPH_SHAPE_MISMATCH where only a run can know it. */
export function fixed(tensor: Tensor, axis: number): number {
  const size = tensor.shape.at(axis);
  if (typeof size === "number") return size;
  throw new LearningError("GRAPH_SHAPE_MISMATCH", { op: tensor.name, wanted: `a fixed axis ${axis}`, got: `[${tensor.shape}]` });
}

function elementwise(op: string) {
  return (g: Graph, a: Tensor, b: Tensor): Tensor => g.node(op, [a, b], broadcast(a.shape, b.shape));
}

/** a · b, elementwise. */
export const mul = elementwise("Mul");
/** a + b, elementwise. */
export const add = elementwise("Add");
/** a − b, elementwise. */
export const sub = elementwise("Sub");
/** a ÷ b, elementwise. */
export const div = elementwise("Div");

/** An operator of one input that keeps its shape. */
export function map(g: Graph, op: string, a: Tensor): Tensor {
  return g.node(op, [a], a.shape);
}

function reduced(op: string) {
  return (g: Graph, a: Tensor, axes: readonly number[], keep = true): Tensor => {
    const shape = keep ? a.shape.map((n, i) => (axes.includes(i) ? 1 : n)) : a.shape.filter((_, i) => !axes.includes(i));
    return g.node(op, [a, g.integers(axes)], shape, { attributes: { keepdims: keep ? 1 : 0 } });
  };
}

/** Sum over axes. */
export const sum = reduced("ReduceSum");
/** Mean over axes. */
export const mean = reduced("ReduceMean");

/** Sums a gradient over the axes that broadcasting added, so that it has the shape of the operand. */
export function unbroadcast(g: Graph, gradient: Tensor, shape: readonly Dimension[]): Tensor {
  const extra = gradient.shape.length - shape.length;
  const axes = gradient.shape.flatMap((n, i) => (i < extra || (shape[i - extra] === 1 && n !== 1) ? [i] : []));
  if (axes.length === 0) return gradient;
  const total = sum(g, gradient, axes);
  return extra === 0 ? total : reshape(g, total, shape);
}

/** The same elements under another fixed shape. */
export function reshape(g: Graph, a: Tensor, shape: readonly Dimension[]): Tensor {
  const sizes = shape.map((n) => {
    if (typeof n === "number") return n;
    throw new LearningError("GRAPH_SHAPE_MISMATCH", { op: "reshape", wanted: "fixed sizes", got: `[${shape}]` });
  });
  return g.node("Reshape", [a, g.integers(sizes)], shape);
}

/** The same elements under a shape with sizes known only at run time: `sizes` may hold one −1, `shape` names the result's. */
export function reshapeOpen(g: Graph, a: Tensor, sizes: readonly number[], shape: readonly Dimension[]): Tensor {
  return g.node("Reshape", [a, g.integers(sizes)], shape);
}

/** Axes in another order: axis i of the result is axis `order[i]` of the operand. */
export function transpose(g: Graph, a: Tensor, order: readonly number[]): Tensor {
  return g.node(
    "Transpose",
    [a],
    order.map((i) => a.shape[i] ?? 1),
    { attributes: { perm: order } },
  );
}

/** Which operands of a product are read transposed, and the factor on the result. */
export interface ProductOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly alpha?: number;
}

/** The product of two matrices, [m,k]·[k,n] after the transpositions asked for. */
export function gemm(g: Graph, a: Tensor, b: Tensor, { transposeA = false, transposeB = false }: ProductOptions = {}): Tensor {
  const [m, k] = transposeA ? [a.shape[1], a.shape[0]] : [a.shape[0], a.shape[1]];
  const [inner, n] = transposeB ? [b.shape[1], b.shape[0]] : [b.shape[0], b.shape[1]];
  if (k !== inner || m === undefined || n === undefined || inner === undefined) {
    throw new LearningError("GRAPH_SHAPE_MISMATCH", {
      op: "gemm",
      wanted: `${k} inner elements`,
      got: `[${a.shape}] x [${b.shape}]`,
    });
  }
  countProduct(g, [m, n, inner]);
  return g.node("Gemm", [a, b], [m, n], { attributes: { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 } });
}

/** The product of two stacks of matrices over equal leading axes: com.microsoft FusedMatMul reads transposed for free. */
export function batchedProduct(g: Graph, a: Tensor, b: Tensor, options: ProductOptions = {}): Tensor {
  const { transposeA = false, transposeB = false, alpha = 1 } = options;
  const batch = a.shape.slice(0, -2);
  const m = a.shape.at(transposeA ? -1 : -2) ?? 1;
  const k = a.shape.at(transposeA ? -2 : -1) ?? 1;
  const n = b.shape.at(transposeB ? -2 : -1) ?? 1;
  countProduct(g, [...batch, m, n, k]);
  return g.node("FusedMatMul", [a, b], [...batch, m, n], {
    attributes: { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0, alpha: { float: alpha } },
    domain: "com.microsoft",
  });
}

function countProduct(g: Graph, sizes: readonly Dimension[]): void {
  const fixedSizes = sizes.filter((n) => typeof n === "number");
  // A size known only at run time has no count here: such graphs are for inference, where nobody asks for it.
  if (fixedSizes.length === sizes.length) g.countFlops(fixedSizes.reduce((product, n) => product * n, 2));
}

/**
 * Adds rows `updates` [n,d] onto rows `index` [n,1] of `table` [v,d]; rows may repeat.
 * Through ScatterElements and not ScatterND: with reduction=add and repeated rows the latter loses updates when it runs
 * on several threads (measured on ONNX Runtime 1.30: 31 of 50 runs wrong on two threads; see microsoft/onnxruntime#18048).
 */
export function addRows(g: Graph, table: Tensor, index: Tensor, updates: Tensor): Tensor {
  const wide = g.node("Expand", [index, g.integers([fixed(updates, 0), fixed(updates, 1)])], updates.shape);
  return g.node("ScatterElements", [table, wide, updates], table.shape, { attributes: { axis: 0, reduction: "add" } });
}
