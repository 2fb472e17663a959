"""Every member of the family through the engine and through transformers; makes the first table."""

import json
import random
import subprocess
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from transformers.models.llava_next import modeling_llava_next

import folders
import models
import pairs
from members import FAMILY, PIECES, SENTENCES, Member, pinpoints
from reference import IMAGE, Reference, hugging_face_views, original_views

GREEDY_TOKENS = 64
DECISIVE = 0.004
"""Least distance of the two best logits for a greedy run to be compared: far above what sums in another order make."""
ROWS = {SENTENCES: 512}
BYTE_ROWS = 576
SIZES = {"wide": (97, 40), "tall": (33, 81), "square": (60, 60), "small": (26, 13), "glass": (50, 39)}
TRANSPARENT = "glass"
"""The picture with an alpha channel."""


def pictures(folder: Path) -> dict[str, Image.Image]:
    """Pictures of coloured shapes on gradients, as PNG files."""
    drawn = {}
    for number, (name, (width, height)) in enumerate(SIZES.items()):
        generator = np.random.default_rng(number)
        x, y = np.meshgrid(np.arange(width), np.arange(height))
        waves = [np.sin(x / (3 + c) + y / (5 - c) + number) * 90 + 128 for c in range(3)]
        values = np.stack(waves, -1) + generator.normal(0, 12, (height, width, 3))
        drawn[name] = Image.fromarray(values.clip(0, 255).astype(np.uint8), "RGB")
        if name == TRANSPARENT:
            drawn[name].putalpha(Image.fromarray((255 * x / width).astype(np.uint8)))
        drawn[name].save(folder / f"{name}.png")
    return drawn


def prompt(seed: int, with_picture: bool) -> list[int]:
    """Ids a template could have made: text, the picture's place, text."""
    generator = random.Random(seed)
    text = [generator.randrange(260, PIECES - 8) for _ in range(24)]
    return [1, *text[:10], *([IMAGE] if with_picture else []), *text[10:]]


@contextmanager
def reading_of(reading: str, code: dict, member: Member, size):
    """The original's geometry inside transformers' own merging, or transformers' as it is."""
    if reading == "huggingface" or not member.tiles:
        yield
        return
    own = modeling_llava_next.unpad_image, modeling_llava_next.get_anyres_image_grid_shape
    best = code["select_best_resolution"](size, pinpoints(member.side))
    modeling_llava_next.unpad_image = lambda rows, shape: code["unpad_image"](rows, (shape[1], shape[0]))
    modeling_llava_next.get_anyres_image_grid_shape = (
        lambda *_: (best[1] // member.side, best[0] // member.side))
    try:
        yield
    finally:
        modeling_llava_next.unpad_image, modeling_llava_next.get_anyres_image_grid_shape = own


def references(member: Member, model, drawn, code):
    """(reading, picture name, views, reference, ids) of every comparison."""
    result = []
    for reading in ("original", "huggingface"):
        if reading == "huggingface" and member.linear:
            continue
        for number, (name, picture) in enumerate(drawn.items()):
            views = (original_views(member, picture.convert("RGB"), code) if reading == "original"
                     else hugging_face_views(member, picture))
            with reading_of(reading, code, member, picture.size):
                reference = Reference(member, model, views, picture.size)
                ids = prompt(number, True)
                reference.check(ids, views, picture.size)
            result.append((reading, name, views, reference, ids))
    return result


def decisive(member: Member, drawn, code):
    """The first seed whose greedy runs are clear to the last token."""
    rows = ROWS.get(member.vocabulary, BYTE_ROWS)
    config = models.configuration(member, rows)
    forbidden = {0, 1, 2, *range(PIECES, rows)}
    for seed in range(member.seed, member.seed + 500):
        model = models.build(member, config, seed)
        with torch.no_grad():
            compared, runs = references(member, model, drawn, code), []
            for reading, name, views, reference, ids in compared:
                greedy = reference.greedy(ids, GREEDY_TOKENS, forbidden)
                if greedy.margin < DECISIVE or len(set(greedy.tokens)) < 6:
                    break
                runs.append((reading, name, views, reference, ids, greedy))
            else:
                return seed, config, model, runs
    raise RuntimeError(f"no decisive seed for {member.name}")


def compare(member: Member, work: Path, probe: Path, code: dict) -> list[dict]:
    """One line of the table a format and reading."""
    drawn = pictures(work)
    seed, config, model, runs = decisive(member, drawn, code)
    folder = folders.write(work / member.name / "folder", member, model, config)
    text, projector = pairs.write(work / member.name / "pair", member, model, config)
    lines = []
    for form, files in (("folder", (folder, None)), ("GGUF", (text, projector))):
        tasks, expected = [], []
        for reading, name, views, reference, ids, greedy in runs:
            with torch.no_grad():
                logits = reference.logits(ids + greedy.tokens[:16])[-17:].numpy()
            out = work / member.name / f"{form}-{reading}-{name}"
            tasks.append({
                "model": str(files[0]), "mmproj": str(files[1]) if files[1] else None,
                "reading": reading, "picture": str(work / f"{name}.png"), "ids": ids,
                "continuation": greedy.tokens[:16], "greedy": GREEDY_TOKENS,
                "arithmetic": "exact", "out": str(out)})
            expected.append((reading, views, reference.features.numpy(), logits, greedy.tokens))
        found = run(probe, work, tasks)
        for reading in dict.fromkeys(task["reading"] for task in tasks):
            chosen = [i for i, task in enumerate(tasks) if task["reading"] == reading]
            measured = [measure(tasks[i], found[i], *expected[i][1:]) for i in chosen]
            lines.append({"member": member, "format": form, "reading": reading, "seed": seed,
                          "family": found[chosen[0]]["family"], **worst(measured)})
    return lines


def run(probe: Path, work: Path, tasks: list[dict]) -> list[dict]:
    """The probe's answers."""
    file = work / "tasks.json"
    file.write_text(json.dumps(tasks))
    done = subprocess.run([probe, file], capture_output=True, text=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    failed = [line["error"] for line in found if line.get("error")]
    if done.returncode or failed or len(found) != len(tasks):
        raise RuntimeError(f"the probe failed: {failed or done.stderr[-2000:]}")
    return found


def tensor(path: str, shape) -> np.ndarray:
    """A tensor the probe wrote; raises if it has another size."""
    values = np.fromfile(path, dtype="<f4")
    if values.size != np.prod(shape):
        raise RuntimeError(f"{path} has {values.size} values, not {shape}")
    return values.reshape(shape)


def measure(task: dict, found: dict, views, features, logits, tokens) -> dict:
    """How far one comparison is from its reference."""
    own = tensor(task["out"] + ".features", features.shape).astype(np.float64)
    cosines = (own * features).sum(1) / np.linalg.norm(own, axis=1) / np.linalg.norm(features, axis=1)
    own_logits = tensor(task["out"] + ".logits", logits.shape)
    pixels = tensor(task["out"] + ".pixels", views.shape)
    return {
        "pixels": float(np.abs(pixels - views).max()), "cosine": float(cosines.min()),
        "logits": float(np.abs(own_logits - logits).max()),
        "greedy": sum(a == b for a, b in zip(found["greedy"], tokens)),
    }


def worst(measured: list[dict]) -> dict:
    """The worst of several comparisons."""
    return {
        "pixels": max(m["pixels"] for m in measured), "cosine": min(m["cosine"] for m in measured),
        "logits": max(m["logits"] for m in measured), "greedy": min(m["greedy"] for m in measured),
        "count": len(measured),
    }


def table(probe: Path, work: Path, code: dict, only: str | None) -> str:
    """The whole table, as Markdown."""
    rows = ["| member | stands for | format | reading | pictures | pixels, largest difference | "
            "features, least cosine | logits, largest difference | greedy tokens equal |",
            "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"]
    for member in FAMILY:
        if only and only not in member.name:
            continue
        for line in compare(member, work, probe, code):
            pixels = "0 (bit-equal)" if line["pixels"] == 0 else f"{line['pixels']:.1e}"
            rows.append(
                f"| {member.name} | {member.real} | {line['format']} | {line['reading']} | "
                f"{line['count']} | {pixels} | {line['cosine']:.8f} | {line['logits']:.1e} | "
                f"{line['greedy']} of {GREEDY_TOKENS} |")
            print(rows[-1], flush=True)
    return "\n".join(rows)
