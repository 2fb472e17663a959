"""LLaVA preprocessing as the original code does it, on PIL's bicubic.

`pad` is LLaVA-1.5 (pad to square, resize), `crop` is v1 and CLIP (shortest edge, centre crop).
"""

import numpy as np
from PIL import Image

MEAN = np.array([0.48145466, 0.4578275, 0.40821073], dtype=np.float32)
STD = np.array([0.26862954, 0.26130258, 0.27577711], dtype=np.float32)
PAD_COLOUR = (122, 116, 104)


def padded_square(picture: Image.Image) -> Image.Image:
    """The picture centred on a square canvas of the mean colour; squares are untouched."""
    width, height = picture.size
    if width == height:
        return picture
    side = max(width, height)
    canvas = Image.new("RGB", (side, side), PAD_COLOUR)
    canvas.paste(picture, ((side - width) // 2, (side - height) // 2))
    return canvas


def padded(picture: Image.Image, side: int) -> np.ndarray:
    """uint8 (side, side, 3) after padding and resizing."""
    square = padded_square(picture.convert("RGB"))
    return np.asarray(square.resize((side, side), Image.Resampling.BICUBIC))


def cropped(picture: Image.Image, side: int) -> np.ndarray:
    """uint8 (side, side, 3): shortest edge to `side`, the other truncated, centre cut."""
    width, height = picture.size
    short, long = min(width, height), max(width, height)
    other = int(side * long / short)
    size = (side, other) if width <= height else (other, side)
    values = np.asarray(picture.convert("RGB").resize(size, Image.Resampling.BICUBIC))
    top, left = (size[1] - side) // 2, (size[0] - side) // 2
    return values[top : top + side, left : left + side]


def normalised(values: np.ndarray) -> np.ndarray:
    """float32 (3, side, side): ((x / 255) - mean) / std, every step in float32."""
    scaled = values.astype(np.float32) / np.float32(255)
    return np.ascontiguousarray(((scaled - MEAN) / STD).transpose(2, 0, 1))


def pixel_tensor(picture: Image.Image, side: int) -> np.ndarray:
    """What the vision tower gets in `pad` mode."""
    return normalised(padded(picture, side))
