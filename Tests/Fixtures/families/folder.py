"""Writes a family's model as a Hugging Face folder, with a vision tower of almost nothing."""

import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file

from family_specs import SHAPE, Family

VISION = {
    "model_type": "clip_vision_model", "hidden_size": 16, "intermediate_size": 24,
    "num_hidden_layers": 2, "num_attention_heads": 1, "image_size": 14, "patch_size": 14,
    "projection_dim": 16,
}


def tower() -> dict:
    """A tower and a projector of zeros: no test of these models looks at a picture."""
    whole = "vision_tower.vision_model."
    wide, forward = VISION["hidden_size"], VISION["intermediate_size"]
    shapes = {
        whole + "embeddings.class_embedding": [wide],
        whole + "embeddings.patch_embedding.weight": [wide, 3, 14, 14],
        whole + "embeddings.position_embedding.weight": [2, wide],
    }
    pairs = {whole + "pre_layrnorm": [wide]}
    for layer in range(VISION["num_hidden_layers"]):
        block = f"{whole}encoder.layers.{layer}."
        pairs |= {block + norm: [wide] for norm in ("layer_norm1", "layer_norm2")}
        pairs |= {
            block + name: [wide, wide]
            for name in (
                "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj",
            )
        }
        pairs |= {block + "mlp.fc1": [forward, wide], block + "mlp.fc2": [wide, forward]}
    pairs["multi_modal_projector.linear_1"] = [SHAPE["hidden_size"], wide]
    pairs["multi_modal_projector.linear_2"] = [SHAPE["hidden_size"]] * 2
    for name, shape in pairs.items():
        shapes |= {f"{name}.weight": shape, f"{name}.bias": shape[:1]}
    return {name: torch.zeros(shape, dtype=torch.float16) for name, shape in shapes.items()}


def write(folder: Path, state: dict, family: Family, vocabularies: Path) -> dict:
    """Writes the folder; returns the stored values of the language model as float32."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tied = family.config.tie_word_embeddings
    language = {
        f"language_model.{name}": value.to(family.dtype).contiguous()
        for name, value in state.items()
        if not (tied and name == "lm_head.weight")
    }
    save_file(language | tower(), folder / "model.safetensors", {"format": "pt"})
    shape = {name: value for name, value in SHAPE.items() if name != "bos_token_id"}
    dump(folder / "config.json", {
        "architectures": ["LlavaForConditionalGeneration"], "model_type": "llava",
        "image_token_index": 557, "projector_hidden_act": "gelu", "vision_feature_layer": -2,
        "vision_feature_select_strategy": "default", "text_config": shape | family.member,
        "vision_config": VISION,
    })
    dump(folder / "preprocessor_config.json", {
        "crop_size": {"height": 14, "width": 14}, "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5], "resample": 3, "size": {"shortest_edge": 14},
    })
    dump(folder / "tokenizer_config.json", {
        "bos_token": "<|endoftext|>", "eos_token": "<|im_end|>",
    })
    if family.generation:
        dump(folder / "generation_config.json", family.generation)
    shutil.copy(vocabularies / f"{family.vocabulary}.tokenizer.json", folder / "tokenizer.json")
    return {name.removeprefix("language_model."): value.float() for name, value in language.items()}


def dump(path: Path, value) -> None:
    """JSON with an end of line."""
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="ascii")
