"""Writes a checkpoint as a Hugging Face folder in the spelling of the llava-hf repositories.

transformers 5 saves other names than those repositories hold (no `vision_model.`) and other
configuration keys (`rope_parameters`); what people have on disk is the older form, so it is written
here by hand: two safetensors shards with an index, float16, the embedding rows padded.
"""

import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from preprocessing import MEAN, STD


def hub_name(name: str) -> str:
    """The repository's name of a tensor from its name inside transformers 5."""
    for old, new in (
        ("model.language_model.", "language_model.model."),
        ("lm_head.", "language_model.lm_head."),
        ("model.vision_tower.", "vision_tower.vision_model."),
        ("model.multi_modal_projector.", "multi_modal_projector."),
    ):
        if name.startswith(old):
            return new + name[len(old):]
    raise ValueError(f"no repository name for {name}")


def write(folder: Path, state: dict, config, tokenizer_model: Path) -> dict:
    """Writes the folder and returns the stored values by transformers' names, as float32."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    names = {hub_name(name): name for name in state if "position_ids" not in name}
    stored = {hub: state[name].detach().to(torch.float16).contiguous() for hub, name in names.items()}
    language = sorted(hub for hub in stored if hub.startswith("language_model."))
    others = sorted(set(stored) - set(language))
    index = {}
    for number, shard in enumerate((language, others), 1):
        file = f"model-{number:05}-of-00002.safetensors"
        save_file({hub: stored[hub] for hub in shard}, folder / file, {"format": "pt"})
        index |= {hub: file for hub in shard}
    total = sum(tensor.numel() * 2 for tensor in stored.values())
    dump(folder / "model.safetensors.index.json", {"metadata": {"total_size": total}, "weight_map": index})
    write_configuration(folder, config)
    shutil.copy(tokenizer_model, folder / "tokenizer.model")
    read = {}
    for file in sorted(set(index.values())):
        read |= load_file(folder / file)
    return {names[hub]: tensor.float() for hub, tensor in read.items()}


def write_configuration(folder: Path, config) -> None:
    """config.json and its companions; `config` is a LlavaConfig."""
    text, vision = config.text_config, config.vision_config
    dump(folder / "config.json", {
        "architectures": ["LlavaForConditionalGeneration"], "model_type": "llava",
        "ignore_index": -100, "image_token_index": config.image_token_id,
        "projector_hidden_act": "gelu", "vision_feature_layer": -2,
        "vision_feature_select_strategy": "default", "torch_dtype": "float16",
        "text_config": {
            "model_type": "llama", "hidden_size": text.hidden_size,
            "intermediate_size": text.intermediate_size, "num_hidden_layers": text.num_hidden_layers,
            "num_attention_heads": text.num_attention_heads,
            "num_key_value_heads": text.num_key_value_heads,
            "max_position_embeddings": text.max_position_embeddings, "rms_norm_eps": text.rms_norm_eps,
            "rope_theta": text.rope_parameters["rope_theta"], "vocab_size": text.vocab_size,
        },
        "vision_config": {
            "model_type": "clip_vision_model", "hidden_size": vision.hidden_size,
            "intermediate_size": vision.intermediate_size,
            "num_hidden_layers": vision.num_hidden_layers,
            "num_attention_heads": vision.num_attention_heads, "image_size": vision.image_size,
            "patch_size": vision.patch_size, "projection_dim": vision.projection_dim,
        },
    })
    side = vision.image_size
    dump(folder / "preprocessor_config.json", {
        "crop_size": {"height": side, "width": side}, "do_center_crop": True, "do_convert_rgb": True,
        "do_normalize": True, "do_rescale": True, "do_resize": True, "resample": 3,
        "image_mean": [round(float(v), 8) for v in MEAN], "image_std": [round(float(v), 8) for v in STD],
        "image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": side},
    })
    dump(folder / "tokenizer_config.json", {
        "tokenizer_class": "LlamaTokenizer", "add_bos_token": True, "add_eos_token": False,
        "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>",
        "legacy": True,
    })
    added = {"<image>": config.image_token_id, "<pad>": config.image_token_id + 1}
    dump(folder / "added_tokens.json", added)
    dump(folder / "generation_config.json", {
        "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": config.image_token_id + 1,
    })


def dump(path: Path, value) -> None:
    """JSON with an end of line."""
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="ascii")
