// The tensors of a decoder under their Hugging Face names, and their first values: normal with standard deviation 0.02,
// and 0.02/√(2·layers) for the two projections that write to the residual stream (Radford et al., GPT-2), norms at one.
import { normal, type Random } from "../random.ts";
import { headSize, type ModelConfig } from "./config.ts";

/** A named array of weights. */
export interface Weights {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** All tensors of a model by name. */
export type Parameters = ReadonlyMap<string, Weights>;

type Start = "embedding" | "projection" | "residual" | "norm";

/** Name, shape and kind of every tensor, in the order in which files hold them. */
export function parameterLayout(config: ModelConfig): { name: string; shape: readonly number[]; start: Start }[] {
  const { hiddenSize, intermediateSize, vocabularySize } = config;
  const keyValueSize = config.keyValueHeads * headSize(config);
  const layers = Array.from({ length: config.layers }, (_, layer) => {
    const at = (name: string, shape: readonly number[], start: Start) => ({
      name: `model.layers.${layer}.${name}.weight`,
      shape,
      start,
    });
    return [
      at("input_layernorm", [hiddenSize], "norm"),
      at("self_attn.q_proj", [hiddenSize, hiddenSize], "projection"),
      at("self_attn.k_proj", [keyValueSize, hiddenSize], "projection"),
      at("self_attn.v_proj", [keyValueSize, hiddenSize], "projection"),
      at("self_attn.o_proj", [hiddenSize, hiddenSize], "residual"),
      at("post_attention_layernorm", [hiddenSize], "norm"),
      at("mlp.gate_proj", [intermediateSize, hiddenSize], "projection"),
      at("mlp.up_proj", [intermediateSize, hiddenSize], "projection"),
      at("mlp.down_proj", [hiddenSize, intermediateSize], "residual"),
    ];
  }).flat();
  const head = config.tieEmbeddings
    ? []
    : [{ name: "lm_head.weight", shape: [vocabularySize, hiddenSize], start: "projection" as const }];
  return [
    { name: "model.embed_tokens.weight", shape: [vocabularySize, hiddenSize], start: "embedding" },
    ...layers,
    { name: "model.norm.weight", shape: [hiddenSize], start: "norm" },
    ...head,
  ];
}

/** The number of weights of a decoder. */
export function parameterCount(config: ModelConfig): number {
  return parameterLayout(config).reduce((total, { shape }) => total + elementCount(shape), 0);
}

/** The number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** A new model's weights. */
export function initialParameters(config: ModelConfig, source: Random): Map<string, Weights> {
  const deviation = { embedding: 0.02, projection: 0.02, residual: 0.02 / Math.sqrt(2 * config.layers), norm: 0 };
  return new Map(
    parameterLayout(config).map(({ name, shape, start }) => {
      const data = new Float32Array(elementCount(shape));
      if (start === "norm") data.fill(1);
      else for (let i = 0; i < data.length; i++) data[i] = deviation[start] * normal(source);
      return [name, { shape, data }];
    }),
  );
}

/** Zeros of the same shapes: the first moments of an optimiser. */
export function zerosLike(parameters: Parameters): Map<string, Weights> {
  return new Map([...parameters].map(([name, { shape, data }]) => [name, { shape, data: new Float32Array(data.length) }]));
}
