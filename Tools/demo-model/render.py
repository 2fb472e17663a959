"""Draw random scenes as picture files together with their truth.

    python render.py --seed 7 --count 100 --out pictures

writes `scene-00000.jpg` or `.png` ... and `truth.jsonl`, a line per picture:

    {"file": ..., "width": ..., "height": ..., "background": ..., "objects":
     [{"shape": ..., "color": ..., "size": ..., "box": [x1, y1, x2, y2]}, ...]}

Boxes are fractions of the picture, objects stand left to right (by box centre),
`background` is a string: "white", "white on the left and gray on the right" or
"white at the top and gray at the bottom". Needs numpy and Pillow only.
"""
import argparse
import functools
import io
import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from scenes import sample_scene

COLOR_RGB = {"red": (214, 36, 40), "green": (38, 156, 62), "blue": (44, 84, 212), "yellow": (242, 216, 44),
             "purple": (134, 48, 172), "orange": (246, 134, 24), "white": (250, 250, 250), "black": (17, 17, 17)}
GROUND_RGB = {"white": (245, 245, 245), "gray": (150, 150, 150), "black": (20, 20, 20),
              "pink": (250, 186, 206), "cyan": (150, 226, 232), "brown": (112, 76, 46)}
BANK_SIDE = 700
FINE = 3  # masks are drawn this many times larger and reduced, for smooth edges


@functools.cache
def noise_bank():
    """Noise drawn once; pictures take random windows of it, which is far quicker than drawing anew."""
    return np.random.default_rng(5).standard_normal((BANK_SIDE, BANK_SIDE, 3), dtype=np.float32)


def jitter(rng, rgb):
    """A shade of a colour: the model must learn the name, not the number."""
    gain = rng.uniform(0.92, 1.06)
    return tuple(int(np.clip(v * gain + rng.normal(0, 6), 0, 255)) for v in rgb)


def draw_thing(image, thing, rgb):
    """Paint one object through an anti-aliased mask."""
    reach = int(thing.span * 0.56) + 3
    x0, y0 = int(thing.cx) - reach, int(thing.cy) - reach
    mx, my = (thing.cx - x0) * FINE, (thing.cy - y0) * FINE
    mask = Image.new("L", (2 * reach * FINE, 2 * reach * FINE), 0)
    pen = ImageDraw.Draw(mask)
    points = thing.outline()
    if points is None:
        for share, ink in ((0.5, 255), (0.27, 0 if thing.shape == "ring" else 255)):
            r = share * thing.span * FINE
            pen.ellipse((mx - r, my - r, mx + r, my + r), fill=ink)
    else:
        pen.polygon([(mx + x * FINE, my + y * FINE) for x, y in points], fill=255)
    image.paste(rgb, (x0, y0), mask.reduce(FINE))


def draw_scene(scene, rng):
    """The clean picture of a scene with a little sensor noise."""
    w, h = scene.width, scene.height
    image = Image.new("RGB", (w, h), jitter(rng, GROUND_RGB[scene.grounds[0]]))
    if scene.layout != "plain":
        half = (w // 2, 0, w, h) if scene.layout == "columns" else (0, h // 2, w, h)
        image.paste(jitter(rng, GROUND_RGB[scene.grounds[1]]), half)
    for thing in scene.things:
        draw_thing(image, thing, jitter(rng, COLOR_RGB[thing.color]))
    sigma = rng.uniform(0, 6) if rng.random() < 0.7 else 0.0
    if sigma > 0.5:
        y, x = int(rng.integers(BANK_SIDE - h + 1)), int(rng.integers(BANK_SIDE - w + 1))
        noisy = noise_bank()[y:y + h, x:x + w] * np.float32(sigma)
        noisy += np.asarray(image)
        image = Image.fromarray(np.clip(noisy, 0, 255, out=noisy).astype(np.uint8))
    return image


def picture(seed, index):
    """Picture `index` of a seed: (scene, image, JPEG quality or None for PNG). Independent of the others."""
    rng = np.random.default_rng([seed, index])
    scene = sample_scene(rng)
    image = draw_scene(scene, rng)
    return scene, image, int(rng.integers(45, 96)) if rng.random() < 0.6 else None


def encode(image, quality):
    """File bytes: JPEG of the given quality, or PNG."""
    buffer = io.BytesIO()
    if quality is None:
        image.save(buffer, "PNG")
    else:
        image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--seed", type=int, required=True)
    ap.add_argument("--count", type=int, required=True)
    ap.add_argument("--out", type=Path, required=True)
    args = ap.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    with open(args.out / "truth.jsonl", "w", encoding="utf-8") as lines:
        for i in range(args.count):
            scene, image, quality = picture(args.seed, i)
            name = f"scene-{i:05d}.{'jpg' if quality else 'png'}"
            (args.out / name).write_bytes(encode(image, quality))
            lines.write(json.dumps(scene.truth(name)) + "\n")


if __name__ == "__main__":
    main()
