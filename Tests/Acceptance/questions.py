"""Questions with known answers about a rendered scene, made from its symbols alone.

Thresholds follow the way a person would ask: nothing is asked about a thing that sits on
the border between two answers, and a thing is named only where its name is unique.
"""

NUMBERS = ["none", "one", "two", "three", "four", "five", "six", "seven", "eight"]
COLORS = ["red", "green", "blue", "yellow", "purple", "orange", "white", "black"]
SHAPES = ["circle", "square", "triangle", "star", "ring", "cross"]

# Distance from a third of the side below which a place is not asked for, and the gap
# between two centres below which a relation is not (fractions of the side).
PLACE_MARGIN = 0.04
RELATION_GAP = 0.10


def center(thing):
    x1, y1, x2, y2 = thing["box"]
    return (x1 + x2) / 2, (y1 + y2) / 2


def unique_names(scene):
    """(name, thing) for every thing that colour and shape single out."""
    things = scene["objects"]
    for thing in things:
        name = f"{thing['color']} {thing['shape']}"
        if sum(f"{o['color']} {o['shape']}" == name for o in things) == 1:
            yield name, thing


def place(thing):
    """The place words of a thing, or None near a border of the thirds."""
    x, y = center(thing)
    if any(abs(v - t) < PLACE_MARGIN for v in (x, y) for t in (1 / 3, 2 / 3)):
        return None
    column = "left" if x < 1 / 3 else "right" if x > 2 / 3 else ""
    row = "upper" if y < 1 / 3 else "lower" if y > 2 / 3 else ""
    if column and row:
        return {row, column}
    if column:
        return {column}
    return {{"upper": "top", "lower": "bottom", "": "center"}[row]}


def counts(scene, rng):
    things = scene["objects"]
    yield "How many objects are in the picture?", len(things)
    color = rng.choice([o["color"] for o in things] or COLORS)
    yield f"How many {color} objects are there?", sum(o["color"] == color for o in things)
    shape = rng.choice([o["shape"] for o in things] or SHAPES)
    plural = shape + ("es" if shape == "cross" else "s")
    yield f"How many {plural} are there?", sum(o["shape"] == shape for o in things)


def yes_no(scene, rng):
    names = {f"{o['color']} {o['shape']}" for o in scene["objects"]}
    if names:
        yield f"Is there a {rng.choice(sorted(names))} in the picture?", True
    absent = [f"{c} {s}" for c in COLORS for s in SHAPES if f"{c} {s}" not in names]
    name = rng.choice(absent)
    article = "an" if name[0] in "aeiou" else "a"
    yield f"Is there {article} {name} in the picture?", False


def positions(scene, rng):
    named = list(unique_names(scene))
    rng.shuffle(named)
    for name, thing in named[:1]:
        words = place(thing)
        if words:
            yield "place", f"Where is the {name}?", words
    for (a, first), (b, second) in zip(named, named[1:]):
        (ax, ay), (bx, by) = center(first), center(second)
        if abs(ax - bx) >= RELATION_GAP:
            side = rng.choice(["left", "right"])
            truth = (ax < bx) == (side == "left")
            yield "relation", f"Is the {a} to the {side} of the {b}?", truth
        if abs(ay - by) >= RELATION_GAP:
            side = rng.choice(["above", "below"])
            truth = (ay < by) == (side == "above")
            yield "relation", f"Is the {a} {side} the {b}?", truth
        break


def read_number(text):
    """The first number in an answer, in digits or words, or None."""
    for word in text.lower().replace(".", " ").replace(",", " ").split():
        if word.isdigit():
            return int(word)
        if word in NUMBERS:
            return NUMBERS.index(word)
        if word == "no" or word == "zero":
            return 0
    return None


def read_yes(text):
    """True or False by the yes or no in an answer, or None where there is neither."""
    for word in text.lower().replace(".", " ").replace(",", " ").split():
        if word in ("yes", "no"):
            return word == "yes"
    return None


def read_place(text):
    """The place words of an answer; center and middle are one word."""
    text = text.lower().replace("middle", "center").replace("centre", "center")
    words = {w for w in ("upper", "lower", "top", "bottom", "left", "right", "center") if w in text}
    return words
