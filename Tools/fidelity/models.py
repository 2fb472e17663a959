"""Builds a member with transformers, and names its tensors as each format does."""

import torch
from torch import nn
from transformers import (
    CLIPVisionConfig, LlamaConfig, LlavaConfig, LlavaForConditionalGeneration, LlavaNextConfig,
    LlavaNextForConditionalGeneration, MistralConfig, Qwen2Config, SiglipVisionConfig,
)

from members import CLIP, LLAMA, MISTRAL, PATCH, PIECES, Member, pinpoints
from vocabularies import marks

TOWER_WIDTH, TOWER_WIDE, TOWER_HEADS, TOWER_BLOCKS = 48, 80, 2, 3
LANGUAGE_BLOCKS = 2
LOGIT_SPREAD = 8.0
"""Standard deviation of the logits an untied output matrix aims at: greedy choices are decisive."""


def configuration(member: Member, rows: int):
    """The transformers configuration; `rows` is the height of the embedding."""
    shared = dict(
        hidden_size=TOWER_WIDTH, intermediate_size=TOWER_WIDE, num_hidden_layers=TOWER_BLOCKS,
        num_attention_heads=TOWER_HEADS, image_size=member.side, patch_size=PATCH,
    )
    if member.tower == CLIP:
        vision = CLIPVisionConfig(**shared, hidden_act="quick_gelu", projection_dim=TOWER_WIDTH)
    else:
        vision = SiglipVisionConfig(**shared, hidden_act="gelu_pytorch_tanh", vision_use_head=False)
    begin, end = marks(member)
    classes = {LLAMA: LlamaConfig, MISTRAL: MistralConfig}
    text = classes.get(member.language, Qwen2Config)(
        vocab_size=rows, hidden_size=member.hidden, intermediate_size=2 * member.hidden,
        num_hidden_layers=LANGUAGE_BLOCKS, num_attention_heads=member.heads,
        num_key_value_heads=member.kv_heads, rms_norm_eps=member.epsilon,
        max_position_embeddings=member.context, tie_word_embeddings=member.tied,
        rope_parameters=dict(member.rope), bos_token_id=begin, eos_token_id=end, pad_token_id=0,
        **({"sliding_window": None} if member.language == MISTRAL else {}),
    )
    whole = dict(
        vision_config=vision, text_config=text, image_token_index=rows - 1,
        projector_hidden_act="gelu", vision_feature_layer=member.feature_layer,
        vision_feature_select_strategy="default" if member.tower == CLIP else "full",
        image_seq_length=(member.side // PATCH) ** 2, tie_word_embeddings=member.tied,
    )
    if member.tiles:
        return LlavaNextConfig(**whole, image_grid_pinpoints=pinpoints(member.side))
    return LlavaConfig(**whole)


def build(member: Member, config, seed: int):
    """A float32 model with random weights of that seed; the last row stands for the picture."""
    kind = LlavaNextForConditionalGeneration if member.tiles else LlavaForConditionalGeneration
    model = kind(config).float().eval()
    if member.linear:
        model.model.multi_modal_projector = nn.Linear(TOWER_WIDTH, member.hidden)
    fill(model, seed)
    return model.requires_grad_(False)


def fill(model, seed: int) -> None:
    """Unit-gain matrices, norms around 1, small biases; rows of no piece and of control are small.

    A tied model would only repeat its last token, as that row fits itself best; a final norm of
    random signs takes this away.
    """
    generator = torch.Generator().manual_seed(seed)
    tied = model.config.text_config.tie_word_embeddings
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            if "lm_head" in name:
                noise *= LOGIT_SPREAD / parameter.shape[-1] ** 0.5
                noise[PIECES:] *= 0.05
                noise[:3] *= 0.05
            elif tied and "embed_tokens" in name:
                noise[PIECES:] *= 0.05
                noise[:3] *= 0.05
            elif tied and name == "model.language_model.norm.weight":
                noise = noise.sign() * (1 + 0.2 * noise.abs())
            elif "norm" in name and name.endswith("weight"):
                noise = 1 + 0.2 * noise
            elif name.endswith("bias"):
                noise *= 0.1
            elif "patch_embedding" in name:
                noise *= 1.5 / parameter[0].numel() ** 0.5
            elif parameter.dim() == 2 and "embed" not in name:
                gain = 1.6 if "q_proj" in name or "k_proj" in name else 1.2
                noise *= gain / parameter.shape[-1] ** 0.5
            parameter.copy_(noise)
    model.tie_weights()


def hub_name(name: str) -> str:
    """The llava-hf repositories' name of a tensor from its name inside transformers 5."""
    for old, new in (
        ("model.language_model.", "language_model.model."),
        ("lm_head.", "language_model.lm_head."),
        ("model.vision_tower.", "vision_tower.vision_model."),
        ("model.multi_modal_projector.", "multi_modal_projector."),
        ("model.image_newline", "image_newline"),
    ):
        if name.startswith(old):
            return new + name[len(old):]
    raise ValueError(f"no repository name for {name}")


def original_name(name: str) -> str | None:
    """The original project's name; None for the tower, which is a folder of its own."""
    if name.startswith("model.vision_tower."):
        return None
    name = name.replace("model.language_model.", "model.")
    return name.replace("model.multi_modal_projector.", "model.mm_projector.")


def tower_name(name: str) -> str | None:
    """The name in the tower's own repository."""
    prefix = "model.vision_tower."
    return "vision_model." + name[len(prefix):] if name.startswith(prefix) else None
