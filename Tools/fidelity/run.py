"""Makes docs/fidelity.md: the engine against its references, in one run. See README.md."""

import argparse
import subprocess
import sys
from pathlib import Path

import torch

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "Tests/Fixtures/anyres"))

import family  # noqa: E402
from original_source import functions  # noqa: E402


def original_code(source: Path) -> dict:
    """The functions of haotian-liu/LLaVA that decide pixels and rows of LLaVA 1.6."""
    code = functions(source / "llava/mm_utils.py", "select_best_resolution",
                     "resize_and_pad_image", "divide_to_patches")
    return code | functions(source / "llava/model/llava_arch.py", "unpad_image")


def main() -> None:
    """Everything, in order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--probe", type=Path, required=True, help="the fidelity-probe program")
    parser.add_argument("--llava", type=Path, required=True, help="a checkout of haotian-liu/LLaVA")
    parser.add_argument("--work", type=Path, required=True, help="a folder for the checkpoints")
    parser.add_argument("--only", help="members whose name holds this; prints, writes no document")
    options = parser.parse_args()
    torch.set_num_threads(2)
    options.work.mkdir(parents=True, exist_ok=True)
    table = family.table(options.probe, options.work, original_code(options.llava), options.only)
    if options.only:
        return
    (ROOT / "docs/fidelity.md").write_text(table + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
