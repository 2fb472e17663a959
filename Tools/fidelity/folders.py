"""Writes a member as people have it on disk: a Hugging Face folder, or the original project's two."""

import json
import shutil
from pathlib import Path

from safetensors.torch import save_file

from members import CLIP, LLAMA3_BYTES, SENTENCES, Member, pinpoints
from models import hub_name, original_name, tower_name
from vocabularies import FIXTURES

CLIP_MEAN, CLIP_STD = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
HALF = [0.5, 0.5, 0.5]


def colours(member: Member) -> tuple[list[float], list[float]]:
    """Mean and deviation of the tower's pixels."""
    return (CLIP_MEAN, CLIP_STD) if member.tower == CLIP else (HALF, HALF)


def write(folder: Path, member: Member, model, config) -> Path:
    """The folder, or the two of a model with a linear projector, which transformers lacks."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if member.linear:
        return write_original(folder, member, model, config)
    save(folder, model, hub_name)
    dump(folder / "config.json", config.to_dict())
    dump(folder / "preprocessor_config.json", preprocessor(member))
    tokenizer(folder, member)
    return folder


def write_original(folder: Path, member: Member, model, config) -> Path:
    """liuhaotian's layout: the tower is only named and lies beside."""
    own, tower = folder / "llava", folder / "clip-tiny"
    own.mkdir()
    tower.mkdir()
    save(own, model, original_name)
    save(tower, model, tower_name)
    text = config.text_config.to_dict()
    dump(own / "config.json", text | {
        "model_type": "llava", "mm_vision_tower": "openai/clip-tiny", "mm_projector_type": "linear",
        "mm_vision_select_layer": -2, "mm_vision_select_feature": "patch",
        "rope_theta": member.rope["rope_theta"],
    })
    dump(tower / "config.json", {
        "model_type": "clip", "vision_config": config.vision_config.to_dict()})
    dump(tower / "preprocessor_config.json", preprocessor(member))
    tokenizer(own, member)
    return own


def save(folder: Path, model, rename) -> None:
    """The tensors `rename` has a name for."""
    tied = model.config.text_config.tie_word_embeddings
    stored = {}
    for name, value in model.state_dict().items():
        if "position_ids" in name or (tied and name.startswith("lm_head")):
            continue
        if new := rename(name):
            stored[new] = value.contiguous()
    save_file(stored, folder / "model.safetensors", {"format": "pt"})


def preprocessor(member: Member) -> dict:
    """preprocessor_config.json as the real member's repository has it."""
    mean, std = colours(member)
    square = {"height": member.side, "width": member.side}
    common = {"do_normalize": True, "do_rescale": True, "do_resize": True, "resample": 3,
              "rescale_factor": 1 / 255, "image_mean": mean, "image_std": std}
    if member.tower != CLIP:
        return common | {"image_processor_type": "SiglipImageProcessor", "size": square}
    common |= {"crop_size": square, "do_center_crop": True, "do_convert_rgb": True,
               "size": {"shortest_edge": member.side}}
    if member.tiles:
        return common | {"image_processor_type": "LlavaNextImageProcessor",
                         "image_grid_pinpoints": pinpoints(member.side)}
    return common | {"image_processor_type": "CLIPImageProcessor"}


def tokenizer(folder: Path, member: Member) -> None:
    """The tokenizer's files."""
    if member.vocabulary == SENTENCES:
        shutil.copy(FIXTURES / "tokenizer/tokenizer.model", folder / "tokenizer.model")
        dump(folder / "tokenizer_config.json", {
            "tokenizer_class": "LlamaTokenizer", "add_bos_token": True, "bos_token": "<s>",
            "eos_token": "</s>", "unk_token": "<unk>", "legacy": True})
        return
    source = FIXTURES / f"byte-level/{member.vocabulary}.tokenizer.json"
    shutil.copy(source, folder / "tokenizer.json")
    dump(folder / "tokenizer_config.json", {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "add_bos_token": member.vocabulary == LLAMA3_BYTES, "bos_token": "<|endoftext|>",
        "eos_token": "<|im_end|>"})


def dump(path: Path, value) -> None:
    """JSON with an end of line."""
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
