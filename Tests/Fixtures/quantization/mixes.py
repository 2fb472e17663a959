"""Which matrix llama.cpp's own quantiser stores how, for the mixes of this project to be held to.

Writes mixes.json: for a few shapes of language models and each mix, the element type of every matrix
after `llama_model_quantize` without an importance matrix. Needs llama-cpp-python and gguf.
"""

import json
import sys
import tempfile
from pathlib import Path

import gguf
import llama_cpp
import numpy as np

HERE = Path(__file__).parent
# The numbers of `llama_ftype`.
MIXES = {
    "f32": 0, "f16": 1, "q4_0": 2, "q4_1": 3, "q8_0": 7, "q5_0": 8, "q5_1": 9, "q2_k": 10,
    "q3_k_s": 11, "q3_k_m": 12, "q3_k_l": 13, "q4_k_s": 14, "q4_k_m": 15, "q5_k_s": 16,
    "q5_k_m": 17, "q6_k": 18, "iq4_nl": 25, "iq4_xs": 30, "bf16": 32,
}  # fmt: skip
# Name: (width, feed-forward, layers, heads, key-value heads, whether the output is tied).
SHAPES = {
    "deep": (256, 512, 33, 4, 4, False),
    "shared keys": (256, 256, 9, 8, 2, False),
    "tied": (256, 512, 2, 4, 4, True),
    "no super-blocks": (96, 160, 3, 2, 2, False),
    "no blocks in the feed-forward": (64, 80, 2, 4, 2, False),
}


def write(path: Path, shape: tuple) -> None:
    """A language model of random weights in float16."""
    width, wide, layers, heads, shared, tied = shape
    generator = np.random.default_rng(0)
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_context_length(128)
    writer.add_embedding_length(width)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(wide)
    writer.add_head_count(heads)
    writer.add_head_count_kv(shared)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(64)
    keys = width // heads * shared
    matrices = {"token_embd": (64, width)} | ({} if tied else {"output": (64, width)})
    for layer in range(layers):
        matrices |= {
            f"blk.{layer}.attn_q": (width, width), f"blk.{layer}.attn_k": (keys, width),
            f"blk.{layer}.attn_v": (keys, width), f"blk.{layer}.attn_output": (width, width),
            f"blk.{layer}.ffn_gate": (wide, width), f"blk.{layer}.ffn_up": (wide, width),
            f"blk.{layer}.ffn_down": (width, wide),
        }  # fmt: skip
        for norm in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{layer}.{norm}.weight", np.ones(width, "f4"))
    writer.add_tensor("output_norm.weight", np.ones(width, "f4"))
    for name, size in matrices.items():
        writer.add_tensor(f"{name}.weight", generator.standard_normal(size).astype("f2"))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def quantized(source: Path, target: Path, number: int) -> dict[str, str]:
    """The types of the matrices after llama.cpp."""
    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.ftype = number
    parameters.nthread = 2
    status = llama_cpp.llama_model_quantize(str(source).encode(), str(target).encode(), parameters)
    assert status == 0, f"llama_model_quantize gave {status}"
    tensors = gguf.GGUFReader(str(target)).tensors
    return {t.name: t.tensor_type.name for t in tensors if len(t.shape) > 1}


def main() -> None:
    """Every shape in every mix; a type is stored for the names that have it."""
    document = []
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "f16.gguf", Path(folder) / "out.gguf"
        for name, shape in SHAPES.items():
            write(source, shape)
            keys = ("width", "wide", "layers", "heads", "sharedHeads", "isTied")
            entry = {"name": name} | dict(zip(keys, shape)) | {"mixes": {}}
            for mix, number in MIXES.items():
                types = quantized(source, target, number)
                common = max(set(types.values()), key=list(types.values()).count)
                others = {k: v for k, v in sorted(types.items()) if v != common}
                entry["mixes"][mix] = {"most": common, "others": others}
            document.append(entry)
    (HERE / "mixes.json").write_text(json.dumps(document, indent=0) + "\n", encoding="ascii")


if __name__ == "__main__":
    sys.exit(main())
