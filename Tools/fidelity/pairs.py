"""Writes a member as the GGUF pair llama.cpp's scripts would make, in float32, through gguf-py."""

from pathlib import Path

import gguf
import numpy as np

from folders import colours
from members import CLIP, QWEN2, Member, pinpoints
from vocabularies import add_vocabulary

LANGUAGE = {
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}
TOWER = {
    "layer_norm1": "ln1", "layer_norm2": "ln2", "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.out_proj": "attn_out",
    # The legacy script's swapped names: ffn_down is fc1.
    "mlp.fc1": "ffn_down", "mlp.fc2": "ffn_up",
}


def write(folder: Path, member: Member, model, config) -> tuple[Path, Path]:
    """text.gguf and mmproj.gguf."""
    folder.mkdir(parents=True, exist_ok=True)
    state = {name: value.float().numpy() for name, value in model.state_dict().items()}
    text, projector = folder / "text.gguf", folder / "mmproj.gguf"
    write_text(text, member, state, config.text_config)
    write_projector(projector, member, state, config)
    return text, projector


def interleaved(weight: np.ndarray, heads: int) -> np.ndarray:
    """Rotate-half rows of each head (and of a bias) to adjacent ones, as architecture llama has them."""
    shape = weight.shape
    halves = weight.reshape(heads, 2, shape[0] // heads // 2, *shape[1:])
    return np.ascontiguousarray(halves.swapaxes(1, 2)).reshape(shape)


def write_text(path: Path, member: Member, state: dict, config) -> None:
    """The language model."""
    architecture = "qwen2" if member.language == QWEN2 else "llama"
    writer = gguf.GGUFWriter(path, architecture)
    head = config.hidden_size // config.num_attention_heads
    writer.add_name(member.name)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_dimension_count(head)
    writer.add_rope_freq_base(member.rope["rope_theta"])
    writer.add_vocab_size(config.vocab_size)
    add_vocabulary(writer, member, config.vocab_size)
    prefix = "model.language_model."
    writer.add_tensor("token_embd.weight", state[prefix + "embed_tokens.weight"])
    if member.rope["rope_type"] == "llama3":
        writer.add_tensor("rope_freqs.weight", rope_factors(member.rope, head))
    for layer in range(config.num_hidden_layers):
        for long, short in LANGUAGE.items():
            for part in ("weight", "bias"):
                values = state.get(f"{prefix}layers.{layer}.{long}.{part}")
                if values is None:
                    continue
                if architecture == "llama" and short in ("attn_q", "attn_k"):
                    heads = (config.num_attention_heads if short == "attn_q"
                             else config.num_key_value_heads)
                    values = interleaved(values, heads)
                writer.add_tensor(f"blk.{layer}.{short}.{part}", values)
    writer.add_tensor("output_norm.weight", state[prefix + "norm.weight"])
    if not config.tie_word_embeddings:
        writer.add_tensor("output.weight", state["lm_head.weight"])
    finish(writer)


def rope_factors(rope: dict, head: int) -> np.ndarray:
    """What each inverse frequency is divided by: 1 for short waves, `factor` for long ones."""
    inverse = rope["rope_theta"] ** (-np.arange(0, head, 2, dtype=np.float64) / head)
    wave = 2 * np.pi / inverse
    original = rope["original_max_position_embeddings"]
    low, high = original / rope["low_freq_factor"], original / rope["high_freq_factor"]
    smooth = (original / wave - rope["low_freq_factor"]) / (
        rope["high_freq_factor"] - rope["low_freq_factor"])
    between = 1 / ((1 - smooth) / rope["factor"] + smooth)
    factors = np.where(wave < high, 1.0, np.where(wave > low, rope["factor"], between))
    return factors.astype(np.float32)


def write_projector(path: Path, member: Member, state: dict, config) -> None:
    """Tower and projector, with the keys of the legacy script."""
    vision = config.vision_config
    state_index = member.feature_layer % (vision.num_hidden_layers + 1)
    writer = gguf.GGUFWriter(path, "clip")
    writer.add_name(member.name)
    writer.add_bool("clip.has_text_encoder", False)
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_bool("clip.has_llava_projector", True)
    writer.add_string("clip.projector_type", "mlp")
    writer.add_bool("clip.use_gelu", member.tower != CLIP)
    for key, value in (
        ("image_size", vision.image_size), ("patch_size", vision.patch_size),
        ("embedding_length", vision.hidden_size), ("feed_forward_length", vision.intermediate_size),
        ("projection_dim", vision.hidden_size), ("block_count", state_index),
        ("attention.head_count", vision.num_attention_heads),
    ):
        writer.add_uint32(f"clip.vision.{key}", value)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", vision.layer_norm_eps)
    mean, std = colours(member)
    writer.add_array("clip.vision.image_mean", mean)
    writer.add_array("clip.vision.image_std", std)
    if member.tiles:
        flat = [side for pair in pinpoints(member.side) for side in pair]
        writer.add_array("clip.vision.image_grid_pinpoints", flat)
        writer.add_string("clip.vision.image_aspect_ratio", "anyres")
        writer.add_string("clip.vision.mm_patch_merge_type", "spatial_unpad")
        writer.add_tensor("model.image_newline", state["model.image_newline"])
    tower = "model.vision_tower."
    embeddings = tower + "embeddings."
    writer.add_tensor("v.patch_embd.weight", state[embeddings + "patch_embedding.weight"])
    writer.add_tensor("v.position_embd.weight", state[embeddings + "position_embedding.weight"])
    if member.tower == CLIP:
        writer.add_tensor("v.class_embd", state[embeddings + "class_embedding"])
        for part in ("weight", "bias"):
            writer.add_tensor(f"v.pre_ln.{part}", state[f"{tower}pre_layrnorm.{part}"])
    else:
        writer.add_tensor("v.patch_embd.bias", state[embeddings + "patch_embedding.bias"])
    for block in range(state_index):
        for long, short in TOWER.items():
            for part in ("weight", "bias"):
                values = state[f"{tower}encoder.layers.{block}.{long}.{part}"]
                writer.add_tensor(f"v.blk.{block}.{short}.{part}", values)
    projector = "model.multi_modal_projector."
    names = {"mm": projector} if member.linear else {
        "mm.0": projector + "linear_1.", "mm.2": projector + "linear_2."}
    for short, long in names.items():
        for part in ("weight", "bias"):
            writer.add_tensor(f"{short}.{part}", state[long + part])
    finish(writer)


def finish(writer: gguf.GGUFWriter) -> None:
    """Writes header, keys and tensors, then closes the file."""
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
