"""The pictures: drawn here, of odd sizes, stored as binary PPM."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

SIZES = {
    "landscape": (50, 37), "portrait": (23, 61), "square": (40, 40), "wide": (131, 20), "dot": (1, 1),
    "large": (137, 98),
}


def draw(name: str) -> Image.Image:
    """Shapes on a two-tone ground with seeded noise."""
    width, height = SIZES[name]
    generator = np.random.default_rng(list(name.encode()))
    picture = Image.new("RGB", (width, height), (40, 90, 160))
    canvas = ImageDraw.Draw(picture)
    canvas.rectangle((0, height // 2, width, height), fill=(230, 210, 170))
    canvas.ellipse((width // 8, height // 6, width // 2, height * 2 // 3), fill=(210, 40, 50))
    canvas.polygon([(width - 2, 1), (width // 2, height - 3), (width - 1, height - 1)], fill=(20, 150, 60))
    values = np.asarray(picture).astype(np.int16) + generator.integers(-25, 26, (height, width, 3))
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))


def write_all(folder: Path) -> dict[str, Image.Image]:
    """Writes every picture as NAME.ppm and returns them."""
    folder.mkdir(exist_ok=True)
    pictures = {name: draw(name) for name in SIZES}
    for name, picture in pictures.items():
        picture.save(folder / f"{name}.ppm")
    return pictures
