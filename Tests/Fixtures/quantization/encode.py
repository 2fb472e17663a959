"""Float32 values and their blocks as the gguf package encodes them, for what an import writes.

Writes encoded.json (what lies where) and encoded.bin (the values, then the bytes of each type).
"""

import json
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type

HERE = Path(__file__).parent
BLOCKS = 64


def values() -> np.ndarray:
    """Blocks of very different sizes, with zeros, ties between two extremes, and halves to round."""
    generator = np.random.default_rng(1)
    blocks = generator.standard_normal((BLOCKS, 32)).astype("<f4")
    blocks *= np.exp2(generator.integers(-12, 8, (BLOCKS, 1))).astype("<f4")
    blocks[0] = 0
    blocks[1] = np.arange(-16, 16) / 2
    blocks[2, :2] = [5.0, -5.0]
    blocks[3] = np.arange(32) * 127 / 31 / 2
    return blocks


def main() -> None:
    """One seed, every type."""
    blocks = values()
    stored = bytearray(blocks.tobytes())
    entries = {"values": {"offset": 0, "bytes": len(stored)}}
    for type in (
        Type.F16, Type.BF16, Type.Q8_0, Type.Q4_0, Type.Q4_1, Type.Q5_0, Type.Q5_1,
    ):
        data = np.ascontiguousarray(gguf.quants.quantize(blocks, type)).tobytes()
        entries[type.name] = {"offset": len(stored), "bytes": len(data)}
        stored += data
    (HERE / "encoded.bin").write_bytes(stored)
    (HERE / "encoded.json").write_text(json.dumps(entries, indent=1) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
