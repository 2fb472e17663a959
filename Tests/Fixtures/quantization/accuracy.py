"""How close llama.cpp's own quantisers come, for the quantisers of this project to be held to.

Writes accuracy.bin (rows of float32 values, one distribution after the other) and accuracy.json:
the row's length and, for each type and distribution, the relative root mean square error after a
round trip through `ggml_quantize_chunk` without an importance matrix. Needs llama-cpp-python.
"""

import ctypes
import json
from pathlib import Path

import llama_cpp
import numpy as np

HERE = Path(__file__).parent
COLUMNS = 4096
# Name: (GGUF type id, elements and bytes of a block, the name of llama.cpp's decoder).
TYPES = {
    "Q4_0": (2, 32, 18, "q4_0"),
    "Q4_1": (3, 32, 20, "q4_1"),
    "Q5_0": (6, 32, 22, "q5_0"),
    "Q5_1": (7, 32, 24, "q5_1"),
    "Q8_0": (8, 32, 34, "q8_0"),
    "Q2_K": (10, 256, 84, "q2_K"),
    "Q3_K": (11, 256, 110, "q3_K"),
    "Q4_K": (12, 256, 144, "q4_K"),
    "Q5_K": (13, 256, 176, "q5_K"),
    "Q6_K": (14, 256, 210, "q6_K"),
    "IQ4_NL": (20, 32, 18, "iq4_nl"),
    "IQ4_XS": (23, 256, 136, "iq4_xs"),
}


def distributions() -> dict[str, np.ndarray]:
    """Weights as trained models have them, and worse."""
    generator = np.random.default_rng(3)
    gaussian = generator.standard_normal(COLUMNS)
    return {
        "gaussian": gaussian,
        "heavy-tailed": generator.standard_t(3, COLUMNS),
        "shifted": generator.standard_normal(COLUMNS) + 2,
        "outliers": gaussian * np.where(generator.random(COLUMNS) < 0.002, 30, 1),
    }


def main() -> None:
    """One seed, every type."""
    folder = Path(llama_cpp.__file__).parent / "lib"
    ggml = ctypes.CDLL(str(folder / "libggml-base.so"))
    ggml.ggml_quantize_chunk.restype = ctypes.c_size_t
    ggml.ggml_quantize_chunk.argtypes = [
        ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p,
        ctypes.c_int64, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p,
    ]
    rows = {name: (row * 0.02).astype("<f4") for name, row in distributions().items()}
    errors = {}
    for name, (number, elements, size, decoder) in TYPES.items():
        decode = getattr(ggml, f"dequantize_row_{decoder}")
        decode.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64]
        errors[name] = {}
        for distribution, row in rows.items():
            blocks = np.zeros(COLUMNS // elements * size, "u1")
            back = np.zeros(COLUMNS, "f4")
            ggml.ggml_quantize_chunk(
                number, row.ctypes.data, blocks.ctypes.data, 0, 1, COLUMNS, None
            )
            decode(blocks.ctypes.data, back.ctypes.data, COLUMNS)
            miss = back.astype("f8") - row
            errors[name][distribution] = float(
                np.sqrt(np.mean(miss**2) / np.mean(row.astype("f8") ** 2))
            )
    (HERE / "accuracy.bin").write_bytes(b"".join(row.tobytes() for row in rows.values()))
    document = {"columns": COLUMNS, "distributions": list(rows), "errors": errors}
    (HERE / "accuracy.json").write_text(json.dumps(document, indent=1) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
