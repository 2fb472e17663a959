"""Random blocks of every GGUF element type and their values as the gguf package decodes them.

Writes blocks.json (what lies where) and blocks.bin (raw bytes, then float32, type after type).
"""

import json
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type

HERE = Path(__file__).parent
SMALL_BLOCKS, LARGE_BLOCKS = 8, 4

# Byte offsets of the f16 scales of a block: random bytes there could be infinite or no number.
HALF_OFFSETS = {
    Type.Q4_0: [0], Type.Q4_1: [0, 2], Type.Q5_0: [0], Type.Q5_1: [0, 2], Type.Q8_0: [0],
    Type.Q2_K: [80, 82], Type.Q3_K: [108], Type.Q4_K: [0, 2], Type.Q5_K: [0, 2], Type.Q6_K: [208],
    Type.IQ4_NL: [0], Type.IQ4_XS: [0],
}
PLAIN = [Type.F32, Type.F16, Type.BF16]


def special_scales(count: int, generator) -> np.ndarray:
    """f16 scales: one zero, one subnormal, one large, the rest ordinary of either sign."""
    scales = generator.standard_normal(count).astype("<f2")
    scales[:3] = [0.0, 3e-6, -1024.0]
    return scales


def block_bytes(type: Type, generator) -> np.ndarray:
    """(blocks, bytes per block) of random bytes under sane scales."""
    elements, size = gguf.GGML_QUANT_SIZES[type]
    blocks = LARGE_BLOCKS if elements == 256 else SMALL_BLOCKS
    data = generator.integers(0, 256, (blocks, size), dtype=np.uint8)
    for offset in HALF_OFFSETS[type]:
        scales = np.roll(special_scales(blocks, generator), offset // 2)
        data[:, offset : offset + 2] = scales.reshape(-1, 1).view(np.uint8)
    return data


def plain_bytes(type: Type, generator) -> np.ndarray:
    """256 ordinary values, a zero of either sign and a subnormal as the plain type stores them."""
    values = generator.standard_normal(256).astype(np.float32)
    values[:3] = [0.0, -0.0, 3e-6]
    if type == Type.F16:
        return values.astype("<f2").view(np.uint8)
    if type == Type.BF16:
        return (values.view("<u4") >> 16).astype("<u2").view(np.uint8)
    return values.view(np.uint8)


def main() -> None:
    """Everything, one seed a type."""
    stored, entries = bytearray(), []
    for type in [*PLAIN, *HALF_OFFSETS]:
        generator = np.random.default_rng(int(type))
        raw = (plain_bytes if type in PLAIN else block_bytes)(type, generator)
        view = {Type.F32: "<f4", Type.F16: "<f2"}.get(type)
        values = gguf.quants.dequantize(raw.view(view) if view else raw, type)
        values = np.ascontiguousarray(values, dtype="<f4").reshape(-1)
        if not np.isfinite(values).all():
            raise ValueError(f"{type.name} decodes to something that is not a number")
        entry = {"name": type.name, "type": int(type), "elements": int(values.size)}
        for key, data in (("raw", raw.tobytes()), ("values", values.tobytes())):
            entry[key] = {"offset": len(stored), "bytes": len(data)}
            stored += data
        entries.append(entry)
    (HERE / "blocks.bin").write_bytes(stored)
    lines = ",\n ".join(json.dumps(entry) for entry in entries)
    (HERE / "blocks.json").write_text(f"[\n {lines}\n]\n", encoding="ascii")


if __name__ == "__main__":
    main()
