"""Write a checkpoint as a Hugging Face folder and as a pair of GGUF files.

    python export.py --weights WORK/model.pt --tokenizer WORK/tokenizer.model \\
        --hf WORK/hf --gguf ../../Models/demo

Both hold the same float16 numbers. GGUF names and keys are those of llama.cpp
(gguf-py constants; clip.cpp for the picture half).
"""
import argparse
from pathlib import Path

import gguf
import numpy as np
import torch

import generate
import hf_layout
from model import MEAN, STD
from packing import PREFIXES

NAME = "llava-demo"
DESCRIPTION = "A small LLaVA for synthetic pictures of coloured shapes, trained from scratch"
# vicuna_v1 as the LLaVA code joins it: system, " USER: ", " ASSISTANT:", answers closed by </s>.
TEMPLATE = (
    "{% if messages[0]['role'] == 'system' %}{{ messages[0]['content'] }}{% else %}" + PREFIXES[0][:-len(" USER: ")] + "{% endif %}{{ ' ' }}"
    "{% for message in messages %}{% if message['role'] == 'user' %}{{ 'USER: ' }}"
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}"
    "{% for part in message['content'] %}{% if part['type'] == 'image' %}{{ '<image>\n' }}{% endif %}{% endfor %}"
    "{% for part in message['content'] %}{% if part['type'] == 'text' %}{{ part['text'] }}{% endif %}{% endfor %}{% endif %}{{ ' ' }}"
    "{% elif message['role'] == 'assistant' %}{{ 'ASSISTANT: ' }}"
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}"
    "{% for part in message['content'] %}{% if part['type'] == 'text' %}{{ part['text'] }}{% endif %}{% endfor %}{% endif %}{{ '</s>' }}"
    "{% endif %}{% endfor %}{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}")


def half(t):
    return np.ascontiguousarray(t.detach().numpy().astype(np.float16))


def full(t):
    return np.ascontiguousarray(t.detach().half().float().numpy())  # vectors: the HF folder's float16 values


def add(writer, name, tensor):
    """Matrices as F16, vectors as F32."""
    writer.add_tensor(name, half(tensor) if tensor.dim() > 1 else full(tensor))


def interleave(weight, heads):
    """Rotate-half row order to adjacent pairs, head by head (arch "llama" expects it of q and k)."""
    rows, columns = weight.shape
    return weight.view(heads, 2, rows // heads // 2, columns).transpose(1, 2).reshape(rows, columns)


def head(writer, what):
    writer.add_name(f"{NAME} {what}" if what else NAME)
    writer.add_description(DESCRIPTION)
    writer.add_license("mit")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_text(path, w, s, tokenizer):
    """The language model. It holds exactly the real pieces: nothing odd can be sampled."""
    g = gguf.GGUFWriter(path, "llama")
    head(g, "")
    g.add_context_length(1024)
    g.add_embedding_length(s.width)
    g.add_block_count(s.blocks)
    g.add_feed_forward_length(s.inner)
    g.add_head_count(s.heads)
    g.add_head_count_kv(s.heads)
    g.add_layer_norm_rms_eps(s.eps)
    g.add_rope_dimension_count(s.width // s.heads)
    g.add_rope_freq_base(s.theta)
    g.add_vocab_size(s.vocab)
    texts, scores, types = zip(*hf_layout.pieces(tokenizer))
    assert len(texts) == s.vocab
    g.add_tokenizer_model("llama")
    g.add_tokenizer_pre("default")
    g.add_token_list([t.encode("utf-8") for t in texts])
    g.add_token_scores(list(scores))
    g.add_token_types(list(types))
    g.add_bos_token_id(1)
    g.add_eos_token_id(2)
    g.add_unk_token_id(0)
    g.add_add_bos_token(True)
    g.add_add_eos_token(False)
    g.add_add_space_prefix(True)
    g.add_chat_template(TEMPLATE)
    add(g, "token_embd.weight", w["language.embed"])
    add(g, "output_norm.weight", w["language.norm.weight"])
    add(g, "output.weight", w["language.head.weight"])
    for i in range(s.blocks):
        ours, theirs = f"language.blocks.{i}.", f"blk.{i}."
        q, k, v = w[ours + "qkv.weight"].chunk(3)
        gate, up = w[ours + "gateup.weight"].chunk(2)
        for name, t in (("attn_norm", w[ours + "norm1.weight"]), ("attn_q", interleave(q, s.heads)),
                        ("attn_k", interleave(k, s.heads)), ("attn_v", v), ("attn_output", w[ours + "out.weight"]),
                        ("ffn_norm", w[ours + "norm2.weight"]), ("ffn_gate", gate), ("ffn_up", up),
                        ("ffn_down", w[ours + "down.weight"])):
            add(g, f"{theirs}{name}.weight", t)
    finish(g)


def write_picture(path, w, s):
    """Tower (only the blocks that run) and projector."""
    blocks = s.v_blocks - 1
    g = gguf.GGUFWriter(path, "clip")
    head(g, "mmproj")
    g.add_bool("clip.has_text_encoder", False)
    g.add_bool("clip.has_vision_encoder", True)
    g.add_bool("clip.has_llava_projector", True)
    g.add_string("clip.projector_type", "mlp")
    g.add_bool("clip.use_gelu", False)  # the tower's activation is quick_gelu
    g.add_uint32("clip.vision.image_size", s.side)
    g.add_uint32("clip.vision.patch_size", s.patch)
    g.add_uint32("clip.vision.embedding_length", s.v_width)
    g.add_uint32("clip.vision.feed_forward_length", s.v_inner)
    g.add_uint32("clip.vision.projection_dim", s.v_width)
    g.add_uint32("clip.vision.attention.head_count", s.v_heads)
    g.add_float32("clip.vision.attention.layer_norm_epsilon", s.eps)
    g.add_uint32("clip.vision.block_count", blocks)
    g.add_key_value("clip.vision.feature_layer", [blocks], gguf.GGUFValueType.ARRAY, gguf.GGUFValueType.INT32)
    g.add_array("clip.vision.image_mean", [float(v) for v in MEAN])
    g.add_array("clip.vision.image_std", [float(v) for v in STD])
    g.add_string("clip.vision.image_aspect_ratio", "pad")
    g.add_string("clip.vision.mm_projector_type", "mlp2x_gelu")
    add(g, "v.class_embd", w["tower.cls"])
    add(g, "v.patch_embd.weight", w["tower.patch.weight"].view(s.v_width, 3, s.patch, s.patch))
    add(g, "v.position_embd.weight", w["tower.position"])
    for kind in ("weight", "bias"):
        add(g, f"v.pre_ln.{kind}", w[f"tower.pre.{kind}"])
        add(g, f"mm.0.{kind}", w[f"projector.linear1.{kind}"])
        add(g, f"mm.2.{kind}", w[f"projector.linear2.{kind}"])
        for i in range(blocks):
            ours = f"tower.blocks.{i}."
            q, k, v = w[f"{ours}qkv.{kind}"].chunk(3)
            for name, t in (("ln1", w[f"{ours}norm1.{kind}"]), ("attn_q", q), ("attn_k", k), ("attn_v", v),
                            ("attn_out", w[f"{ours}out.{kind}"]), ("ln2", w[f"{ours}norm2.{kind}"]),
                            ("ffn_up", w[f"{ours}fc1.{kind}"]), ("ffn_down", w[f"{ours}fc2.{kind}"])):
                add(g, f"v.blk.{i}.{name}.{kind}", t)
    finish(g)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--weights", required=True)
    ap.add_argument("--tokenizer", required=True)
    ap.add_argument("--hf", required=True, type=Path)
    ap.add_argument("--gguf", required=True, type=Path)
    args = ap.parse_args()
    net = generate.load(args.weights)
    w, s = dict(net.named_parameters()), net.s
    args.hf.mkdir(parents=True, exist_ok=True)
    with torch.no_grad():
        hf_layout.save(hf_layout.build(w, s), s, args.tokenizer, args.hf, TEMPLATE)
        text, picture = args.gguf / f"{NAME}-f16.gguf", args.gguf / f"mmproj-{NAME}-f16.gguf"
        write_text(text, w, s, args.tokenizer)
        write_picture(picture, w, s)
    for path in (text, picture):
        print(path.name, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
