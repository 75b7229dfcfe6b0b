// AdamW (Loshchilov and Hutter, arXiv 1711.05101) with clipping by the global norm, as graph nodes.
//
//   m ← β₁m + (1−β₁)g      v ← β₂v + (1−β₂)g²      p ← (1 − ηλ)p − η·m̂/(√v̂ + ε)
//
// The bias corrections and the learning rate are folded into scalars that JavaScript computes in double precision once a
// step: with c = √(1−β₂ᵗ), η·m̂/(√v̂+ε) = [η·c/(1−β₁ᵗ)]·m/(√v + ε·c). Thirteen passes over each tensor instead of seventeen.
//
// The clip factor depends on every gradient, and every use of a parameter lies before some gradient; so each new parameter
// depends on all reads of the old one, and the runtime may write it over the old one in place.
import type { Graph, Tensor } from "./graph.ts";
import * as p from "./primitives.ts";

/** Decay of the two moments, the term that keeps the root from zero, and weight decay on matrices. */
export interface AdamW {
  readonly betas: readonly [number, number];
  readonly epsilon: number;
  readonly weightDecay: number;
}

/** The scalar inputs of an update. */
export interface AdamWScalars {
  /** η·√(1−β₂ᵗ)/(1−β₁ᵗ) */
  readonly stepSize: Tensor;
  /** ε·√(1−β₂ᵗ) */
  readonly epsilon: Tensor;
  /** 1 − ηλ */
  readonly keep: Tensor;
}

/** The values to feed for `AdamWScalars` at step t = 1, 2, … with learning rate η. */
export function adamwScalars(
  adamw: AdamW,
  step: number,
  learningRate: number,
): { stepSize: number; epsilon: number; keep: number } {
  const [beta1, beta2] = adamw.betas;
  const correction = Math.sqrt(1 - beta2 ** step);
  return {
    stepSize: (learningRate * correction) / (1 - beta1 ** step),
    epsilon: adamw.epsilon * correction,
    keep: 1 - learningRate * adamw.weightDecay,
  };
}

/** The global norm of the gradients, and the factor min(1, limit/norm) that clips them. */
export function clipFactor(g: Graph, gradients: readonly Tensor[], limit: number): { norm: Tensor; factor: Tensor } {
  const squares = gradients.map((t) => g.node("ReduceSumSquare", [t], [], { attributes: { keepdims: 0 } }));
  const total = squares.reduce((a, b) => p.add(g, a, b));
  const norm = p.map(g, "Sqrt", total);
  const ratio = p.div(g, g.scalar(limit), p.add(g, norm, g.scalar(1e-6)));
  return { norm, factor: g.node("Min", [g.scalar(1), ratio], []) };
}

/** One tensor under optimisation: its value, gradient and moments. */
export interface Optimised {
  readonly parameter: Tensor;
  readonly gradient: Tensor;
  readonly first: Tensor;
  readonly second: Tensor;
}

/** The tensor and its moments after one step. Vectors (norm weights) are not decayed. */
export function adamwUpdate(
  g: Graph,
  t: Optimised,
  factor: Tensor,
  scalars: AdamWScalars,
  adamw: AdamW,
): Omit<Optimised, "gradient"> {
  const [beta1, beta2] = adamw.betas;
  const gradient = p.mul(g, t.gradient, factor);
  const first = p.add(g, p.mul(g, t.first, g.scalar(beta1)), p.mul(g, gradient, g.scalar(1 - beta1)));
  const squared = p.mul(g, p.mul(g, gradient, gradient), g.scalar(1 - beta2));
  const second = p.add(g, p.mul(g, t.second, g.scalar(beta2)), squared);
  const denominator = p.add(g, p.map(g, "Sqrt", second), scalars.epsilon);
  const update = p.div(g, p.mul(g, first, scalars.stepSize), denominator);
  const kept = t.parameter.shape.length > 1 ? p.mul(g, t.parameter, scalars.keep) : t.parameter;
  return { parameter: p.sub(g, kept, update), first, second };
}
