// The decoder over whole sequences (Touvron et al., arXiv 2302.13971), as a graph: used to train and to score.
// Rows are positions: x is [batch·sequence, hidden], so every projection is one matrix product. Grouped-query attention
// (Ainslie et al., arXiv 2305.13245) folds the heads that share keys into the query rows, so keys and values are not copied.
import * as d from "../graph/differentiable.ts";
import type { Graph, Tensor } from "../graph/graph.ts";
import { headSize, type ModelConfig } from "./config.ts";

/** How many sequences of how many tokens one run takes. */
export interface BatchShape {
  readonly batch: number;
  readonly sequence: number;
}

/** A weight of the model by its Hugging Face name. */
export type WeightLookup = (name: string) => Tensor;

/** A score that softmax turns into exactly zero without making an infinity minus infinity on the way back. */
export const maskedScore = -1e9;

/** cos and sin [positions, headSize/2] of the rotary embedding. */
export function rotationTables(config: ModelConfig, positions: number): { cos: Float32Array; sin: Float32Array } {
  const half = headSize(config) / 2;
  const cos = new Float32Array(positions * half);
  const sin = new Float32Array(positions * half);
  for (let position = 0; position < positions; position++) {
    for (let i = 0; i < half; i++) {
      const angle = position * config.ropeTheta ** (-i / half);
      cos[position * half + i] = Math.cos(angle);
      sin[position * half + i] = Math.sin(angle);
    }
  }
  return { cos, sin };
}

/** The rotation of a batch whose sequences all start at position 0. */
function rotation(g: Graph, config: ModelConfig, { batch, sequence }: BatchShape): d.Rotation {
  const half = headSize(config) / 2;
  const { cos, sin } = rotationTables(config, sequence);
  const positions = BigInt64Array.from({ length: batch * sequence }, (_, i) => BigInt(i % sequence));
  return {
    positions: g.constant(positions, [batch, sequence]),
    cos: g.constant(cos, [sequence, half]),
    sin: g.constant(sin, [sequence, half]),
    negativeSin: g.constant(
      sin.map((x) => -x),
      [sequence, half],
    ),
  };
}

function causalMask(g: Graph, sequence: number): Tensor {
  const mask = new Float32Array(sequence * sequence);
  for (let query = 0; query < sequence; query++) mask.fill(maskedScore, query * sequence + query + 1, (query + 1) * sequence);
  return g.constant(mask, [sequence, sequence]);
}

/** The last hidden state [batch·sequence, hidden], normed, from `ids` int64 [batch·sequence]. */
export function hiddenStates(g: Graph, config: ModelConfig, weight: WeightLookup, ids: Tensor, shape: BatchShape): Tensor {
  const { batch, sequence } = shape;
  const { heads, keyValueHeads, hiddenSize, normEpsilon } = config;
  const size = headSize(config);
  const group = heads / keyValueHeads;
  const turn = rotation(g, config, shape);
  const mask = causalMask(g, sequence);
  const split = (x: Tensor, count: number): Tensor =>
    d.transpose(g, d.reshape(g, x, [batch, sequence, count, size]), [0, 2, 1, 3]);

  const attention = (x: Tensor, at: (name: string) => Tensor): Tensor => {
    const query = d.rotate(g, split(d.linear(g, x, at("self_attn.q_proj")), heads), turn);
    const key = d.rotate(g, split(d.linear(g, x, at("self_attn.k_proj")), keyValueHeads), turn);
    const value = split(d.linear(g, x, at("self_attn.v_proj")), keyValueHeads);
    const folded = d.reshape(g, query, [batch, keyValueHeads, group * sequence, size]);
    const scores = d.productTransposed(g, folded, key, 1 / Math.sqrt(size));
    const masked = d.add(g, d.reshape(g, scores, [batch, keyValueHeads, group, sequence, sequence]), mask);
    const chances = d.reshape(g, d.softmax(g, masked), [batch, keyValueHeads, group * sequence, sequence]);
    const mixed = d.reshape(g, d.product(g, chances, value), [batch, heads, sequence, size]);
    const joined = d.reshape(g, d.transpose(g, mixed, [0, 2, 1, 3]), [batch * sequence, hiddenSize]);
    return d.linear(g, joined, at("self_attn.o_proj"));
  };

  let x = d.embed(g, weight("model.embed_tokens.weight"), ids);
  for (let layer = 0; layer < config.layers; layer++) {
    const at = (name: string): Tensor => weight(`model.layers.${layer}.${name}.weight`);
    x = d.add(g, x, attention(d.rmsNorm(g, x, at("input_layernorm"), normEpsilon), at));
    const normed = d.rmsNorm(g, x, at("post_attention_layernorm"), normEpsilon);
    const gated = d.swiGlu(g, d.linear(g, normed, at("mlp.gate_proj")), d.linear(g, normed, at("mlp.up_proj")));
    x = d.add(g, x, d.linear(g, gated, at("mlp.down_proj")));
  }
  return d.rmsNorm(g, x, weight("model.norm.weight"), normEpsilon);
}

/** The name of the output layer: the embedding itself when tied. */
export function headName(config: ModelConfig): string {
  return config.tieEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight";
}
