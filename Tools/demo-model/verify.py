"""Check an export: same answers through transformers, same numbers in the GGUF pair.

    python verify.py --weights WORK/model.pt --tokenizer WORK/tokenizer.model --data WORK/test \\
        --hf WORK/hf --gguf ../../Models/demo --prompts 60

1. Greedy text of LlavaForConditionalGeneration on the folder (float32) equals the
   training code's greedy text on the same float16-rounded weights.
2. Every GGUF tensor equals the folder's tensor; q and k rows are put back first.
3. The GGUF vocabulary gives the folder's token ids.
"""
import argparse
import random
from pathlib import Path

import gguf
import numpy as np
import sentencepiece
import torch
from transformers import LlavaForConditionalGeneration

import evaluate
import generate
import packing
from cache import Pictures
from model import MEAN, STD


def compare_text(args, net, hf):
    """Greedy answers of both implementations on the same prompts."""
    pixels, truths = Pictures(args.data).slice(0, args.prompts)
    same, rng = 0, random.Random(3)
    image_token = net.s.vocab
    for pixel, truth in zip(pixels, truths):
        question = rng.choice(evaluate.questions(truth, rng, 1))[0]
        batch = torch.from_numpy(pixel)[None]
        with torch.no_grad():
            ours = generate.answer(net, net.image_rows(batch), [question])[0]
            normal = ((batch / 255 - torch.tensor(MEAN)) / torch.tensor(STD)).permute(0, 3, 1, 2)
            ids = [*packing.prefix_ids(), *[image_token] * net.s.patches, *packing.question_ids(question)]
            out = hf.generate(input_ids=torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.long),
                              pixel_values=normal.contiguous(), do_sample=False, max_new_tokens=160)
        theirs = packing.decode([t for t in out[0, len(ids):].tolist() if t != packing.EOS])
        same += ours == theirs
        if ours != theirs:
            print("differs:", question, "|", ours, "|", theirs)
    return same


def put_back(weight, heads):
    """Adjacent pairs to rotate-half, the inverse of export.interleave."""
    rows, columns = weight.shape
    return weight.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)


def text_name(name):
    """Hugging Face name of a text tensor of the GGUF file."""
    fixed = {"token_embd.weight": "model.language_model.embed_tokens.weight", "output_norm.weight": "model.language_model.norm.weight",
             "output.weight": "lm_head.weight"}
    if name in fixed:
        return fixed[name]
    _, i, part, _ = name.split(".")
    part = {"attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj",
            "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj",
            "ffn_down": "mlp.down_proj"}[part]
    return f"model.language_model.layers.{i}.{part}.weight"


def picture_name(name):
    """Hugging Face name (without the tower's prefix) of a tensor of the mmproj file."""
    fixed = {"v.class_embd": "embeddings.class_embedding", "v.patch_embd.weight": "embeddings.patch_embedding.weight",
             "v.position_embd.weight": "embeddings.position_embedding.weight"}
    if name in fixed:
        return fixed[name]
    if name.startswith("mm."):
        return f"multi_modal_projector.linear_{1 if name[3] == '0' else 2}.{name.split('.')[-1]}"
    if name.startswith("v.pre_ln"):
        return "pre_layrnorm." + name.split(".")[-1]
    _, _, i, part, kind = name.split(".")
    part = {"ln1": "layer_norm1", "ln2": "layer_norm2", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
            "attn_out": "self_attn.out_proj", "ffn_up": "mlp.fc1", "ffn_down": "mlp.fc2"}[part]
    return f"encoder.layers.{i}.{part}.{kind}"


def compare_tensors(args, net, hf):
    """Number of GGUF tensors, and of those that differ from the folder."""
    have = {n: t.detach().float().numpy() for n, t in hf.state_dict().items()}
    tail = lambda wanted: next(n for n in have if n.endswith(wanted) and not n.startswith("model.language"))
    total, bad = 0, []
    for path in sorted(args.gguf.glob("*.gguf")):
        for t in gguf.GGUFReader(path).tensors:
            value = np.asarray(t.data, dtype=np.float32)
            text = "mmproj" not in path.name
            goal = have[text_name(t.name) if text else tail(picture_name(t.name))]
            if text and t.name.split(".")[-2] in ("attn_q", "attn_k"):
                value = put_back(value, net.s.heads)
            total += 1
            if text and t.name in ("token_embd.weight", "output.weight"):
                goal = goal[:net.s.vocab]
            if value.shape != goal.shape or not np.array_equal(value, goal):
                bad.append(t.name)
    return total, bad


def compare_vocabulary(args):
    sp = sentencepiece.SentencePieceProcessor(model_file=args.tokenizer)
    fields = gguf.GGUFReader(next(args.gguf.glob("llava*.gguf"))).fields
    tokens, scores = (fields[f"tokenizer.ggml.{k}"].contents() for k in ("tokens", "scores"))
    return all(sp.id_to_piece(i) == t and abs(sp.get_score(i) - s) < 1e-6 for i, (t, s) in enumerate(zip(tokens, scores))) and len(tokens) == sp.vocab_size()


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--weights", required=True)
    ap.add_argument("--tokenizer", required=True)
    ap.add_argument("--data", required=True)
    ap.add_argument("--hf", required=True)
    ap.add_argument("--gguf", required=True, type=Path)
    ap.add_argument("--prompts", type=int, default=60)
    args = ap.parse_args()
    packing.use(args.tokenizer)
    net = generate.load(args.weights).half().float()    # the export holds float16 numbers
    hf = LlavaForConditionalGeneration.from_pretrained(args.hf, dtype=torch.float32).eval()
    print(f"greedy text equal: {compare_text(args, net, hf)} of {args.prompts}")
    total, bad = compare_tensors(args, net, hf)
    print(f"GGUF tensors equal to the folder: {total - len(bad)} of {total} {bad}")
    print("vocabulary equal:", compare_vocabulary(args))


if __name__ == "__main__":
    main()
