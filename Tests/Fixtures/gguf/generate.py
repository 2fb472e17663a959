"""Writes values.gguf with the gguf package: every value type, several tensor types.

The expectations are in Tests/ModelFilesTests/GGUFFileTests.swift, beside the test that reads it.
"""

from pathlib import Path

import gguf
import numpy as np

HERE = Path(__file__).parent


def main() -> None:
    """One file, its values and tensors in a fixed order."""
    writer = gguf.GGUFWriter(HERE / "values.gguf", "llama")
    writer.add_custom_alignment(64)
    writer.add_uint8("v.u8", 200)
    writer.add_int8("v.i8", -100)
    writer.add_uint16("v.u16", 60000)
    writer.add_int16("v.i16", -30000)
    writer.add_uint32("v.u32", 4000000000)
    writer.add_int32("v.i32", -2000000000)
    writer.add_uint64("v.u64", 1 << 63)
    writer.add_int64("v.i64", -(1 << 62))
    writer.add_float32("v.f32", 1e-5)
    writer.add_float64("v.f64", 0.1)
    writer.add_bool("v.yes", True)
    writer.add_bool("v.no", False)
    writer.add_string("v.text", "naïve ▁ 日本語 🙂")
    writer.add_array("v.texts", ["", "a", "日本"])
    writer.add_array("v.integers", [1, -2, 3])
    writer.add_array("v.floats", [0.5, -1.25])
    writer.add_array("v.bools", [True, False, True])

    matrix = np.arange(12, dtype=np.float32).reshape(3, 4)
    writer.add_tensor("matrix.f32", matrix)
    writer.add_tensor("cube.f16", np.arange(24).reshape(2, 3, 4).astype(np.float16))
    blocks = np.linspace(-1, 1, 128, dtype=np.float32).reshape(2, 64)
    for kind in (gguf.GGMLQuantizationType.Q8_0, gguf.GGMLQuantizationType.Q4_0):
        writer.add_tensor(
            f"blocks.{kind.name.lower()}", gguf.quants.quantize(blocks, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
