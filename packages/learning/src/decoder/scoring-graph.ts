// The decoder with its weights built in, over batches of a fixed shape: gives the log-probability of each target.
import { Graph, type Tensor } from "../graph/graph.ts";
import { gemm } from "../graph/primitives.ts";
import type { ModelConfig } from "./config.ts";
import { type BatchShape, headName, hiddenStates } from "./forward.ts";
import type { Parameters } from "./parameters.ts";

/** A built model. Inputs: ids int64 [n], targets int64 [n,1], n = batch·sequence. */
export interface ScoringGraph {
  readonly model: Uint8Array;
  /** Log-probabilities of the targets [n,1] in nats. */
  readonly chosen: string;
  /** Logits [n, vocabulary]. */
  readonly logits: string;
}

/** Weights as constants of a graph, each stored once. */
export function constantWeights(graph: Graph, parameters: Parameters): (name: string) => Tensor {
  const made = new Map<string, Tensor>();
  return (name) => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const { data, shape } = parameters.get(name)!;
    const tensor = graph.constant(data, shape);
    made.set(name, tensor);
    return tensor;
  };
}

/** The scoring graph of a model for batches of this shape. */
export function scoringGraph(config: ModelConfig, parameters: Parameters, shape: BatchShape): ScoringGraph {
  const graph = new Graph();
  const rows = shape.batch * shape.sequence;
  const weight = constantWeights(graph, parameters);
  const ids = graph.input("ids", [rows], "int64");
  const targets = graph.input("targets", [rows, 1], "int64");
  const hidden = hiddenStates(graph, config, weight, ids, shape);
  const logits = gemm(graph, hidden, weight(headName(config)), { transposeB: true });
  const all = graph.node("LogSoftmax", [logits], logits.shape, { attributes: { axis: -1 } });
  const chosen = graph.node("GatherElements", [all, targets], [rows, 1], { attributes: { axis: 1 } });
  return { model: graph.encode([chosen, logits]), chosen: chosen.name, logits: logits.name };
}
