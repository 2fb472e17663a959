"""The trained weights under their Hugging Face names, and the folder transformers loads."""
import json
from pathlib import Path

import sentencepiece
import torch
from transformers import CLIPVisionConfig, LlamaConfig, LlavaConfig, LlavaForConditionalGeneration

from model import MEAN, STD

IMAGE, PAD = 0, 1   # ids after the real pieces
ROWS_TO = 64        # llava-hf pads the vocabulary to a multiple of this


def tower_tensors(w, s, prefix):
    """Vision tensors: fused q, k, v come apart, the patch matrix becomes a convolution."""
    out = {"embeddings.class_embedding": w["tower.cls"],
           "embeddings.patch_embedding.weight": w["tower.patch.weight"].view(s.v_width, 3, s.patch, s.patch),
           "embeddings.position_embedding.weight": w["tower.position"]}
    for ours, theirs in (("pre", "pre_layrnorm"), ("post", "post_layernorm")):
        for kind in ("weight", "bias"):
            out[f"{theirs}.{kind}"] = w[f"tower.{ours}.{kind}"]
    pairs = {"norm1": "layer_norm1", "norm2": "layer_norm2", "out": "self_attn.out_proj", "fc1": "mlp.fc1", "fc2": "mlp.fc2"}
    for i in range(s.v_blocks):
        for kind in ("weight", "bias"):
            for ours, theirs in pairs.items():
                out[f"encoder.layers.{i}.{theirs}.{kind}"] = w[f"tower.blocks.{i}.{ours}.{kind}"]
            for letter, part in zip("qkv", w[f"tower.blocks.{i}.qkv.{kind}"].chunk(3)):
                out[f"encoder.layers.{i}.self_attn.{letter}_proj.{kind}"] = part
    return {prefix + n: t for n, t in out.items()}


def text_tensors(w, s, rows):
    """Language tensors; the two vocabulary tables get rows for <image>, <pad> and padding."""
    extra = torch.zeros(rows - s.vocab, s.width)
    out = {"model.language_model.embed_tokens.weight": torch.cat([w["language.embed"], extra]),
           "lm_head.weight": torch.cat([w["language.head.weight"], extra]),
           "model.language_model.norm.weight": w["language.norm.weight"]}
    for i in range(s.blocks):
        ours, theirs = f"language.blocks.{i}.", f"model.language_model.layers.{i}."
        out[theirs + "input_layernorm.weight"] = w[ours + "norm1.weight"]
        out[theirs + "post_attention_layernorm.weight"] = w[ours + "norm2.weight"]
        for letter, part in zip("qkv", w[ours + "qkv.weight"].chunk(3)):
            out[theirs + f"self_attn.{letter}_proj.weight"] = part
        for name, part in zip(("gate", "up"), w[ours + "gateup.weight"].chunk(2)):
            out[theirs + f"mlp.{name}_proj.weight"] = part
        out[theirs + "self_attn.o_proj.weight"] = w[ours + "out.weight"]
        out[theirs + "mlp.down_proj.weight"] = w[ours + "down.weight"]
    return out


def build(w, s):
    """A LlavaForConditionalGeneration that holds the weights (float32)."""
    rows = -(-(s.vocab + 2) // ROWS_TO) * ROWS_TO
    vision = CLIPVisionConfig(hidden_size=s.v_width, intermediate_size=s.v_inner, num_hidden_layers=s.v_blocks,
                              num_attention_heads=s.v_heads, image_size=s.side, patch_size=s.patch,
                              hidden_act="quick_gelu", layer_norm_eps=s.eps, projection_dim=s.v_width)
    text = LlamaConfig(vocab_size=rows, hidden_size=s.width, intermediate_size=s.inner, num_hidden_layers=s.blocks,
                       num_attention_heads=s.heads, num_key_value_heads=s.heads, rms_norm_eps=s.eps,
                       max_position_embeddings=1024, rope_theta=s.theta, tie_word_embeddings=False,
                       bos_token_id=1, eos_token_id=2, pad_token_id=s.vocab + PAD)
    config = LlavaConfig(vision_config=vision, text_config=text, image_token_index=s.vocab + IMAGE,
                         projector_hidden_act="gelu", vision_feature_layer=-2,
                         vision_feature_select_strategy="default", image_seq_length=s.patches, tie_word_embeddings=False)
    net = LlavaForConditionalGeneration(config).float().eval()
    have = net.state_dict()
    prefix = "model.vision_tower."
    # Some releases of transformers keep one more level here.
    prefix += "vision_model." if any(n.startswith(prefix + "vision_model.") for n in have) else ""
    named = {**tower_tensors(w, s, prefix), **text_tensors(w, s, rows)}
    for i in (1, 2):
        for kind in ("weight", "bias"):
            named[f"model.multi_modal_projector.linear_{i}.{kind}"] = w[f"projector.linear{i}.{kind}"]
    missing, unknown = net.load_state_dict({n: t.float().contiguous() for n, t in named.items()}, strict=False)
    missing = [n for n in missing if "position_ids" not in n]
    if missing or unknown:
        raise SystemExit(f"names do not match transformers: missing {missing}, unknown {unknown}")
    return net


def save(net, s, tokenizer, out, template):
    """Weights as float16 safetensors with configs, tokenizer and processor files."""
    out = Path(out)
    net.half().save_pretrained(out, safe_serialization=True)
    net.float()
    (out / "tokenizer.model").write_bytes(Path(tokenizer).read_bytes())
    marks = {str(i): {"content": t, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True}
             for i, t in ((0, "<unk>"), (1, "<s>"), (2, "</s>"), (s.vocab + IMAGE, "<image>"), (s.vocab + PAD, "<pad>"))}
    files = {
        "tokenizer_config.json": {"tokenizer_class": "LlamaTokenizer", "added_tokens_decoder": marks, "bos_token": "<s>",
                                  "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>", "image_token": "<image>",
                                  "add_bos_token": True, "add_eos_token": False, "legacy": True, "model_max_length": 1024,
                                  "clean_up_tokenization_spaces": False, "processor_class": "LlavaProcessor", "chat_template": template},
        "special_tokens_map.json": {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"},
        "added_tokens.json": {"<image>": s.vocab + IMAGE, "<pad>": s.vocab + PAD},
        "preprocessor_config.json": {"image_processor_type": "LlavaImageProcessor", "processor_class": "LlavaProcessor", "do_pad": True,
                                     "do_resize": True, "size": {"shortest_edge": s.side}, "resample": 3, "do_center_crop": True,
                                     "crop_size": {"height": s.side, "width": s.side}, "do_rescale": True, "rescale_factor": 1 / 255,
                                     "do_normalize": True, "image_mean": list(MEAN), "image_std": list(STD), "do_convert_rgb": True},
        "processor_config.json": {"processor_class": "LlavaProcessor", "image_token": "<image>", "patch_size": s.patch,
                                  "vision_feature_select_strategy": "default", "num_additional_image_tokens": 1},
        "generation_config.json": {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": s.vocab + PAD, "do_sample": False,
                                   "suppress_tokens": list(range(s.vocab, net.config.text_config.vocab_size))},
    }
    for name, content in files.items():
        (out / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def pieces(tokenizer):
    """(text, score, type) of every piece, in the numbers GGUF uses for types."""
    sp = sentencepiece.SentencePieceProcessor(model_file=tokenizer)
    out = []
    for i in range(sp.vocab_size()):
        kind = 2 if sp.is_unknown(i) else 3 if sp.is_control(i) else 6 if sp.is_byte(i) else 5 if sp.is_unused(i) else 1
        out.append((sp.id_to_piece(i), sp.get_score(i), kind))
    return out
