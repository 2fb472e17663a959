"""Rendered training pictures, already preprocessed, in one memory-mapped file.

    python cache.py --seed 11 --count 40000 --out WORK/train0

writes OUT.npy (count x 112 x 112 x 3 bytes) and OUT.jsonl (truth records).
"""
import argparse
import io
import json
from pathlib import Path

import numpy as np
from PIL import Image

from render import encode, picture
from truth import mirrored

SIDE = 112
PAD = (122, 116, 104)  # int(mean * 255) of the CLIP constants, LLaVA-1.5 "pad" mode


def preprocess(image):
    """LLaVA-1.5: pad to a square, then PIL bicubic; bytes, not yet normalised."""
    image = image.convert("RGB")
    w, h = image.size
    if w != h:
        side = max(w, h)
        square = Image.new("RGB", (side, side), PAD)
        square.paste(image, ((side - w) // 2, (side - h) // 2))
        image = square
    return np.asarray(image.resize((SIDE, SIDE), Image.BICUBIC))


class Pictures:
    """One or more caches read as one list of (bytes, truth)."""

    def __init__(self, *bases):
        self.pixels, self.truths = [], []
        for base in bases:
            self.pixels.append(np.load(f"{base}.npy", mmap_mode="r"))
            with open(f"{base}.jsonl", encoding="utf-8") as lines:
                self.truths.append([json.loads(line) for line in lines])
        self.starts = np.cumsum([0] + [len(t) for t in self.truths])

    def __len__(self):
        return int(self.starts[-1])

    def get(self, index):
        part = int(np.searchsorted(self.starts, index, "right") - 1)
        at = index - int(self.starts[part])
        return self.pixels[part][at], self.truths[part][at]

    def sample(self, rng, count):
        """A random batch: float pixels 0-255 (augmented) and matching truths."""
        pixels, truths = [], []
        for index in rng.integers(0, len(self), count):
            image, truth = self.get(int(index))
            if rng.random() < 0.5:
                image, truth = image[:, ::-1], mirrored(truth)
            pixels.append(image)
            truths.append(truth)
        batch = np.stack(pixels).astype(np.float32)
        # Light changes: the colour names must survive them.
        batch *= rng.uniform(0.94, 1.05, (count, 1, 1, 3)).astype(np.float32)
        batch += rng.uniform(-5, 5, (count, 1, 1, 3)).astype(np.float32)
        return np.clip(batch, 0, 255), truths

    def slice(self, start, count):
        """Pictures start..start+count-1 as they are."""
        items = [self.get(i) for i in range(start, min(start + count, len(self)))]
        return np.stack([p for p, _ in items]).astype(np.float32), [t for _, t in items]


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--seed", type=int, required=True)
    ap.add_argument("--count", type=int, required=True)
    ap.add_argument("--out", type=Path, required=True)
    args = ap.parse_args()
    args.out.parent.mkdir(parents=True, exist_ok=True)
    store = np.lib.format.open_memmap(f"{args.out}.npy", "w+", np.uint8, (args.count, SIDE, SIDE, 3))
    with open(f"{args.out}.jsonl", "w", encoding="utf-8") as lines:
        for i in range(args.count):
            scene, image, quality = picture(args.seed, i)
            # PNG is lossless, only JPEG changes what the tower sees.
            store[i] = preprocess(Image.open(io.BytesIO(encode(image, quality))) if quality else image)
            lines.write(json.dumps(scene.truth(str(i))) + "\n")
    store.flush()


if __name__ == "__main__":
    main()
