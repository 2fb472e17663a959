"""Writes a family's language model as llama.cpp's converter does."""

import json
import math
from pathlib import Path

import gguf
import numpy as np
import torch

from block_quantizers import quantize
from family_specs import Family
from gguf_pair import FILE_TYPES, finish, interleave

LAYER = {
    "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def name(torch_name: str) -> str:
    """The GGUF name of a tensor."""
    whole = {
        "model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight",
        "lm_head.weight": "output.weight",
    }
    if torch_name in whole:
        return whole[torch_name]
    _, _, layer, *rest, part = torch_name.split(".")
    return f"blk.{layer}.{LAYER['.'.join(rest)]}.{part}"


def rotary_factors(parameters: dict, dimension: int) -> np.ndarray:
    """`rope_freqs.weight`: `generate_extra_tensors` in conversion/llama.py of ggml-org/llama.cpp."""
    factor, original = parameters["factor"], parameters["original_max_position_embeddings"]
    low, high = parameters["low_freq_factor"], parameters["high_freq_factor"]
    steps = torch.arange(0, dimension, 2, dtype=torch.float32) / dimension
    factors = []
    for frequency in (1.0 / parameters["rope_theta"] ** steps).tolist():
        wave = 2 * math.pi / frequency
        if wave < original / high:
            factors.append(1)
        elif wave > original / low:
            factors.append(factor)
        else:
            smooth = (original / wave - low) / (high - low)
            factors.append(1 / ((1 - smooth) / factor + smooth))
    return np.array(factors, dtype=np.float32)


def write(path: Path, state: dict, family: Family, vocabularies: Path) -> None:
    """Writes the file from the stored values."""
    config = family.config
    architecture = "qwen2" if config.model_type == "qwen2" else "llama"
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_file_type(FILE_TYPES[family.stored])
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    add_tokenizer(writer, family, vocabularies)
    dimension = config.hidden_size // config.num_attention_heads
    if config.rope_parameters["rope_type"] == "llama3":
        writer.add_tensor("rope_freqs.weight", rotary_factors(config.rope_parameters, dimension))
    for torch_name, value in state.items():
        values = value.numpy()
        heads = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}
        part = name(torch_name).split(".")[-2]
        if architecture == "llama" and part in heads:
            values = interleave(values, heads[part])
        values = np.ascontiguousarray(values, dtype=np.float32)
        if values.ndim == 1:
            writer.add_tensor(name(torch_name), values)
        elif family.stored == gguf.GGMLQuantizationType.F16:
            writer.add_tensor(name(torch_name), values.astype(np.float16))
        else:
            writer.add_tensor(
                name(torch_name), quantize(values, family.stored), raw_dtype=family.stored)
    finish(writer)


def add_tokenizer(writer: gguf.GGUFWriter, family: Family, vocabularies: Path) -> None:
    """The tokenizer's keys; rows without a piece are padding."""
    file = json.loads((vocabularies / f"{family.vocabulary}.tokenizer.json").read_text())
    pieces = {id: (piece, 1) for piece, id in file["model"]["vocab"].items()}
    pieces |= {token["id"]: (token["content"], 3) for token in file["added_tokens"]}
    rows = [pieces.get(i, (f"[PAD{i}]", 5)) for i in range(family.config.vocab_size)]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(family.vocabulary)
    writer.add_token_list([piece for piece, _ in rows])
    writer.add_token_types([kind for _, kind in rows])
    writer.add_token_merges([" ".join(pair) for pair in file["model"]["merges"]])
    writer.add_bos_token_id(556)
    writer.add_eos_token_id(558)
