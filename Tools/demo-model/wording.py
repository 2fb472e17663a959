"""Words for facts: names, lists, places, and a tiny grammar for paraphrases."""
import re

from scenes import COLORS, SHAPES, SIZES
from truth import center, layout

PLACES = ["upper left", "top", "upper right", "left", "center", "right", "lower left", "bottom", "lower right"]
PICTURE = "[image|picture|picture|photo|scene]"
THINGS = "[objects|things|shapes|items|figures]"
THING = "[object|thing|shape|item]"
KINDS = {"shape": SHAPES, "color": COLORS, "size": SIZES}


def vary(rng, text):
    """Replace every [a|b|c], innermost first, by one of its parts."""
    while "[" in text:
        text = re.sub(r"\[([^\[\]]*)\]", lambda m: rng.choice(m.group(1).split("|")), text, count=1)
    return text


def article(noun):
    return ("an " if noun[0] in "aeiou" else "a ") + noun


def plural(noun):
    return noun + ("es" if noun.endswith("s") else "s")


def number(n, noun):
    return f"{n} {noun if n == 1 else plural(noun)}"


def there(n):
    return "There is" if n == 1 else "There are"


def capital(text):
    return text[0].upper() + text[1:]


def listing(parts):
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def name(obj):
    return f"{obj['size']} {obj['color']} {obj['shape']}"


def place(obj):
    """One of nine places, by the thirds of the picture that hold the box centre."""
    x, y = center(obj)
    return PLACES[3 * (0 if y < 1 / 3 else 1 if y < 2 / 3 else 2) + (0 if x < 1 / 3 else 1 if x < 2 / 3 else 2)]


def at_place(word):
    if word in ("top", "bottom"):
        return "at the " + word
    return ("on the " if word in ("left", "right") else "in the ") + word


def ground(truth):
    """Noun phrase for captions: "a white background"."""
    return f"a {' and '.join(layout(truth)[1])} background"


def ground_sentence(truth):
    kind, words = layout(truth)
    return f"The background is {'plain ' + words[0] if kind == 'plain' else truth['background']}."


def references(objects, obj):
    """Ways to name one object so that no other fits: shape, colour and shape, full name."""
    ways = []
    if sum(o["shape"] == obj["shape"] for o in objects) == 1:
        ways.append(obj["shape"])
    if sum((o["shape"], o["color"]) == (obj["shape"], obj["color"]) for o in objects) == 1:
        # The commonest way to speak of an object, so it counts twice.
        ways += [f"{obj['color']} {obj['shape']}"] * 2
    if sum(name(o) == name(obj) for o in objects) == 1:
        ways.append(name(obj))
    return ways


def pick(rng, objects, count):
    """Up to `count` different objects that can be named, each with a name; None if too few."""
    named = [(o, references(objects, o)) for o in objects]
    named = [(o, ways) for o, ways in named if ways]
    if len(named) < count:
        return None
    return [(o, rng.choice(ways)) for o, ways in rng.sample(named, count)]


def absent(rng, objects):
    """A colour and shape that no object in the picture has together."""
    have = {(o["color"], o["shape"]) for o in objects}
    return rng.choice([f"{c} {s}" for c in COLORS for s in SHAPES if (c, s) not in have])
