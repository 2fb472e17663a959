"""Symbolic labels of every patch, made from truth records: what the tower learns first.

`xrank` and `yrank` are the object's place from left to right and from top to
bottom. Without the second one "above" and "below" stay at chance: every list in
the answers runs left to right, so nothing else teaches the tower vertical order.
"""
import numpy as np
import torch
import torch.nn.functional as F

from scenes import COLORS, GROUNDS, MAX_OBJECTS, SHAPES, SIZES
from truth import center, layout, square_box, square_extent

FIELDS = [("shape", 7), ("color", 9), ("size", 3), ("xrank", 5), ("yrank", 5),
          ("place", 10), ("middle", 2), ("ground", 7)]
OBJECT_FIELDS = FIELDS[:6]
BOX = 4
BOX_SCALE = 4.0     # brings box offsets (fractions of the square) to about one
COVER = 0.12        # share of a patch that a box must cover for the patch to carry its name
WEIGHT = {"size": 0.7, "place": 0.7, "middle": 0.5, "ground": 0.5}


def third(v):
    return 0 if v < 1 / 3 else 1 if v < 2 / 3 else 2


def _arrays(truths):
    """Truth records as fixed-size arrays."""
    b, m = len(truths), MAX_OBJECTS
    a = {k: np.zeros((b, m), np.int64) for k in ("shape", "color", "size", "xrank", "yrank", "place")}
    a["count"] = np.zeros(b, np.int64)
    a["box"] = np.zeros((b, m, 4), np.float32)
    a["extent"] = np.zeros((b, 4), np.float32)
    a["grounds"] = np.zeros((b, 2), np.int64)
    a["layout"] = np.zeros(b, np.int64)
    for i, truth in enumerate(truths):
        objects = truth["objects"]
        a["count"][i] = len(objects)
        kind, words = layout(truth)
        a["layout"][i] = ("plain", "columns", "rows").index(kind)
        a["grounds"][i] = [GROUNDS.index(words[0]) + 1, GROUNDS.index(words[-1]) + 1]
        a["extent"][i] = square_extent(truth)
        order = sorted(range(len(objects)), key=lambda j: center(objects[j])[1])
        for j, o in enumerate(objects):
            x, y = center(o)
            a["shape"][i, j] = SHAPES.index(o["shape"]) + 1
            a["color"][i, j] = COLORS.index(o["color"]) + 1
            a["size"][i, j] = SIZES.index(o["size"]) + 1
            a["xrank"][i, j], a["yrank"][i, j] = j + 1, order.index(j) + 1
            a["place"][i, j] = 1 + 3 * third(y) + third(x)
            a["box"][i, j] = square_box(truth, o)
    return {k: torch.from_numpy(v) for k, v in a.items()}


def patch_labels(truths, grid=8):
    """Labels per patch: class fields, box offsets, and which patches count."""
    a = _arrays(truths)
    b, n = len(truths), grid * grid
    step = torch.arange(grid) / grid
    left, top = step.repeat(grid), step.repeat_interleave(grid)
    mid_x, mid_y = left + 0.5 / grid, top + 0.5 / grid
    box = a["box"]
    x1, y1, x2, y2 = (box[:, :, i, None] for i in range(4))
    over_x = (torch.minimum(x2, left + 1 / grid) - torch.maximum(x1, left)).clamp(min=0)
    over_y = (torch.minimum(y2, top + 1 / grid) - torch.maximum(y1, top)).clamp(min=0)
    real = (torch.arange(MAX_OBJECTS) < a["count"][:, None])[:, :, None]
    cx, cy = (x1 + x2) / 2, (y1 + y2) / 2
    inside = (cx >= left) & (cx < left + 1 / grid) & (cy >= top) & (cy < top + 1 / grid) & real
    # The patch under an object's centre always belongs to it, others to whoever covers most.
    share, owner = (over_x * over_y * n * real + 10.0 * inside).max(1)
    covered = share > COVER
    out = {"covered": covered, "middle": inside.any(1).long()}
    for name in ("shape", "color", "size", "xrank", "yrank", "place"):
        out[name] = torch.where(covered, a[name].gather(1, owner), 0)
    ex = a["extent"]
    within = (mid_x > ex[:, 0:1]) & (mid_x < ex[:, 2:3]) & (mid_y > ex[:, 1:2]) & (mid_y < ex[:, 3:4])
    far = torch.where(a["layout"][:, None] == 1, mid_x > (ex[:, 0:1] + ex[:, 2:3]) / 2,
                      mid_y > (ex[:, 1:2] + ex[:, 3:4]) / 2) & (a["layout"][:, None] > 0)
    out["ground"] = torch.where(within, torch.where(far, a["grounds"][:, 1:2], a["grounds"][:, 0:1]), 0)
    owned = box.gather(1, owner[:, :, None].expand(b, n, 4))
    out["box"] = (owned - torch.stack([mid_x, mid_y, mid_x, mid_y], -1)) * BOX_SCALE
    return out


def label_loss(outputs, labels):
    """Weighted cross entropy of every field plus L1 of the box; object patches count most."""
    weight = torch.where(labels["middle"] > 0, 1.5, torch.where(labels["covered"], 1.0, 0.15))
    total = 0.0
    for (name, n), z in zip(FIELDS, outputs):
        w = torch.where(labels["covered"], 0.1, 0.5) if name == "ground" else weight
        ce = F.cross_entropy(z.reshape(-1, n), labels[name].reshape(-1), reduction="none").view(w.shape)
        total = total + WEIGHT.get(name, 1.0) * (ce * w).sum() / w.sum()
    off = (outputs[-1] - labels["box"]).abs().mean(-1) * labels["covered"]
    return total + off.sum() / labels["covered"].sum().clamp(min=1)


def landmark_loss(read, truths, marks):
    """Mean loss of the four kinds of landmarks (see packing.landmarks), and scores for the log.

    `read(kind, rows, columns)` gives the head's outputs as a list of logits.
    """
    a, losses, scores = _arrays(truths), [], {}
    middle = torch.stack([(a["box"][..., 0] + a["box"][..., 2]) / 2, (a["box"][..., 1] + a["box"][..., 3]) / 2], -1)
    for kind, m in marks.items():
        if not len(m):
            continue
        row, one, two = m[:, 0], m[:, 2], m[:, 3]
        if kind == "one":
            goals = [a[name][row, one] for name, _ in OBJECT_FIELDS]
            goals = goals + goals   # the head reads after two blocks
        elif kind == "pair":
            goals = list((middle[row, two] > middle[row, one]).long().unbind(-1))
        elif kind == "count":
            goals = [one]
        else:
            goals = [a["layout"][row], a["grounds"][row, 0], a["grounds"][row, 1]]
        outputs = read(kind, row, m[:, 1])
        losses.append(sum(F.cross_entropy(z, g) for z, g in zip(outputs, goals)) / len(goals))
        half = len(OBJECT_FIELDS) if kind == "one" else len(goals)
        right = torch.stack([z.argmax(-1) == g for z, g in zip(outputs[:half], goals)]).all(0)
        scores[kind] = right.float().mean().item()
    return sum(losses), scores


def label_scores(outputs, labels):
    """Share of objects named right at their centre patch, per field and altogether."""
    at = labels["middle"] > 0
    right = {name: (z.argmax(-1) == labels[name])[at] for (name, _), z in zip(FIELDS, outputs)}
    fields = ("shape", "color", "size", "xrank", "yrank", "place")
    scores = {name: right[name].float().mean().item() for name in fields}
    scores["object"] = torch.stack([right[name] for name in fields]).all(0).float().mean().item()
    return scores
