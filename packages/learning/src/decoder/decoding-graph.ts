// The decoder for one sequence that grows: takes t new tokens and the keys and values of the p tokens before, gives the
// logits after the last one and the keys and values of all p + t. The same graph reads a prompt (p = 0) and writes one
// token at a time (t = 1). The mask comes in ready-made, with the query rows of a key group one after the other.
import * as d from "../graph/differentiable.ts";
import { Graph, type Tensor } from "../graph/graph.ts";
import * as p from "../graph/primitives.ts";
import { headSize, type ModelConfig } from "./config.ts";
import { headName, rotationTables } from "./forward.ts";
import type { Parameters } from "./parameters.ts";
import { constantWeights } from "./scoring-graph.ts";

/** Names of a layer's cache as an input. */
export const pastNames = {
  key: (layer: number): string => `past_key.${layer}`,
  value: (layer: number): string => `past_value.${layer}`,
} as const;

/**
 * A built model. Inputs: ids int64 [t], positions int64 [1,t], last int64 [1] (the row to give logits for), mask float32
 * [group·t, p+t], and per layer past keys and values [1, keyValueHeads, p, headSize].
 */
export interface DecodingGraph {
  readonly model: Uint8Array;
  /** Logits [1, vocabulary]. */
  readonly logits: string;
  /** Per layer, the outputs with the cache after this run. */
  readonly present: readonly { readonly key: string; readonly value: string }[];
}

/** The decoding graph of a model. */
export function decodingGraph(config: ModelConfig, parameters: Parameters): DecodingGraph {
  const { heads, keyValueHeads, hiddenSize, normEpsilon, maxPositions } = config;
  const size = headSize(config);
  const g = new Graph();
  const weight = constantWeights(g, parameters);
  const ids = g.input("ids", ["t"], "int64");
  const positions = g.input("positions", [1, "t"], "int64");
  const last = g.input("last", [1], "int64");
  const mask = g.input("mask", ["rows", "all"]);
  const tables = rotationTables(config, maxPositions);
  const cos = g.constant(tables.cos, [maxPositions, size / 2]);
  const sin = g.constant(tables.sin, [maxPositions, size / 2]);
  const turn: d.Rotation = { positions, cos, sin, negativeSin: sin };
  const split = (x: Tensor, count: number): Tensor =>
    p.transpose(g, p.reshapeOpen(g, x, [1, -1, count, size], [1, "t", count, size]), [0, 2, 1, 3]);
  const joined = (past: Tensor, now: Tensor): Tensor =>
    g.node("Concat", [past, now], [1, keyValueHeads, "all", size], { attributes: { axis: 2 } });
  const present: { key: Tensor; value: Tensor }[] = [];

  const attention = (x: Tensor, layer: number, at: (name: string) => Tensor): Tensor => {
    const past = (name: string): Tensor => g.input(name, [1, keyValueHeads, "p", size]);
    const query = d.rotate(g, split(d.linear(g, x, at("self_attn.q_proj")), heads), turn);
    const key = joined(
      past(pastNames.key(layer)),
      d.rotate(g, split(d.linear(g, x, at("self_attn.k_proj")), keyValueHeads), turn),
    );
    const value = joined(past(pastNames.value(layer)), split(d.linear(g, x, at("self_attn.v_proj")), keyValueHeads));
    present.push({ key, value });
    const folded = p.reshapeOpen(g, query, [1, keyValueHeads, -1, size], [1, keyValueHeads, "rows", size]);
    const scores = p.batchedProduct(g, folded, key, { transposeB: true, alpha: 1 / Math.sqrt(size) });
    const chances = d.softmax(g, p.add(g, scores, mask));
    const mixed = p.reshapeOpen(g, p.batchedProduct(g, chances, value), [1, heads, -1, size], [1, heads, "t", size]);
    const rows = p.reshapeOpen(g, p.transpose(g, mixed, [0, 2, 1, 3]), [-1, hiddenSize], ["t", hiddenSize]);
    return d.linear(g, rows, at("self_attn.o_proj"));
  };

  let x = d.embed(g, weight("model.embed_tokens.weight"), ids);
  for (let layer = 0; layer < config.layers; layer++) {
    const at = (name: string): Tensor => weight(`model.layers.${layer}.${name}.weight`);
    x = p.add(g, x, attention(d.rmsNorm(g, x, at("input_layernorm"), normEpsilon), layer, at));
    const normed = d.rmsNorm(g, x, at("post_attention_layernorm"), normEpsilon);
    const gated = d.swiGlu(g, d.linear(g, normed, at("mlp.gate_proj")), d.linear(g, normed, at("mlp.up_proj")));
    x = p.add(g, x, d.linear(g, gated, at("mlp.down_proj")));
  }
  const row = g.node("Gather", [x, last], [1, hiddenSize], { attributes: { axis: 0 } });
  const logits = p.gemm(g, d.rmsNorm(g, row, weight("model.norm.weight"), normEpsilon), weight(headName(config)), {
    transposeB: true,
  });
  return {
    model: g.encode([logits, ...present.flatMap(({ key, value }) => [key, value])]),
    logits: logits.name,
    present: present.map(({ key, value }) => ({ key: key.name, value: value.name })),
  };
}

/** The mask of `t` new tokens after `p` old ones, rows repeated for each head of a key group: [group·t, p+t]. */
export function decodingMask(group: number, t: number, p: number, masked: number): Float32Array {
  const mask = new Float32Array(group * t * (p + t));
  for (let row = 0; row < group * t; row++) mask.fill(masked, row * (p + t) + p + (row % t) + 1, (row + 1) * (p + t));
  return mask;
}
