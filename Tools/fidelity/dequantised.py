"""Random blocks of every element type, dequantised by the engine and by gguf-py."""

import subprocess
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type

TYPES = [Type.F32, Type.F16, Type.BF16, Type.Q4_0, Type.Q4_1, Type.Q5_0, Type.Q5_1, Type.Q8_0,
         Type.Q2_K, Type.Q3_K, Type.Q4_K, Type.Q5_K, Type.Q6_K, Type.IQ4_NL, Type.IQ4_XS]
ELEMENTS = 1 << 18


def blocks(kind: Type, generator: np.random.Generator) -> np.ndarray:
    """Rows of random bytes whose scales are finite: every bit pattern a file may hold otherwise."""
    per_block, size = gguf.GGML_QUANT_SIZES[kind]
    count = ELEMENTS // per_block
    raw = generator.integers(0, 256, (count, size), dtype=np.uint8)
    # The half floats of a block, by their offset: exponents of all ones would be NaN or infinite.
    scales = {Type.F16: [0], Type.Q4_0: [0], Type.Q4_1: [0, 2], Type.Q5_0: [0], Type.Q5_1: [0, 2],
              Type.Q8_0: [0], Type.Q2_K: [80, 82], Type.Q3_K: [108], Type.Q4_K: [0, 2],
              Type.Q5_K: [0, 2], Type.Q6_K: [208], Type.IQ4_NL: [0], Type.IQ4_XS: [0]}
    for offset in scales.get(kind, []):
        raw[:, offset + 1] &= 0xBF
    if kind == Type.F32:
        raw[:, 3] &= 0xBF
    if kind == Type.BF16:
        raw[:, 1] &= 0xBF
    return raw.reshape(ELEMENTS // 256, -1)


def table(probe: Path, work: Path) -> str:
    """A line for each type."""
    generator = np.random.default_rng(20261126)
    rows = ["| type | elements | differing |", "| --- | --- | --- |"]
    for kind in TYPES:
        path, out = work / f"blocks-{kind.name}.gguf", work / f"blocks-{kind.name}.f32"
        writer = gguf.GGUFWriter(path, "llama")
        raw = blocks(kind, generator)
        writer.add_tensor("blocks", raw, raw_dtype=kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        subprocess.run([probe, "--dequantise", path, out], check=True)
        expected = gguf.quants.dequantize(raw, kind).astype("<f4").reshape(-1)
        found = np.fromfile(out, dtype="<f4")
        differing = int((found.view(np.uint32) != expected.view(np.uint32)).sum())
        rows.append(f"| {kind.name} | {found.size} | {differing} |")
        print(rows[-1], flush=True)
    return "\n".join(rows)
