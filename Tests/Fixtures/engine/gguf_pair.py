"""Writes a transformers LLaVA as a GGUF pair (text model + mmproj) and reads the stored values back.

One tensor plan serves both directions, so what a golden is computed from is exactly what the
file holds: write, dequantise, undo the q/k permutation, load into transformers, run.

Names follow the `llama` and `clip` architectures as llama.cpp's converters write them.
"""

from dataclasses import dataclass, field
from pathlib import Path

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType as Type

from block_quantizers import quantize

F32, F16 = Type.F32, Type.F16

FILE_TYPES = {
    Type.F32: 0, Type.F16: 1, Type.Q4_0: 2, Type.Q8_0: 7, Type.BF16: 32, Type.Q4_K: 15,
}


@dataclass(frozen=True)
class PairOptions:
    """How a checkpoint is stored: element types and the spellings of the projector file."""

    text_type: Type = F32
    """Matrices of the text model (norms are always F32)."""
    text_overrides: dict = field(default_factory=dict)
    """GGUF tensor name -> type, where one matrix differs (the Q4_K_M habit)."""
    vision_type: Type = F32
    """Matrices of the projector file; the patch convolution falls back to F16 for block types."""
    swapped_ffn_names: bool = False
    """The legacy script's spelling: ffn_down holds fc1 and ffn_up holds fc2."""
    stored_vision_blocks: int | None = None
    """Blocks written; None writes them all."""
    feature_layer: int | None = None
    """clip.vision.feature_layer, a non-negative hidden-state index; None leaves the key out."""
    short_linear_names: bool = False
    """A linear projector as mm.weight / mm.bias instead of mm.0.*."""
    newer_projector_type_key: bool = False
    """clip.vision.projector_type instead of clip.projector_type."""
    stores_post_norm: bool = False
    """v.post_ln.*, which LLaVA never uses and a loader must tolerate."""


@dataclass(frozen=True)
class PlannedTensor:
    """One tensor: its GGUF name, its transformers name, its stored type."""

    gguf_name: str
    torch_name: str
    type: Type
    permuted_heads: int = 0
    """Heads whose rows are interleaved (q and k of the text model); 0 for none."""


def text_plan(config, options: PairOptions) -> list[PlannedTensor]:
    """Tensors of the text file in writing order."""
    def matrix(name, torch_name, heads=0):
        stored = options.text_overrides.get(name, options.text_type)
        return PlannedTensor(name, torch_name, stored, heads)

    text = "model.language_model."
    plan = [matrix("token_embd.weight", text + "embed_tokens.weight")]
    for i in range(config.num_hidden_layers):
        block, layer = f"blk.{i}.", f"{text}layers.{i}."
        heads, kv_heads = config.num_attention_heads, config.num_key_value_heads
        plan += [
            PlannedTensor(block + "attn_norm.weight", layer + "input_layernorm.weight", F32),
            matrix(block + "attn_q.weight", layer + "self_attn.q_proj.weight", heads),
            matrix(block + "attn_k.weight", layer + "self_attn.k_proj.weight", kv_heads),
            matrix(block + "attn_v.weight", layer + "self_attn.v_proj.weight"),
            matrix(block + "attn_output.weight", layer + "self_attn.o_proj.weight"),
            PlannedTensor(block + "ffn_norm.weight", layer + "post_attention_layernorm.weight", F32),
            matrix(block + "ffn_gate.weight", layer + "mlp.gate_proj.weight"),
            matrix(block + "ffn_up.weight", layer + "mlp.up_proj.weight"),
            matrix(block + "ffn_down.weight", layer + "mlp.down_proj.weight"),
        ]
    plan.append(PlannedTensor("output_norm.weight", text + "norm.weight", F32))
    if not config.tie_word_embeddings:
        plan.append(matrix("output.weight", "lm_head.weight"))
    return plan


def vision_plan(config, linear_projector: bool, options: PairOptions) -> list[PlannedTensor]:
    """Tensors of the projector file in writing order; `config` is the CLIP vision config."""
    vision, stored = "model.vision_tower.", options.vision_type
    convolution = stored if stored in (F32, F16, Type.BF16) else F16
    plan = [
        PlannedTensor("v.class_embd", vision + "embeddings.class_embedding", F32),
        PlannedTensor("v.patch_embd.weight", vision + "embeddings.patch_embedding.weight", convolution),
        PlannedTensor(
            "v.position_embd.weight", vision + "embeddings.position_embedding.weight", stored
        ),
        PlannedTensor("v.pre_ln.weight", vision + "pre_layrnorm.weight", F32),
        PlannedTensor("v.pre_ln.bias", vision + "pre_layrnorm.bias", F32),
    ]
    fc1, fc2 = ("ffn_down", "ffn_up") if options.swapped_ffn_names else ("ffn_up", "ffn_down")
    names = {
        "ln1": "layer_norm1", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj",
        "attn_v": "self_attn.v_proj", "attn_out": "self_attn.out_proj", "ln2": "layer_norm2",
        fc1: "mlp.fc1", fc2: "mlp.fc2",
    }
    for i in range(stored_blocks(config, options)):
        for short, long in names.items():
            source = f"{vision}encoder.layers.{i}.{long}"
            weight = F32 if short.startswith("ln") else stored
            plan.append(PlannedTensor(f"v.blk.{i}.{short}.weight", source + ".weight", weight))
            plan.append(PlannedTensor(f"v.blk.{i}.{short}.bias", source + ".bias", F32))
    if options.stores_post_norm:
        for part in ("weight", "bias"):
            plan.append(PlannedTensor(f"v.post_ln.{part}", f"{vision}post_layernorm.{part}", F32))
    projector = "model.multi_modal_projector."
    if linear_projector:
        linears = {"mm" if options.short_linear_names else "mm.0": projector.rstrip(".")}
    else:
        linears = {"mm.0": projector + "linear_1", "mm.2": projector + "linear_2"}
    for short, long in linears.items():
        plan.append(PlannedTensor(short + ".weight", long + ".weight", stored))
        plan.append(PlannedTensor(short + ".bias", long + ".bias", F32))
    return plan


def stored_blocks(vision_config, options: PairOptions) -> int:
    """Number of ViT blocks in the projector file."""
    return options.stored_vision_blocks or vision_config.num_hidden_layers


def interleave(weight: np.ndarray, heads: int) -> np.ndarray:
    """Rotate-half rows (j, d/2+j) of each head to adjacent rows (2j, 2j+1)."""
    rows, columns = weight.shape
    halves = weight.reshape(heads, 2, rows // heads // 2, columns)
    return halves.swapaxes(1, 2).reshape(rows, columns)


def deinterleave(weight: np.ndarray, heads: int) -> np.ndarray:
    """The inverse of `interleave`."""
    rows, columns = weight.shape
    pairs = weight.reshape(heads, rows // heads // 2, 2, columns)
    return pairs.swapaxes(1, 2).reshape(rows, columns)


def add_tensors(writer: gguf.GGUFWriter, plan: list[PlannedTensor], state: dict) -> None:
    """Adds every planned tensor of `state` (torch tensors by transformers name)."""
    for planned in plan:
        values = state[planned.torch_name].detach().float().numpy()
        if planned.permuted_heads:
            values = interleave(values, planned.permuted_heads)
        values = np.ascontiguousarray(values, dtype=np.float32)
        stored = F32 if values.ndim == 1 else planned.type
        if stored == F32:
            writer.add_tensor(planned.gguf_name, values)
        elif stored == F16:
            writer.add_tensor(planned.gguf_name, values.astype(np.float16))
        else:
            writer.add_tensor(planned.gguf_name, quantize(values, stored), raw_dtype=stored)


def finish(writer: gguf.GGUFWriter) -> None:
    """Writes header, keys and tensors, then closes the file."""
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_text(path: Path, state: dict, config, vocabulary, options: PairOptions, name: str) -> None:
    """Writes the text model. `vocabulary` adds the tokenizer keys (see vocabulary.py)."""
    writer = gguf.GGUFWriter(path, "llama")
    head = config.head_dim
    theta = config.rope_parameters["rope_theta"]
    writer.add_name(name)
    writer.add_file_type(FILE_TYPES[options.text_type])
    writer.add_quantization_version(2)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    if config.num_key_value_heads != config.num_attention_heads:
        writer.add_head_count_kv(config.num_key_value_heads)
    if head * config.num_attention_heads != config.hidden_size:
        writer.add_key_length(head)
        writer.add_value_length(head)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_dimension_count(head)
    if theta != 10000.0:
        writer.add_rope_freq_base(theta)
    writer.add_vocab_size(config.vocab_size)
    vocabulary.add_to(writer, config.vocab_size)
    add_tensors(writer, text_plan(config, options), state)
    finish(writer)


def write_projector(path: Path, state: dict, config, options: PairOptions, name: str) -> None:
    """Writes the projector file of a whole LlavaConfig `config`."""
    vision = config.vision_config
    linear = "model.multi_modal_projector.weight" in state
    writer = gguf.GGUFWriter(path, "clip")
    writer.add_name(name)
    writer.add_file_type(FILE_TYPES[options.vision_type])
    writer.add_bool("clip.has_text_encoder", False)
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_bool("clip.has_llava_projector", True)
    key = "clip.vision.projector_type" if options.newer_projector_type_key else "clip.projector_type"
    writer.add_string(key, "mlp")
    writer.add_bool("clip.use_gelu", False)
    writer.add_uint32("clip.vision.image_size", vision.image_size)
    writer.add_uint32("clip.vision.patch_size", vision.patch_size)
    writer.add_uint32("clip.vision.embedding_length", vision.hidden_size)
    writer.add_uint32("clip.vision.feed_forward_length", vision.intermediate_size)
    writer.add_uint32("clip.vision.projection_dim", vision.projection_dim)
    writer.add_uint32("clip.vision.attention.head_count", vision.num_attention_heads)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", vision.layer_norm_eps)
    writer.add_uint32("clip.vision.block_count", stored_blocks(vision, options))
    if options.feature_layer is not None:
        writer.add_array("clip.vision.feature_layer", [options.feature_layer])
    writer.add_array("clip.vision.image_mean", [0.48145466, 0.4578275, 0.40821073])
    writer.add_array("clip.vision.image_std", [0.26862954, 0.26130258, 0.27577711])
    writer.add_string("clip.vision.mm_projector_type", "linear" if linear else "mlp2x_gelu")
    add_tensors(writer, vision_plan(vision, linear, options), state)
    finish(writer)


def read_state(path: Path, plan: list[PlannedTensor]) -> dict:
    """The stored values as float32 torch tensors by transformers name."""
    tensors = {tensor.name: tensor for tensor in gguf.GGUFReader(path).tensors}
    state = {}
    for planned in plan:
        tensor = tensors.pop(planned.gguf_name)
        shape = tuple(int(n) for n in reversed(tensor.shape))
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        values = np.array(values, dtype=np.float32).reshape(shape)
        if planned.permuted_heads:
            values = deinterleave(values, planned.permuted_heads)
        state[planned.torch_name] = torch.from_numpy(np.ascontiguousarray(values))
    if tensors:
        raise ValueError(f"{path} holds tensors outside its plan: {sorted(tensors)}")
    return state
