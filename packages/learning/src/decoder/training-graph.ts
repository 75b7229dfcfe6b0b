// One optimiser step as one graph: forward, backward, clip and AdamW. The runtime plans memory for all of it and JavaScript
// is called once a step.
import { type AdamW, type AdamWScalars, adamwUpdate, clipFactor } from "../graph/adamw.ts";
import { gradients } from "../graph/backward.ts";
import { linearCrossEntropy } from "../graph/differentiable.ts";
import { Graph, type Tensor } from "../graph/graph.ts";
import type { ModelConfig } from "./config.ts";
import { type BatchShape, headName, hiddenStates } from "./forward.ts";
import { parameterLayout } from "./parameters.ts";

/** A built model and the names under which its values go in and out. */
export interface TrainingGraph {
  readonly model: Uint8Array;
  readonly outputs: {
    readonly loss: string;
    readonly norm: string;
    /** For each parameter name: the outputs that hold the parameter and its moments after the step. */
    readonly updates: ReadonlyMap<string, { readonly parameter: string; readonly first: string; readonly second: string }>;
  };
  readonly nodes: number;
  /** Floating-point operations of the matrix products of one step. */
  readonly matmulFlops: number;
}

/** Names of the inputs that hold the moments of a parameter. */
export const momentNames = {
  first: (parameter: string): string => `first.${parameter}`,
  second: (parameter: string): string => `second.${parameter}`,
} as const;

interface LossGraph {
  readonly graph: Graph;
  readonly loss: Tensor;
  readonly parameters: readonly Tensor[];
}

// Inputs: every parameter by name, ids int64 [n], targets int64 [n,1], weights float32 [n,1], n = batch·sequence.
function lossGraph(config: ModelConfig, shape: BatchShape): LossGraph {
  const graph = new Graph();
  const rows = shape.batch * shape.sequence;
  const parameters = parameterLayout(config).map((p) => graph.input(p.name, p.shape));
  const byName = new Map(parameters.map((t) => [t.name, t]));
  const weight = (name: string): Tensor => byName.get(name)!;
  const ids = graph.input("ids", [rows], "int64");
  const targets = graph.input("targets", [rows, 1], "int64");
  const weights = graph.input("weights", [rows, 1]);
  const hidden = hiddenStates(graph, config, weight, ids, shape);
  return { graph, parameters, loss: linearCrossEntropy(graph, hidden, weight(headName(config)), { targets, weights }) };
}

/** The training step of a decoder, with gradients clipped to the global norm `clip`. */
export function trainingGraph(config: ModelConfig, shape: BatchShape, adamw: AdamW, clip: number): TrainingGraph {
  const { graph, loss, parameters } = lossGraph(config, shape);
  const scalars: AdamWScalars = {
    stepSize: graph.input("stepSize", []),
    epsilon: graph.input("epsilon", []),
    keep: graph.input("keep", []),
  };
  const moments = parameters.map((t) => ({
    first: graph.input(momentNames.first(t.name), t.shape),
    second: graph.input(momentNames.second(t.name), t.shape),
  }));
  const slopes = gradients(graph, loss, parameters);
  const { norm, factor } = clipFactor(graph, slopes, clip);
  const updated = parameters.map((parameter, i) =>
    adamwUpdate(graph, { parameter, gradient: slopes[i]!, ...moments[i]! }, factor, scalars, adamw),
  );
  const updates = new Map(
    updated.map((u, i) => [parameters[i]!.name, { parameter: u.parameter.name, first: u.first.name, second: u.second.name }]),
  );
  const model = graph.encode([loss, norm, ...updated.flatMap((u) => [u.parameter, u.first, u.second])]);
  return {
    model,
    outputs: { loss: loss.name, norm: norm.name, updates },
    nodes: graph.nodeCount,
    matmulFlops: graph.matmulFlops,
  };
}

/** The loss and its gradients without an update: for checking, and for averaging over several workers. */
export interface GradientGraph {
  readonly model: Uint8Array;
  readonly outputs: { readonly loss: string; readonly gradients: ReadonlyMap<string, string> };
}

/** The loss of a batch and the gradient of every parameter. */
export function gradientGraph(config: ModelConfig, shape: BatchShape): GradientGraph {
  const { graph, loss, parameters } = lossGraph(config, shape);
  const slopes = gradients(graph, loss, parameters);
  const names = new Map(parameters.map((t, i) => [t.name, slopes[i]!.name]));
  return { model: graph.encode([loss, ...slopes]), outputs: { loss: loss.name, gradients: names } };
}
