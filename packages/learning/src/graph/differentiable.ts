// Operations with gradient rules. A rule is written next to its operation and reuses what the forward pass kept (the
// inverse root mean square, the softmax), so nothing is computed twice. Rules were derived by hand and are checked by
// central differences over every parameter tensor of a decoder (test/gradient.test.ts).
// Operators of com.microsoft are used where they save passes over memory: FusedMatMul, RotaryEmbedding, QuickGelu; the
// RMS norm is ONNX Runtime's SimplifiedLayerNormalization, whose second output is the inverse root mean square.
import type { Dimension } from "../onnx/model-proto.ts";
import type { Graph, Tensor } from "./graph.ts";
import * as p from "./primitives.ts";

const contrib = "com.microsoft";

/** a + b with broadcasting. */
export function add(g: Graph, a: Tensor, b: Tensor): Tensor {
  return g.record(p.add(g, a, b), [a, b], (d, wanted) => [
    wanted[0] ? p.unbroadcast(g, d, a.shape) : undefined,
    wanted[1] ? p.unbroadcast(g, d, b.shape) : undefined,
  ]);
}

/** x [n,in] · wᵀ, w [out,in]: the layout of a Hugging Face linear layer. */
export function linear(g: Graph, x: Tensor, w: Tensor): Tensor {
  return g.record(p.gemm(g, x, w, { transposeB: true }), [x, w], (d, wanted) => [
    wanted[0] ? p.gemm(g, d, w) : undefined,
    wanted[1] ? p.gemm(g, d, x, { transposeA: true }) : undefined,
  ]);
}

/** alpha · a · bᵀ over stacks of matrices: attention scores. */
export function productTransposed(g: Graph, a: Tensor, b: Tensor, alpha: number): Tensor {
  return g.record(p.batchedProduct(g, a, b, { transposeB: true, alpha }), [a, b], (d, wanted) => [
    wanted[0] ? p.batchedProduct(g, d, b, { alpha }) : undefined,
    wanted[1] ? p.batchedProduct(g, d, a, { transposeA: true, alpha }) : undefined,
  ]);
}

/** a · b over stacks of matrices: attention weights times values. */
export function product(g: Graph, a: Tensor, b: Tensor): Tensor {
  return g.record(p.batchedProduct(g, a, b), [a, b], (d, wanted) => [
    wanted[0] ? p.batchedProduct(g, d, b, { transposeB: true }) : undefined,
    wanted[1] ? p.batchedProduct(g, a, d, { transposeA: true }) : undefined,
  ]);
}

/** The same elements under another fixed shape. */
export function reshape(g: Graph, a: Tensor, shape: readonly Dimension[]): Tensor {
  return g.record(p.reshape(g, a, shape), [a], (d) => [p.reshape(g, d, a.shape)]);
}

/** Axes in another order. */
export function transpose(g: Graph, a: Tensor, order: readonly number[]): Tensor {
  const inverse = order.map((_, axis) => order.indexOf(axis));
  return g.record(p.transpose(g, a, order), [a], (d) => [p.transpose(g, d, inverse)]);
}

/** Softmax over the last axis. */
export function softmax(g: Graph, a: Tensor): Tensor {
  const y = g.node("Softmax", [a], a.shape, { attributes: { axis: -1 } });
  return g.record(y, [a], (d) => {
    const projection = p.sum(g, p.mul(g, d, y), [a.shape.length - 1]);
    return [p.mul(g, y, p.sub(g, d, projection))];
  });
}

/** x / rms(x) · w over the last axis (Zhang and Sennrich, arXiv 1910.07467). */
export function rmsNorm(g: Graph, x: Tensor, w: Tensor, epsilon: number): Tensor {
  const last = x.shape.length - 1;
  const [y, inverse] = g.nodes("SimplifiedLayerNormalization", [x, w], [x.shape, [...x.shape.slice(0, -1), 1]], {
    attributes: { axis: -1, epsilon: { float: epsilon }, stash_type: 1 },
  });
  return g.record(y!, [x, w], (d, wanted) => {
    const normalised = p.mul(g, x, inverse!);
    const scaled = p.mul(g, d, w);
    const projection = p.mean(g, p.mul(g, scaled, normalised), [last]);
    return [
      wanted[0] ? p.mul(g, inverse!, p.sub(g, scaled, p.mul(g, normalised, projection))) : undefined,
      wanted[1] ? p.unbroadcast(g, p.mul(g, d, normalised), w.shape) : undefined,
    ];
  });
}

/** Angles of rotary position embedding: cos and sin [positions, headSize/2], and −sin for the way back. */
export interface Rotation {
  readonly positions: Tensor;
  readonly cos: Tensor;
  readonly sin: Tensor;
  readonly negativeSin: Tensor;
}

/** Rotates the halves of each head by its position (Su et al., arXiv 2104.09864; the half-split form of Hugging Face). */
export function rotate(g: Graph, x: Tensor, rotation: Rotation): Tensor {
  const turn = (t: Tensor, sin: Tensor): Tensor =>
    g.node("RotaryEmbedding", [t, rotation.positions, rotation.cos, sin], t.shape, {
      attributes: { interleaved: 0 },
      domain: contrib,
    });
  // A rotation is orthogonal: its gradient is the rotation by the opposite angle.
  return g.record(turn(x, rotation.sin), [x], (d) => [turn(d, rotation.negativeSin)]);
}

/** silu(gate) · up (Shazeer, arXiv 2002.05202). */
export function swiGlu(g: Graph, gate: Tensor, up: Tensor): Tensor {
  const silu = g.node("QuickGelu", [gate], gate.shape, { attributes: { alpha: { float: 1 } }, domain: contrib });
  return g.record(p.mul(g, silu, up), [gate, up], (d) => {
    const s = p.map(g, "Sigmoid", gate);
    // d silu/dx = s + silu·(1 − s)
    const slope = p.add(g, s, p.mul(g, silu, p.sub(g, g.scalar(1), s)));
    return [p.mul(g, p.mul(g, d, up), slope), p.mul(g, d, silu)];
  });
}

/** Rows of `table` [v,d] chosen by `ids` [n] (int64): [n,d]. */
export function embed(g: Graph, table: Tensor, ids: Tensor): Tensor {
  const y = g.node("Gather", [table, ids], [...ids.shape, table.shape[1] ?? 1], { attributes: { axis: 0 } });
  return g.record(y, [table], (d) => {
    const zero = g.node("ConstantOfShape", [g.integers([p.fixed(table, 0), p.fixed(table, 1)])], table.shape, {
      dtype: "float32",
    });
    return [p.addRows(g, zero, p.reshape(g, ids, [p.fixed(ids, 0), 1]), d)];
  });
}

/** What a language-model head scores: `targets` int64 [n,1] and `weights` float32 [n,1] that sum to one. */
export interface Targets {
  readonly targets: Tensor;
  readonly weights: Tensor;
}

/**
 * Weighted cross-entropy of `h · tableᵀ` in nats, a scalar. The output layer is part of the operation because then the
 * one-hot targets never touch an [n,v] array: with P the softmax, dh = w·(P·table − table[target]) and
 * dtable = Pᵀ·(w·h) − scatter(w·h at target), so the only passes over [n,v] are the products and one softmax.
 */
export function linearCrossEntropy(g: Graph, h: Tensor, table: Tensor, { targets, weights }: Targets): Tensor {
  const rows = p.fixed(h, 0);
  const logits = p.gemm(g, h, table, { transposeB: true });
  const logProbabilities = g.node("LogSoftmax", [logits], logits.shape, { attributes: { axis: -1 } });
  const chosen = g.node("GatherElements", [logProbabilities, targets], [rows, 1], { attributes: { axis: 1 } });
  const loss = p.map(g, "Neg", p.sum(g, p.mul(g, chosen, weights), [0, 1], false));
  return g.record(loss, [h, table], (d, wanted) => {
    const scale = p.mul(g, weights, d);
    const probabilities = p.map(g, "Exp", logProbabilities);
    const back = (): Tensor => {
      const right = g.node("Gather", [table, p.reshape(g, targets, [rows])], h.shape, { attributes: { axis: 0 } });
      return p.mul(g, scale, p.sub(g, p.gemm(g, probabilities, table), right));
    };
    const tableGradient = (): Tensor => {
      const weighted = p.mul(g, scale, h);
      const dense = p.gemm(g, probabilities, weighted, { transposeA: true });
      return p.addRows(g, dense, targets, p.map(g, "Neg", weighted));
    };
    return [wanted[0] ? back() : undefined, wanted[1] ? tableGradient() : undefined];
  });
}
