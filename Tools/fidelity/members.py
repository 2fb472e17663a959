"""The family: tiny stand-ins for the models people download, each with its real one's features.

Shapes are small, everything that makes a member differ from the others is as in the real one: tower,
projector, tiles, the language model's class and its special features.
"""

from dataclasses import dataclass, field

PATCH = 14
PIECES = 448
"""Pieces of the smallest vocabulary in use; models write no others."""
CLIP, SIGLIP = "clip", "siglip"
LLAMA, MISTRAL, QWEN2 = "llama", "mistral", "qwen2"
SENTENCES, LLAMA3_BYTES, QWEN2_BYTES = "sentencepiece", "llama-bpe", "qwen2"

LLAMA31_ROPE = {
    "rope_type": "llama3", "rope_theta": 500000.0, "factor": 8.0, "low_freq_factor": 1.0,
    "high_freq_factor": 4.0, "original_max_position_embeddings": 32,
}
"""LLaMA 3.1's scaling; the original context is cut to 32 so that it bends the tiny heads' waves."""


@dataclass(frozen=True)
class Member:
    """One model of the family."""

    name: str
    real: str
    """The model it stands for."""
    language: str = LLAMA
    vocabulary: str = SENTENCES
    tower: str = CLIP
    side: int = 42
    tiles: bool = False
    linear: bool = False
    hidden: int = 64
    heads: int = 4
    kv_heads: int = 4
    tied: bool = False
    rope: dict = field(default_factory=lambda: {"rope_type": "default", "rope_theta": 10000.0})
    epsilon: float = 1e-5
    context: int = 512
    feature_layer: int = -2
    seed: int = 1


def theta(base: float) -> dict:
    """Unscaled rotary positions of another base."""
    return {"rope_type": "default", "rope_theta": base}


FAMILY = [
    Member("v1", "LLaVA v1 7B/13B", linear=True, side=28, epsilon=1e-6),
    Member("v1.5", "LLaVA v1.5 7B/13B"),
    Member("v1.6-vicuna", "LLaVA 1.6 Vicuna 7B/13B", tiles=True, side=28),
    Member("v1.6-mistral", "LLaVA 1.6 Mistral 7B", language=MISTRAL, tiles=True, side=28,
           kv_heads=1, rope=theta(1e6)),
    Member("v1.6-yi", "LLaVA 1.6 34B (Yi)", tiles=True, side=28, hidden=112, heads=7, kv_heads=1,
           rope=theta(5e6)),
    Member("next-llama3", "LLaVA-NeXT LLaMA 3 8B", vocabulary=LLAMA3_BYTES, tiles=True, side=28,
           kv_heads=1, rope=theta(5e5)),
    Member("interleave-qwen", "llava-interleave-qwen-0.5b", language=QWEN2,
           vocabulary=QWEN2_BYTES, tower=SIGLIP, side=48, tied=True, rope=theta(1e6),
           epsilon=1e-6, feature_layer=-1),
    Member("tiny-llava", "tiny-llava-v1 (TinyLlama 1.1B)", heads=8, kv_heads=1, hidden=128),
    Member("joycaption", "llama-joycaption (LLaMA 3.1 8B)", vocabulary=LLAMA3_BYTES,
           tower=SIGLIP, side=48, kv_heads=1, rope=LLAMA31_ROPE),
    Member("xtuner-llama3", "xtuner llava-llama-3-8b", vocabulary=LLAMA3_BYTES, kv_heads=1,
           rope=theta(5e5)),
    Member("bakllava", "BakLLaVA-1 (Mistral 7B)", language=MISTRAL, kv_heads=2),
]


def pinpoints(side: int) -> list[list[int]]:
    """The released models' pinpoints, in tiles of `side`."""
    return [[side * a, side * b] for a, b in ((1, 2), (2, 1), (2, 2), (3, 1), (1, 3))]
