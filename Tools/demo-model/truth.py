"""Small readings of a truth record that teacher, labels and judge share."""
import re

from scenes import GROUNDS


def layout(truth):
    """(layout, ground colours) of a truth record's background string."""
    words = [w for w in re.findall(r"[a-z]+", truth["background"]) if w in GROUNDS]
    if len(words) == 1:
        return "plain", words
    return ("columns" if " left " in truth["background"] else "rows"), words


def center(obj):
    x1, y1, x2, y2 = obj["box"]
    return (x1 + x2) / 2, (y1 + y2) / 2


def square_box(truth, obj):
    """The box in fractions of the padded square that the tower sees."""
    w, h = truth["width"], truth["height"]
    longer = max(w, h)
    # Floor division as in the padding step of LLaVA-1.5's preprocessing.
    ox, oy = (longer - w) // 2, (longer - h) // 2
    x1, y1, x2, y2 = obj["box"]
    return [(x1 * w + ox) / longer, (y1 * h + oy) / longer, (x2 * w + ox) / longer, (y2 * h + oy) / longer]


def square_extent(truth):
    """The picture itself inside the padded square, same units as square_box."""
    return square_box(truth, {"box": [0.0, 0.0, 1.0, 1.0]})


def mirrored(truth):
    """The truth of the picture flipped left to right."""
    flipped = dict(truth)
    if layout(truth)[0] == "columns":
        a, b = layout(truth)[1]
        flipped["background"] = f"{b} on the left and {a} on the right"
    objects = [dict(o, box=[1 - o["box"][2], o["box"][1], 1 - o["box"][0], o["box"][3]]) for o in truth["objects"]]
    flipped["objects"] = objects[::-1]
    return flipped
