"""Make a checkpoint of the shipped GGUF pair, so that training can go on from it.

    python restore.py --gguf ../../Models/demo --out WORK/shipped.pt

The last tower block, which never runs, and the training-only heads are not in the files: they start anew.
"""
import argparse
from pathlib import Path

import gguf
import numpy as np
import torch

from export import NAME
from model import Llava, Shape


def tensors(path):
    return {t.name: torch.from_numpy(np.array(t.data, dtype=np.float32)) for t in gguf.GGUFReader(path).tensors}


def rotate_half(weight, heads):
    """Adjacent pairs back to rotate-half row order: the inverse of export.interleave."""
    rows, columns = weight.shape
    return weight.view(heads, rows // heads // 2, 2, columns).transpose(1, 2).reshape(rows, columns)


def language(t, s):
    out = {"language.embed": t["token_embd.weight"], "language.norm.weight": t["output_norm.weight"],
           "language.head.weight": t["output.weight"]}
    for i in range(s.blocks):
        ours, theirs = f"language.blocks.{i}.", f"blk.{i}."
        q, k = (rotate_half(t[f"{theirs}attn_{letter}.weight"], s.heads) for letter in "qk")
        out[ours + "qkv.weight"] = torch.cat([q, k, t[theirs + "attn_v.weight"]])
        out[ours + "gateup.weight"] = torch.cat([t[theirs + "ffn_gate.weight"], t[theirs + "ffn_up.weight"]])
        for name, theirs_name in (("norm1", "attn_norm"), ("out", "attn_output"), ("norm2", "ffn_norm"), ("down", "ffn_down")):
            out[f"{ours}{name}.weight"] = t[f"{theirs}{theirs_name}.weight"]
    return out


def picture(t, s):
    out = {"tower.cls": t["v.class_embd"], "tower.position": t["v.position_embd.weight"],
           "tower.patch.weight": t["v.patch_embd.weight"].reshape(s.v_width, -1)}
    for kind in ("weight", "bias"):
        out[f"tower.pre.{kind}"] = t[f"v.pre_ln.{kind}"]
        out[f"projector.linear1.{kind}"], out[f"projector.linear2.{kind}"] = t[f"mm.0.{kind}"], t[f"mm.2.{kind}"]
        for i in range(s.v_blocks - 1):
            ours, theirs = f"tower.blocks.{i}.", f"v.blk.{i}."
            out[f"{ours}qkv.{kind}"] = torch.cat([t[f"{theirs}attn_{letter}.{kind}"] for letter in "qkv"])
            for name, theirs_name in (("norm1", "ln1"), ("out", "attn_out"), ("norm2", "ln2"), ("fc1", "ffn_up"), ("fc2", "ffn_down")):
                out[f"{ours}{name}.{kind}"] = t[f"{theirs}{theirs_name}.{kind}"]
    return out


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--gguf", required=True, type=Path)
    ap.add_argument("--out", required=True)
    args = ap.parse_args()
    net = Llava(Shape())
    stored = {**language(tensors(args.gguf / f"{NAME}-f16.gguf"), net.s), **picture(tensors(args.gguf / f"mmproj-{NAME}-f16.gguf"), net.s)}
    weights = {n: p.detach().clone() for n, p in net.named_parameters()}
    for name, tensor in stored.items():
        weights[name].copy_(tensor)
    torch.save({"shape": net.s.as_dict(), "weights": weights}, args.out)
    print(f"{len(stored)} of {len(weights)} tensors restored")


if __name__ == "__main__":
    main()
