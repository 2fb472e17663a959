"""Writes geometry.tsv: how LLaVA 1.6 cuts pictures of many sizes, by both reference codes.

The original's functions are taken from a checkout of haotian-liu/LLaVA (only `mm_utils.py` and
`llava_arch.py` are read, without importing the package), transformers' from the installed one. The
order of the merged rows is that of transformers' own `pack_image_features`, for the original's
reading with the original's functions in place of its own.
"""

import random
import sys
import zlib
from pathlib import Path
from types import SimpleNamespace

import torch
from PIL import Image
from transformers.image_processing_utils import get_patch_output_size
from transformers.image_processing_utils import select_best_resolution as hugging_face_resolution
from transformers.image_utils import ChannelDimension
from transformers.models.llava_next import modeling_llava_next

from original_source import functions

HERE = Path(__file__).parent
PINPOINTS = [[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]]
SIDE, GRID = 336, 24
RANDOM_SIZES = 2000


def sizes() -> list[tuple[int, int]]:
    """Sizes of cameras, extremes, each side of every threshold, and random ones."""
    chosen = [(640, 480), (480, 640), (1920, 1080), (1080, 1920), (4000, 3000), (1024, 899),
              (1, 1), (1, 4000), (4000, 1), (20000, 1), (3, 16000), (100, 50), (50, 100)]
    edges = [1, 2, 167, 168, 169, 335, 336, 337, 503, 504, 505, 671, 672, 673, 1007, 1008, 1009]
    chosen += [(width, height) for width in edges for height in edges]
    generator = random.Random(20261126)
    for index in range(RANDOM_SIZES):
        top = (400, 1200, 6000)[index % 3]
        chosen.append((generator.randint(1, top), generator.randint(1, top)))
    return sorted(set(chosen))


def placed(bounds: torch.Tensor) -> tuple[int, int, int, int]:
    """First and past-the-last column and row of a map whose values are row * 1000 + column."""
    rows, columns = bounds.shape[1:]
    if rows * columns == 0:
        return 0, columns, 0, rows
    first = int(bounds[0, 0, 0])
    return first % 1000, first % 1000 + columns, first // 1000, first // 1000 + rows


def order(size, canvas) -> int:
    """CRC-32 of the merged rows' numbers, as little-endian int32: view * 576 + patch, -1 a newline."""
    views = 1 + canvas[0] // SIDE * (canvas[1] // SIDE)
    numbers = torch.arange(views * GRID * GRID).reshape(views, GRID * GRID, 1)
    vision = SimpleNamespace(image_size=SIDE, patch_size=SIDE // GRID)
    model = SimpleNamespace(
        config=SimpleNamespace(vision_config=vision, image_grid_pinpoints=PINPOINTS))
    merged, _ = modeling_llava_next.LlavaNextModel.pack_image_features(
        model, [numbers], [(size[1], size[0])], "default", torch.tensor([-1]))
    return zlib.crc32(merged[0].to(torch.int32).numpy().astype("<i4").tobytes())


def line(size, canvas, content, unpadded) -> list[int]:
    """canvas, the picture on it, kept columns and rows, and the positions it takes."""
    left, right, top, bottom = placed(unpadded)
    tokens = GRID * GRID + (bottom - top) * (right - left + 1)
    return [*canvas, *content, right - left, bottom - top, left, top, tokens, order(size, canvas)]


def map_of(canvas) -> torch.Tensor:
    """(1, rows, columns) with every place's own value."""
    columns, rows = canvas[0] // SIDE * GRID, canvas[1] // SIDE * GRID
    return (torch.arange(rows)[:, None] * 1000 + torch.arange(columns)[None])[None]


def original(size, code) -> list[int]:
    """By haotian-liu/LLaVA."""
    canvas = code["select_best_resolution"](size, PINPOINTS)
    picture = Image.new("RGB", size, (255, 255, 255))
    box = code["resize_and_pad_image"](picture, canvas).getbbox()
    content = (box[2] - box[0], box[3] - box[1])
    unpad = code["unpad_image"]
    own = modeling_llava_next.unpad_image, modeling_llava_next.get_anyres_image_grid_shape
    modeling_llava_next.unpad_image = lambda rows, shape: unpad(rows, (shape[1], shape[0]))
    modeling_llava_next.get_anyres_image_grid_shape = (
        lambda *_: (canvas[1] // SIDE, canvas[0] // SIDE))
    try:
        return line(size, canvas, content, unpad(map_of(canvas), size))
    finally:
        modeling_llava_next.unpad_image, modeling_llava_next.get_anyres_image_grid_shape = own


def hugging_face(size) -> list[int]:
    """By transformers, whose sizes are (height, width)."""
    width, height = size
    best = hugging_face_resolution((height, width), PINPOINTS)

    class Shaped:
        """As much of an array as the function looks at."""
        shape = (3, height, width)

    rows, columns = get_patch_output_size(Shaped, best, ChannelDimension.FIRST)
    canvas = (best[1], best[0])
    unpadded = modeling_llava_next.unpad_image(map_of(canvas), (height, width))
    return line(size, canvas, (columns, rows), unpadded)


def main() -> None:
    """Both readings of every size."""
    if len(sys.argv) < 2 or not sys.argv[1]:
        print("no checkout of haotian-liu/LLaVA was named: geometry.tsv stays as it is")
        return
    source = Path(sys.argv[1])
    code = functions(source / "llava/mm_utils.py", "select_best_resolution", "resize_and_pad_image")
    code |= functions(source / "llava/model/llava_arch.py", "unpad_image")
    lines = []
    for size in sizes():
        lines.append("\t".join(map(str, [*size, *original(size, code), *hugging_face(size)])))
    (HERE / "geometry.tsv").write_text("\n".join(lines) + "\n", encoding="ascii")
    print(len(lines), "sizes")


if __name__ == "__main__":
    main()
