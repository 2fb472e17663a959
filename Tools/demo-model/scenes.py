"""Scenes as symbols: what may be in a picture, and how a random one is drawn up.

A scene is the only source of truth: the renderer turns it into pixels, the
teacher turns its `truth` (names, boxes, background words) into conversations.
Everything is definite by construction, so that every question has one answer:
sizes have a clear gap between them, no object has a background colour, centres
are never level or in line with each other, and no centre lies near the borders
of the thirds by which places are named.
"""
import math
from dataclasses import dataclass

SHAPES = ["circle", "square", "triangle", "star", "ring", "cross"]
COLORS = ["red", "green", "blue", "yellow", "purple", "orange", "white", "black"]
SIZES = ["small", "large"]
GROUNDS = ["white", "gray", "black", "pink", "cyan", "brown"]

# Longer side of an object's box, as a fraction of the picture's longer side.
SPAN = {"small": (0.14, 0.19), "large": (0.28, 0.38)}
GAP = 0.07          # least distance of two centres along each axis (longer side = 1)
AIR = 0.015         # least space between two boxes (longer side = 1)
THIRD_MARGIN = 0.03  # least distance of a centre to 1/3 and 2/3 of the picture
MAX_OBJECTS = 4


@dataclass
class Thing:
    """One object: box centre and span in pixels, tilt in degrees."""
    shape: str
    color: str
    size: str
    cx: float
    cy: float
    span: float
    tilt: float

    def outline(self):
        """Corner points in pixels relative to the centre; None for round shapes."""
        return outline(self.shape, self.tilt, self.span)

    def half(self):
        """Half width and half height of the tight box in pixels."""
        points = self.outline()
        if points is None:
            return self.span / 2, self.span / 2
        return max(x for x, _ in points), max(y for _, y in points)


@dataclass
class Scene:
    """A picture before it is drawn. `layout` is plain, columns or rows."""
    width: int
    height: int
    layout: str
    grounds: list
    things: list

    def background(self):
        """The background in words, as it stands in truth.jsonl."""
        if self.layout == "plain":
            return self.grounds[0]
        where = ("on the left", "on the right") if self.layout == "columns" else ("at the top", "at the bottom")
        return f"{self.grounds[0]} {where[0]} and {self.grounds[1]} {where[1]}"

    def truth(self, name=""):
        """The record that every later step works from; boxes are 0-1 of the picture."""
        objects = []
        for t in sorted(self.things, key=lambda t: t.cx):
            hx, hy = t.half()
            box = [(t.cx - hx) / self.width, (t.cy - hy) / self.height,
                   (t.cx + hx) / self.width, (t.cy + hy) / self.height]
            objects.append({"shape": t.shape, "color": t.color, "size": t.size,
                            "box": [round(min(1.0, max(0.0, v)), 4) for v in box]})
        return {"file": name, "width": self.width, "height": self.height,
                "background": self.background(), "objects": objects}


def outline(shape, tilt, span):
    """Polygon of a shape, turned, centred on its own box, longer box side = span."""
    if shape in ("circle", "ring"):
        return None
    if shape == "square":
        points = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
    elif shape == "triangle":
        points = [(0, -1), (1, 0.75), (-1, 0.75)]
    elif shape == "star":
        points = [((1 if i % 2 == 0 else 0.41) * math.sin(i * math.pi / 5),
                   -(1 if i % 2 == 0 else 0.41) * math.cos(i * math.pi / 5)) for i in range(10)]
    else:
        arm = 0.32
        points = [(-arm, -1), (arm, -1), (arm, -arm), (1, -arm), (1, arm), (arm, arm),
                  (arm, 1), (-arm, 1), (-arm, arm), (-1, arm), (-1, -arm), (-arm, -arm)]
    c, s = math.cos(math.radians(tilt)), math.sin(math.radians(tilt))
    points = [(x * c - y * s, x * s + y * c) for x, y in points]
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    mx, my = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    k = span / max(max(xs) - min(xs), max(ys) - min(ys))
    return [((x - mx) * k, (y - my) * k) for x, y in points]


def _picture_size(rng):
    """Longer side 160-640 pixels (log-uniform), aspect 1:1 to 1:2 either way."""
    longer = int(round(math.exp(rng.uniform(math.log(160), math.log(640)))))
    shorter = longer if rng.random() < 0.15 else int(round(longer * math.exp(rng.uniform(math.log(0.5), 0))))
    return (longer, shorter) if rng.random() < 0.5 else (shorter, longer)


def _clear_of_thirds(v):
    return abs(v - 1 / 3) >= THIRD_MARGIN and abs(v - 2 / 3) >= THIRD_MARGIN


def _fits(new, placed, width, height):
    """True when a new object keeps all the distances that make answers definite."""
    longer = max(width, height)
    if not (_clear_of_thirds(new.cx / width) and _clear_of_thirds(new.cy / height)):
        return False
    hx, hy = new.half()
    for old in placed:
        dx, dy = abs(new.cx - old.cx), abs(new.cy - old.cy)
        if dx < GAP * longer or dy < GAP * longer:
            return False
        ox, oy = old.half()
        if dx < hx + ox + AIR * longer and dy < hy + oy + AIR * longer:
            return False
    return True


def _place(rng, shape, color, size, placed, width, height):
    """Find room for one object; a large one that does not fit becomes small."""
    longer = max(width, height)
    for attempt in range(60):
        if attempt == 30:
            size = "small"
        span = rng.uniform(*SPAN[size]) * longer
        if span > 0.92 * min(width, height):
            continue
        thing = Thing(shape, color, size, 0.0, 0.0, span, float(rng.uniform(-15, 15)))
        hx, hy = thing.half()
        edge = 0.008 * longer
        thing.cx = float(rng.uniform(hx + edge, width - hx - edge))
        thing.cy = float(rng.uniform(hy + edge, height - hy - edge))
        if _fits(thing, placed, width, height):
            return thing
    return None


def sample_scene(rng):
    """Draw up a random scene from a numpy Generator."""
    width, height = _picture_size(rng)
    layout = "plain" if rng.random() < 0.65 else ("columns" if rng.random() < 0.5 else "rows")
    grounds = [str(g) for g in rng.choice(GROUNDS, 2, replace=False)]
    if layout == "plain":
        grounds = grounds[:1]
    colors = [c for c in COLORS if c not in grounds]
    count = int(rng.choice(MAX_OBJECTS + 1, p=[0.03, 0.19, 0.22, 0.25, 0.31]))
    # A favoured shape or colour, else "how many red ones" would nearly always be 0 or 1.
    shape_bias = str(rng.choice(SHAPES)) if rng.random() < 0.3 else None
    color_bias = str(rng.choice(colors)) if rng.random() < 0.3 else None
    things = []
    for _ in range(count):
        shape = shape_bias if shape_bias and rng.random() < 0.6 else str(rng.choice(SHAPES))
        color = color_bias if color_bias and rng.random() < 0.6 else str(rng.choice(colors))
        thing = _place(rng, shape, color, str(rng.choice(SIZES)), things, width, height)
        if thing is not None:
            things.append(thing)
    return Scene(width, height, layout, grounds, things)
