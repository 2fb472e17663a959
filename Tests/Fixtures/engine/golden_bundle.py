"""Collects float32 tensors into one file and names them in a JSON manifest."""

import json
import re
from pathlib import Path

import numpy as np


class GoldenBundle:
    """goldens.bin (little-endian float32, back to back) and the table of what lies where."""

    def __init__(self):
        self.chunks: list[bytes] = []
        self.tensors: dict[str, dict] = {}
        self.length = 0

    def add(self, name: str, values) -> str:
        """Appends one tensor under a new name and returns the name; `offset` counts floats."""
        array = np.ascontiguousarray(values, dtype="<f4")
        if name in self.tensors:
            raise ValueError(f"the tensor {name} is already in the bundle")
        self.tensors[name] = {"shape": list(array.shape), "offset": self.length}
        self.chunks.append(array.tobytes())
        self.length += array.size
        return name

    def write(self, folder: Path, manifest: dict) -> None:
        """Writes goldens.bin and goldens.json."""
        (folder / "goldens.bin").write_bytes(b"".join(self.chunks))
        text = json.dumps(manifest | {"tensors": self.tensors}, indent=1)
        one_line_lists = re.sub(r"\[[-\d.,\se]+\]", lambda list: re.sub(r"\s+", "", list[0]), text)
        (folder / "goldens.json").write_text(one_line_lists + "\n", encoding="ascii")


def fnv1a(data: bytes) -> str:
    """FNV-1a over bytes, 64 bits, as 16 hexadecimal digits: a check a test writes in five lines."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"
