"""Questions about where things are: places, relations of two, order, neighbours, sizes compared."""
from describe import largest
from tasks_look import Item
from truth import center
from wording import (PICTURE, PLACES, THING, THINGS, absent, article, at_place, capital, listing, name, pick, place,
                     vary)

# Direction: (true of dx, dy from the second object to the first, words in answers, ways to ask)
SIDES = {
    "left": ("to the left of", "[to the left of|to the left of|left of|on the left of|on the left side of]"),
    "right": ("to the right of", "[to the right of|to the right of|right of|on the right of|on the right side of]"),
    "above": ("above", "[above|above|over|higher than|on top of]"),
    "below": ("below", "[below|below|under|beneath|lower than|underneath]"),
}
OPPOSITE = {"left": "right", "right": "left", "above": "below", "below": "above"}
CLEAR = 0.04        # least difference along an axis, as a fraction of the picture, for a question to be asked
HALF_MARGIN = 0.05  # least distance from the middle for left/right half questions


def sides(a, b):
    """Where a lies as seen from b: (horizontal, vertical), None where nearly level."""
    dx, dy = center(a)[0] - center(b)[0], center(a)[1] - center(b)[1]
    return (None if abs(dx) < CLEAR else "left" if dx < 0 else "right",
            None if abs(dy) < CLEAR else "above" if dy < 0 else "below")


def missing(truth, rng, question, kind):
    """The honest answer when the question names something that is not there."""
    noun = absent(rng, truth["objects"])
    return Item(kind, question.format(noun), f"There is no {noun} in the picture.", "nowhere", None)


def relation_yes_no(truth, rng):
    two = pick(rng, truth["objects"], 2)
    if not two:
        return None
    (a, who), (b, whom) = two
    side = rng.choice([s for s in sides(a, b) if s] or [None])
    if side is None:
        return None
    ask = side if rng.random() < 0.5 else OPPOSITE[side]
    if rng.random() < 0.05:
        ghost = absent(rng, truth["objects"])
        q = vary(rng, f"Is the {who} {SIDES[ask][1]} the {ghost}?")
        return Item("relation yes/no", q, f"No, there is no {ghost} in the picture.", "no", False)
    q = vary(rng, f"[Is|Is|Is|Does] the {who} <{SIDES[ask][1]}> the {whom}[ in the {PICTURE}|||]?")
    if q.startswith("Does"):
        q = q.replace("<", "[lie|sit|stand] ", 1)
    q = vary(rng, q.replace("<", "").replace(">", ""))
    yes = ask == side
    # Evidence first, along the axis that was asked about: the verdict is then a comparison of two words.
    said = SIDES[side][0]
    return Item("relation yes/no", q, f"The {who} is {said} the {whom}, so {'yes' if yes else 'no'}.",
                "yes" if yes else "no", yes)


def relation_where(truth, rng):
    two = pick(rng, truth["objects"], 2)
    if not two:
        return None
    (a, who), (b, whom) = two
    x, y = sides(a, b)
    if not (x and y):
        return None
    said = f"{SIDES[y][0]} and {SIDES[x][0]}"
    q = vary(rng, f"[Where is the {who} [relative to|in relation to|compared to|with respect to|as seen from] the {whom}?|"
                  f"What is the position of the {who} relative to the {whom}?|How is the {who} [placed|positioned] relative to the {whom}?|"
                  f"Describe the position of the {who} relative to the {whom}.]")
    return Item("relation where", q, f"The {who} is {said} the {whom}.", said, {x, y})


def relation_which(truth, rng):
    """Which is further left, the circle or the star?"""
    two = pick(rng, truth["objects"], 2)
    if not two:
        return None
    (a, who), (b, whom) = two
    side = rng.choice([s for s in sides(a, b) if s] or [None])
    if side is None:
        return None
    ask = side if rng.random() < 0.5 else OPPOSITE[side]
    answer = who if ask == side else whom
    more = {"left": "further left", "right": "further right", "above": "higher", "below": "lower"}[ask]
    said = {"left": "[further left|more to the left|further to the left]", "right": "[further right|more to the right|further to the right]",
            "above": "[higher|higher up]", "below": "[lower|lower down]"}[ask]
    q = vary(rng, f"[Which is {said}, the {who} or the {whom}?|Which {THING} is {said}: the {who} or the {whom}?|What is {said}, the {who} or the {whom}?]")
    return Item("relation which", q, f"The {who} is {SIDES[side][0]} the {whom}, so the {answer} is {more}.", answer, answer)


def beside(truth, rng):
    """What is to the left of the star?"""
    objects = truth["objects"]
    one = pick(rng, objects, 1)
    if not one:
        return None
    obj, who = one[0]
    side = rng.choice(list(SIDES))
    ask = {"left": "[to the left of|left of|on the left of]", "right": "[to the right of|right of|on the right of]",
           "above": "above", "below": "[below|under|beneath]"}[side]
    others = [o for o in objects if o is not obj]
    if any(None in sides(o, obj) for o in others):
        return None
    found = [o for o in others if side in sides(o, obj)]
    if rng.random() < 0.2:
        q = vary(rng, f"Is [there anything|anything|there something|something] {ask} the {who}?")
        if found:
            said = listing(["the " + name(o) for o in found])
            return Item("relation yes/no", q, f"Yes, {said} {'is' if len(found) == 1 else 'are'} {SIDES[side][0]} the {who}.", "yes", True)
        return Item("relation yes/no", q, f"No, nothing is {SIDES[side][0]} the {who}.", "no", False)
    q = vary(rng, f"[What is {ask} the {who}?|What is {ask} the {who}?|Which {THINGS} are {ask} the {who}?|What can you see {ask} the {who}?|"
                  f"What lies {ask} the {who}?|Name what is {ask} the {who}.|What [object|thing|shape] is {ask} the {who}?]")
    if not found:
        return Item("beside", q, f"Nothing is {SIDES[side][0]} the {who}.", "nothing", [])
    said = listing(["the " + name(o) for o in found])
    return Item("beside", q, f"{capital(said)} {'is' if len(found) == 1 else 'are'} {SIDES[side][0]} the {who}.",
                listing([name(o) for o in found]), [name(o) for o in found])


def location(truth, rng):
    one = pick(rng, truth["objects"], 1)
    q = f"[Where is the {{}}?|Where is the {{}}?|Where is the {{}} in the {PICTURE}?|Where in the {PICTURE} is the {{}}?|In which part of the {PICTURE} is the {{}}?|" \
        f"What is the position of the {{}}?|What is the location of the {{}}?|Where can [I find|you see] the {{}}?|Where is the {{}} located?|In what part of the {PICTURE} is the {{}}?|Say where the {{}} is.|Where does the {{}} [lie|sit|stand]?|Which part of the {PICTURE} [holds|contains] the {{}}?|Locate the {{}}.]"
    q = vary(rng, q)
    if not one or rng.random() < 0.05:
        return missing(truth, rng, q, "location")
    obj, who = one[0]
    word = place(obj)
    return Item("location", q.format(who), f"The {who} is {at_place(word)} of the picture.", word, word)


def location_yes_no(truth, rng):
    one = pick(rng, truth["objects"], 1)
    if not one:
        return None
    obj, who = one[0]
    if rng.random() < 0.5:
        axis = rng.choice([0, 1])
        off = center(obj)[axis] - 0.5
        if abs(off) < HALF_MARGIN:
            return None
        words = ("left", "right") if axis == 0 else ("upper", "lower")
        true = words[off > 0]
        ask = rng.choice(words)
        q = vary(rng, f"Is the {who} in the {ask} half[ of the {PICTURE}|]?")
        return Item("relation yes/no", q, f"The {who} is in the {true} half, so {'yes' if ask == true else 'no'}.",
                    "yes" if ask == true else "no", ask == true)
    true = place(obj)
    ask = true if rng.random() < 0.5 else rng.choice([p for p in PLACES if p != true])
    q = vary(rng, f"Is the {who} {at_place(ask)}[ of the {PICTURE}|]?")
    return Item("relation yes/no", q, f"The {who} is {at_place(true)} of the picture, so {'yes' if ask == true else 'no'}.",
                "yes" if ask == true else "no", ask == true)


def what_at(truth, rng):
    """What is in the upper left?"""
    objects = truth["objects"]
    word = place(rng.choice(objects)) if objects and rng.random() < 0.75 else rng.choice(PLACES)
    found = [o for o in objects if place(o) == word]
    q = vary(rng, f"[What is|What is|Which {THING} is|What can you see|What do you see] {at_place(word)}[ of the {PICTURE}|]?")
    if not found:
        return Item("beside", q, f"Nothing is {at_place(word)} of the picture.", "nothing", [])
    said = listing([article(name(o)) for o in found])
    return Item("beside", q, f"{capital(said)} {'is' if len(found) == 1 else 'are'} {at_place(word)} of the picture.",
                listing([name(o) for o in found]), [name(o) for o in found])


def extreme(truth, rng):
    objects = truth["objects"]
    if not objects:
        return None
    side = rng.choice(list(SIDES))
    axis, last = (0 if side in ("left", "right") else 1), side in ("right", "below")
    row = sorted(objects, key=lambda o: center(o)[axis], reverse=last)
    if len(row) > 1 and abs(center(row[0])[axis] - center(row[1])[axis]) < CLEAR:
        return None
    word = {"left": "leftmost", "right": "rightmost", "above": "topmost", "below": "lowest"}[side]
    said = vary(rng, {"left": "leftmost", "right": "rightmost", "above": "[topmost|highest|uppermost]", "below": "[lowest|bottommost|lowest]"}[side])
    if rng.random() < 0.2:
        key = rng.choice(["color", "shape", "size"])
        ask = {"color": "[color|colour]", "shape": "shape", "size": "size"}[key]
        q = vary(rng, f"What {ask} is the {said} {THING}?")
        value = row[0][key]
        return Item("extreme", q, f"The {word} object is {article(value) if key == 'shape' else value}.", value, value)
    far = {"left": "furthest to the left", "right": "furthest to the right", "above": "at the very top", "below": "at the very bottom"}[side]
    q = vary(rng, f"[Which {THING} is the {said}?|What is the {said} {THING}?|What is the {said} {THING} in the {PICTURE}?|Which is the {said} {THING}?|Which {THING} is {far}?]")
    return Item("extreme", q, f"The {word} object is the {name(row[0])}.", name(row[0]), name(row[0]))


def biggest(truth, rng):
    """Largest and smallest, by size class."""
    if not truth["objects"]:
        return None
    word = "largest" if rng.random() < 0.65 else "smallest"
    said = vary(rng, "[largest|biggest]" if word == "largest" else "smallest")
    q = vary(rng, f"[Which {THING} is the {said}?|What is the {said} {THING}?|What is the {said} {THING} in the {PICTURE}?|Which is the {said} {THING}?|What are the {said} {THINGS}?]")
    answer = largest(truth, word)
    size = word == "largest"
    have = {o["size"] for o in truth["objects"]}
    top = ("large" if "large" in have else "small") if size else ("small" if "small" in have else "large")
    names = [name(o) for o in truth["objects"] if o["size"] == top]
    return Item("largest", q, answer, listing(names), names)
