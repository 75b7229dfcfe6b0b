// The shape of a Llama-style decoder and its Hugging Face spelling (LlamaForCausalLM).
import { LearningError } from "../errors.ts";

/** Sizes of a decoder: RMSNorm, rotary positions, SwiGLU, grouped-query attention, tied embeddings unless told otherwise. */
export interface ModelConfig {
  readonly vocabularySize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  /** Heads of keys and values; a divisor of `heads`. */
  readonly keyValueHeads: number;
  /** Width of the SwiGLU layer. */
  readonly intermediateSize: number;
  /** Longest sequence the model is trained for; windows of evaluation and the memory of generation have this length. */
  readonly maxPositions: number;
  readonly ropeTheta: number;
  readonly normEpsilon: number;
  readonly tieEmbeddings: boolean;
}

interface Widths {
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly intermediateSize: number;
}

function preset(widths: Widths) {
  return (vocabularySize: number, maxPositions = 128): ModelConfig => ({
    vocabularySize,
    ...widths,
    maxPositions,
    ropeTheta: 10_000,
    normEpsilon: 1e-5,
    tieEmbeddings: true,
  });
}

/** Ready-made sizes, as functions of the vocabulary: about 0.4, 2.9 and 9.4 million parameters beside the embedding. */
export const modelPresets = {
  nano: preset({ hiddenSize: 128, layers: 2, heads: 4, keyValueHeads: 2, intermediateSize: 352 }),
  micro: preset({ hiddenSize: 256, layers: 4, heads: 4, keyValueHeads: 2, intermediateSize: 688 }),
  mini: preset({ hiddenSize: 384, layers: 6, heads: 6, keyValueHeads: 2, intermediateSize: 1024 }),
} as const;

/** Names of the ready-made sizes. */
export type ModelPreset = keyof typeof modelPresets;

/** Size of one attention head. */
export function headSize(config: ModelConfig): number {
  return config.hiddenSize / config.heads;
}

/** The config itself if a decoder of these sizes exists; throws CONFIG_INVALID. */
export function checkedConfig(config: ModelConfig): ModelConfig {
  const whole = ["vocabularySize", "hiddenSize", "layers", "heads", "keyValueHeads", "intermediateSize", "maxPositions"] as const;
  for (const field of whole) {
    if (!Number.isSafeInteger(config[field]) || config[field] < 1) {
      throw new LearningError("CONFIG_INVALID", { field, wanted: "a whole number of at least 1", got: config[field] });
    }
  }
  for (const field of ["ropeTheta", "normEpsilon"] as const) {
    if (!(config[field] > 0)) throw new LearningError("CONFIG_INVALID", { field, wanted: "positive", got: config[field] });
  }
  if (config.heads % config.keyValueHeads !== 0) {
    throw new LearningError("CONFIG_INVALID", {
      field: "keyValueHeads",
      wanted: `a divisor of ${config.heads}`,
      got: config.keyValueHeads,
    });
  }
  if (config.hiddenSize % (2 * config.heads) !== 0) {
    // Rotary positions turn pairs, so a head needs an even size.
    throw new LearningError("CONFIG_INVALID", {
      field: "hiddenSize",
      wanted: `a multiple of ${2 * config.heads}`,
      got: config.hiddenSize,
    });
  }
  return config;
}

/** `config.json` of Hugging Face for this decoder; both spellings of the rotary base, for transformers 4 and 5. */
export function toHuggingFace(config: ModelConfig, tokens: { bos: number; eos: number }): Record<string, unknown> {
  return {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    vocab_size: config.vocabularySize,
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.keyValueHeads,
    head_dim: headSize(config),
    max_position_embeddings: config.maxPositions,
    rms_norm_eps: config.normEpsilon,
    rope_theta: config.ropeTheta,
    rope_scaling: null,
    hidden_act: "silu",
    attention_bias: false,
    attention_dropout: 0,
    mlp_bias: false,
    tie_word_embeddings: config.tieEmbeddings,
    initializer_range: 0.02,
    bos_token_id: tokens.bos,
    eos_token_id: tokens.eos,
    torch_dtype: "float32",
    use_cache: true,
  };
}

/** The decoder that a Hugging Face `config.json` describes; throws CONFIG_INVALID where ours computes something else. */
export function fromHuggingFace(json: Readonly<Record<string, unknown>>): ModelConfig {
  const fixedValues = { model_type: "llama", hidden_act: "silu", attention_bias: false, mlp_bias: false, rope_scaling: null };
  for (const [field, value] of Object.entries(fixedValues)) {
    if (json[field] !== undefined && json[field] !== value) {
      throw new LearningError("CONFIG_INVALID", { field, wanted: JSON.stringify(value), got: json[field] });
    }
  }
  const heads = numberIn(json, "num_attention_heads");
  const hiddenSize = numberIn(json, "hidden_size");
  if (json.head_dim !== undefined && json.head_dim !== null && json.head_dim !== hiddenSize / heads) {
    throw new LearningError("CONFIG_INVALID", { field: "head_dim", wanted: String(hiddenSize / heads), got: json.head_dim });
  }
  return checkedConfig({
    vocabularySize: numberIn(json, "vocab_size"),
    hiddenSize,
    layers: numberIn(json, "num_hidden_layers"),
    heads,
    keyValueHeads: numberIn(json, "num_key_value_heads", heads),
    intermediateSize: numberIn(json, "intermediate_size"),
    maxPositions: numberIn(json, "max_position_embeddings"),
    ropeTheta: numberIn(json, "rope_theta", 10_000),
    normEpsilon: numberIn(json, "rms_norm_eps"),
    tieEmbeddings: json.tie_word_embeddings === true,
  });
}

function numberIn(json: Readonly<Record<string, unknown>>, field: string, fallback?: number): number {
  const value = json[field] ?? fallback;
  if (typeof value === "number") return value;
  throw new LearningError("CONFIG_INVALID", { field, wanted: "a number", got: value });
}
