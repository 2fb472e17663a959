"""Answers that cover the whole picture: captions, descriptions, lists, JSON.

These are the "detailed description" part of LLaVA's instruction data (arXiv
2304.08485, section 3): a teacher that sees only words and boxes writes them.
"""
import json

from truth import center
from wording import article, at_place, capital, ground, ground_sentence, listing, name, number, place, there

NOTHING = "There is nothing in the picture."


def caption(truth):
    objects = truth["objects"]
    if not objects:
        return f"An empty picture with {ground(truth)}."
    return capital(listing([article(name(o)) for o in objects])) + f" on {ground(truth)}."


def detail(truth):
    """How many of each shape, where every object is, and the background."""
    objects = truth["objects"]
    text = f"{there(len(objects))} {number(len(objects), 'object')} in the picture"
    if objects:
        shapes = list(dict.fromkeys(o["shape"] for o in objects))
        text += ": " + listing([number(sum(o["shape"] == s for o in objects), s) for s in shapes])
        text += ". " + capital(listing([f"{article(name(o))} is {at_place(place(o))}" for o in objects]))
    return f"{text}. {ground_sentence(truth)}"


def everything(truth):
    """Where each object is."""
    objects = truth["objects"]
    if not objects:
        return NOTHING
    return capital(listing([f"the {name(o)} is {at_place(place(o))}" for o in objects])) + "."


def orders(truth):
    """How the objects lie to each other: the two orders say all of it."""
    objects = truth["objects"]
    if not objects:
        return NOTHING
    if len(objects) == 1:
        return f"There is only 1 object, {article(name(objects[0]))}."
    down = sorted(objects, key=lambda o: center(o)[1])
    across = listing(["the " + name(o) for o in objects])
    return f"From left to right there are {across}. From top to bottom there are {listing(['the ' + name(o) for o in down])}."


def extremes_of_size(truth, largest=True):
    """The objects of the largest (or smallest) size there is."""
    sizes = ["large", "small"] if largest else ["small", "large"]
    for size in sizes:
        found = [o for o in truth["objects"] if o["size"] == size]
        if found:
            return found
    return []


def largest(truth, word="largest"):
    found = extremes_of_size(truth, word == "largest")
    if not found:
        return NOTHING
    if len(found) == 1:
        return f"The {word} object is the {name(found[0])}."
    return f"The {word} objects are {listing(['the ' + name(o) for o in found])}."


def standout(truth):
    """What catches the eye, with the reason; sizes decide, nothing is made up."""
    objects = truth["objects"]
    large = [o for o in objects if o["size"] == "large"]
    if not objects:
        return "Nothing stands out, because the picture is empty."
    if len(objects) == 1:
        return f"The {name(objects[0])} stands out most, because it is the only object in the picture."
    if not large:
        return "Nothing stands out, because all objects are small."
    if len(large) == 1:
        return f"The {name(large[0])} stands out most, because it is the only large object."
    if len(large) == len(objects):
        return "Nothing stands out, because all objects are large."
    return f"{capital(listing(['the ' + name(o) for o in large]))} stand out most, because they are large."


def tags(truth):
    words = dict.fromkeys(f"{o['color']} {o['shape']}" for o in truth["objects"])
    return ", ".join(list(words) + [ground(truth)[2:]])


def as_json(truth):
    return json.dumps({"objects": [{k: o[k] for k in ("shape", "color", "size")} for o in truth["objects"]]})
