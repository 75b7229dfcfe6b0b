"""Reads a checkpoint with Hugging Face's own libraries and runs its decoder in numpy, written from the paper.

Arguments: the checkpoint folder and a JSON file {"texts": [...]}. Prints JSON: the token ids of each text, the logits
after the last token of each, and what the config says.
"""

import json
import sys

import numpy as np
from safetensors.numpy import load_file
from transformers import AutoConfig, PreTrainedTokenizerFast

folder, question = sys.argv[1], json.load(open(sys.argv[2], encoding="utf-8"))
config = AutoConfig.from_pretrained(folder)
tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
weights = {name: value.astype(np.float64) for name, value in load_file(folder + "/model.safetensors").items()}
rope = getattr(config, "rope_parameters", None) or {}
theta = rope.get("rope_theta") or config.rope_theta
heads, groups = config.num_attention_heads, config.num_key_value_heads
size = config.hidden_size // heads


def norm(x, weight):
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + config.rms_norm_eps) * weight


def rotate(x):
    positions = np.arange(x.shape[0])[:, None]
    angles = positions * theta ** (-np.arange(0, size, 2) / size)
    cos, sin = np.cos(angles)[:, None, :], np.sin(angles)[:, None, :]
    left, right = x[..., : size // 2], x[..., size // 2 :]
    return np.concatenate([left * cos - right * sin, right * cos + left * sin], -1)


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def logits(ids):
    count = len(ids)
    x = weights["model.embed_tokens.weight"][ids]
    for layer in range(config.num_hidden_layers):
        w = lambda name: weights[f"model.layers.{layer}.{name}.weight"]
        h = norm(x, w("input_layernorm"))
        q = rotate((h @ w("self_attn.q_proj").T).reshape(count, heads, size))
        k = rotate((h @ w("self_attn.k_proj").T).reshape(count, groups, size)).repeat(heads // groups, 1)
        v = (h @ w("self_attn.v_proj").T).reshape(count, groups, size).repeat(heads // groups, 1)
        scores = np.einsum("qhd,khd->hqk", q, k) / np.sqrt(size)
        scores[:, np.triu(np.ones((count, count), bool), 1)] = -np.inf
        x = x + np.einsum("hqk,khd->qhd", softmax(scores), v).reshape(count, -1) @ w("self_attn.o_proj").T
        h = norm(x, w("post_attention_layernorm"))
        gate = h @ w("mlp.gate_proj").T
        x = x + (gate / (1 + np.exp(-gate)) * (h @ w("mlp.up_proj").T)) @ w("mlp.down_proj").T
    head = weights["model.embed_tokens.weight" if config.tie_word_embeddings else "lm_head.weight"]
    return norm(x[-1], weights["model.norm.weight"]) @ head.T


ids = [tokenizer(text, add_special_tokens=True)["input_ids"] for text in question["texts"]]
print(
    json.dumps(
        {
            "model_type": config.model_type,
            "vocab_size": config.vocab_size,
            "special": [tokenizer.bos_token_id, tokenizer.eos_token_id],
            "ids": ids,
            "decoded": [tokenizer.decode(row, skip_special_tokens=True) for row in ids],
            "logits": [logits(row[: config.max_position_embeddings]).tolist() for row in ids],
        }
    )
)
