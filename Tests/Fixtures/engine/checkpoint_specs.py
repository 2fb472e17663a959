"""The tiny LLaVA checkpoints: shapes, storage and seeds.

Together they cover both projectors, multi-head and grouped-query attention, every family of element
type, and each spelling a projector file comes in.
"""

from dataclasses import dataclass, field

from gguf import GGMLQuantizationType as Type
from transformers import CLIPVisionConfig, LlamaConfig, LlavaConfig

from gguf_pair import PairOptions

PATCH = 14


@dataclass(frozen=True)
class Vision:
    """Shape of a vision tower; the last layer is never executed (feature layer -2)."""

    side: int
    hidden: int
    heads: int
    feed_forward: int
    layers: int
    epsilon: float = 1e-5


@dataclass(frozen=True)
class Text:
    """Shape of a language model; `head` is the head dimension."""

    hidden: int
    heads: int
    kv_heads: int
    feed_forward: int
    layers: int
    head: int = 16
    theta: float = 10000.0
    epsilon: float = 1e-5
    tied: bool = False


@dataclass(frozen=True)
class Spec:
    """One checkpoint. `seed` is the first tried; generate.py records the one that was decisive."""

    name: str
    vision: Vision
    text: Text
    linear: bool = False
    seed: int = 1
    context: int = 512
    is_long: bool = False
    """Whether the text-only question takes more positions than an engine reads at once."""
    padded_rows: int | None = None
    """Rows of the embedding where they exceed the vocabulary (llava-hf pads to a multiple of 64)."""
    options: PairOptions = field(default_factory=PairOptions)


SPECS = [
    Spec(
        "linear-mha-f32", Vision(28, 32, 2, 80, 3), Text(32, 2, 2, 80, 2, epsilon=1e-6), linear=True,
        options=PairOptions(swapped_ffn_names=True, stored_vision_blocks=2, short_linear_names=True),
    ),
    Spec(
        "mlp-gqa-tied-f32", Vision(70, 32, 2, 80, 3), Text(48, 3, 1, 64, 2, theta=1e6, tied=True),
        options=PairOptions(feature_layer=2),
    ),
    Spec(
        "mlp-mha-f16", Vision(56, 64, 4, 112, 3), Text(64, 4, 4, 64, 2),
        options=PairOptions(
            Type.F16, vision_type=Type.F16, swapped_ffn_names=True, stored_vision_blocks=2
        ),
    ),
    Spec(
        "mlp-gqa-f16", Vision(42, 32, 2, 80, 4), Text(64, 4, 2, 96, 2, theta=1e6, epsilon=1e-6),
        options=PairOptions(
            Type.F16, vision_type=Type.F16, feature_layer=3, newer_projector_type_key=True
        ),
    ),
    Spec(
        "mlp-gqa-q8_0", Vision(322, 32, 4, 96, 4), Text(64, 4, 1, 160, 3), context=1024, is_long=True,
        options=PairOptions(
            Type.Q8_0, vision_type=Type.F16, swapped_ffn_names=True, stored_vision_blocks=3
        ),
    ),
    Spec(
        "linear-gqa-q8_0", Vision(28, 32, 2, 96, 3, epsilon=0.02),
        Text(96, 6, 3, 128, 2, epsilon=0.02), linear=True,
        options=PairOptions(Type.Q8_0, vision_type=Type.Q8_0, stored_vision_blocks=2, feature_layer=2),
    ),
    Spec(
        "mlp-gqa-q4_0", Vision(42, 32, 2, 96, 3), Text(96, 6, 2, 160, 3, theta=5e5),
        options=PairOptions(
            Type.Q4_0, {"output.weight": Type.Q8_0}, Type.F16, swapped_ffn_names=True,
            stored_vision_blocks=2,
        ),
    ),
    Spec(
        "mlp-mha-bf16", Vision(42, 32, 2, 80, 4), Text(64, 4, 4, 64, 1, head=32),
        options=PairOptions(
            Type.BF16, vision_type=Type.BF16, stored_vision_blocks=3, stores_post_norm=True
        ),
    ),
    Spec(
        "mlp-gqa-q4_k", Vision(28, 32, 2, 96, 3), Text(256, 4, 1, 256, 1, head=64),
        options=PairOptions(
            Type.Q4_K,
            {"output.weight": Type.Q6_K, "blk.0.ffn_down.weight": Type.Q6_K,
             "blk.0.attn_v.weight": Type.Q6_K},
            Type.Q8_0, swapped_ffn_names=True, stored_vision_blocks=2,
        ),
    ),
]

HUGGING_FACE = Spec(
    "hf-gqa-f16", Vision(42, 32, 2, 80, 3), Text(32, 2, 1, 80, 2, theta=1e6, epsilon=1e-6),
    padded_rows=512,
)
"""The checkpoint that is stored as a Hugging Face folder instead of a GGUF pair."""


def configuration(spec: Spec, vocabulary_size: int) -> LlavaConfig:
    """The transformers configuration of `spec`.

    The picture's id inside transformers is `<unk>`, which no prompt produces, or the first row
    after the vocabulary where there is one.
    """
    rows = spec.padded_rows or vocabulary_size
    image_token = vocabulary_size if spec.padded_rows else 0
    vision, text = spec.vision, spec.text
    return LlavaConfig(
        vision_config=CLIPVisionConfig(
            hidden_size=vision.hidden, intermediate_size=vision.feed_forward,
            num_hidden_layers=vision.layers, num_attention_heads=vision.heads,
            image_size=vision.side, patch_size=PATCH, hidden_act="quick_gelu",
            layer_norm_eps=vision.epsilon, projection_dim=vision.hidden,
        ),
        text_config=LlamaConfig(
            vocab_size=rows, hidden_size=text.hidden, intermediate_size=text.feed_forward,
            num_hidden_layers=text.layers, num_attention_heads=text.heads,
            num_key_value_heads=text.kv_heads, head_dim=text.head, rms_norm_eps=text.epsilon,
            max_position_embeddings=spec.context, tie_word_embeddings=text.tied,
            rope_parameters={"rope_type": "default", "rope_theta": text.theta},
            bos_token_id=1, eos_token_id=2, pad_token_id=0,
        ),
        image_token_index=image_token, projector_hidden_act="gelu", vision_feature_layer=-2,
        vision_feature_select_strategy="default", image_seq_length=(vision.side // PATCH) ** 2,
        tie_word_embeddings=text.tied,
    )
