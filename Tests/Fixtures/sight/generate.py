"""Two members of the family whose pictures go other ways than LLaVA v1.5's, and what transformers
makes of them: a SigLIP tower, and LLaVA 1.6's tiles in both readings.

Usage: python generate.py PATH-OF-LLAVA-CHECKOUT (the original's tiles are made by its own code).
"""

import copy
import json
import sys
from pathlib import Path

import numpy as np
import torch

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path.insert(0, str(ROOT / "Tools/fidelity"))

import family  # noqa: E402
import folders  # noqa: E402
import models  # noqa: E402
from members import FAMILY  # noqa: E402
from run import original_code  # noqa: E402

MEMBERS = ("interleave-qwen", "v1.6-mistral")
PICTURES = ("wide", "small")
CONTINUATION = 4


def rounded(build):
    """The same builder with weights a float16 file can hold."""
    def build_rounded(member, config, seed):
        model = build(member, config, seed)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.copy_(parameter.half().float())
        return model
    return build_rounded


def in_halves(save):
    """The same writer, in float16: nothing is lost of rounded weights."""
    def save_halves(folder, model, rename):
        # Of a copy: halving would round the model's rotary frequencies too.
        save(folder, copy.deepcopy(model).half(), rename)
    return save_halves


def main() -> None:
    """Both members."""
    if len(sys.argv) < 2 or not sys.argv[1]:
        print("no checkout of haotian-liu/LLaVA was named: nothing is made")
        return
    torch.set_num_threads(1)
    models.build, folders.save = rounded(models.build), in_halves(folders.save)
    code = original_code(Path(sys.argv[1]))
    (HERE / "pictures").mkdir(exist_ok=True)
    drawn = {name: family.pictures(HERE / "pictures")[name] for name in PICTURES}
    for stray in (HERE / "pictures").glob("*.png"):
        if stray.stem not in PICTURES:
            stray.unlink()
    chunks, runs, offset = [], [], 0

    def add(values) -> list[int]:
        """Offset and count of a tensor in goldens.bin, in floats."""
        nonlocal offset
        array = np.ascontiguousarray(values, dtype="<f4")
        chunks.append(array.tobytes())
        offset += array.size
        return [offset - array.size, array.size]

    for member in (m for m in FAMILY if m.name in MEMBERS):
        seed, config, model, compared = family.decisive(member, drawn, code)
        folders.write(HERE / member.name, member, model, config)
        for reading, name, views, reference, ids, greedy in compared:
            continuation = greedy.tokens[:CONTINUATION]
            with torch.no_grad():
                logits = reference.logits(ids + continuation)[-CONTINUATION - 1:]
            runs.append({
                "member": member.name, "reading": reading, "picture": name, "ids": ids,
                "continuation": continuation, "greedy": greedy.tokens, "views": len(views),
                "pixels": add(views), "features": add(reference.features),
                "width": int(reference.features.shape[1]), "logits": add(logits)})
        print(f"{member.name}: seed {seed}, {len(compared)} runs")
    (HERE / "goldens.bin").write_bytes(b"".join(chunks))
    lines = ",\n".join(json.dumps(run) for run in runs)
    (HERE / "goldens.json").write_text(f"[\n{lines}\n]\n", encoding="ascii")


if __name__ == "__main__":
    main()
