"""The language models: their configurations in transformers and how their files are written."""

from dataclasses import dataclass

import torch
from gguf import GGMLQuantizationType as Type
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

LLAMA3_SCALING = {
    "rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0,
    "high_freq_factor": 4.0, "original_max_position_embeddings": 64,
}
"""Of 8 frequencies one is kept, two are mixed and five divided."""

LINEAR_SCALING = {"rope_type": "linear", "rope_theta": 10000.0, "factor": 4.0}

SHAPE = {
    "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2,
    "num_key_value_heads": 1, "max_position_embeddings": 1024, "bos_token_id": 556,
}


@dataclass(frozen=True)
class Family:
    """One model: a folder and a GGUF file with the same weights."""

    name: str
    vocabulary: str
    """A tokenizer of ../byte-level."""
    config: object
    model: type
    dtype: torch.dtype
    stored: Type
    member: dict
    """What `text_config` says besides the shape, in the spelling of the family's repositories."""
    generation: dict | None
    """generation_config.json; nothing leaves the end tokens to config.json."""
    variants: dict
    """Names of further rotary positions of the same weights."""


FAMILIES = [
    Family(
        "qwen2", "qwen2",
        Qwen2Config(
            **SHAPE, vocab_size=576, rms_norm_eps=1e-6, tie_word_embeddings=True,
            rope_parameters={"rope_type": "default", "rope_theta": 1e6}, eos_token_id=558,
        ),
        Qwen2ForCausalLM, torch.bfloat16, Type.BF16,
        {
            "model_type": "qwen2", "rope_theta": 1000000.0, "rms_norm_eps": 1e-6,
            "tie_word_embeddings": True, "sliding_window": 16, "use_sliding_window": False,
            "max_window_layers": 1, "bos_token_id": 556, "eos_token_id": 558, "vocab_size": 576,
        },
        {"bos_token_id": 556, "eos_token_id": [558, 556]},
        {},
    ),
    Family(
        "llama3", "llama-bpe",
        LlamaConfig(
            **SHAPE, vocab_size=559, rms_norm_eps=1e-5, head_dim=16, tie_word_embeddings=False,
            rope_parameters=LLAMA3_SCALING, eos_token_id=[556, 557, 558],
        ),
        LlamaForCausalLM, torch.float16, Type.F16,
        {
            "model_type": "llama", "rope_theta": 10000.0, "rms_norm_eps": 1e-5, "head_dim": 16,
            "rope_scaling": {k: v for k, v in LLAMA3_SCALING.items() if k != "rope_theta"},
            "bos_token_id": 556, "eos_token_id": [556, 557, 558], "vocab_size": 559,
        },
        None,
        {"llama3-linear": LINEAR_SCALING},
    ),
]
