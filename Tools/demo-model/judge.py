"""Mark an answer against what is true of the picture; lenient on wording, strict on facts."""
import json
import re

from scenes import COLORS, GROUNDS, SHAPES, SIZES
from truth import center, layout
from wording import PLACES, at_place, name, place

NAMED = re.compile(rf"\b({'|'.join(SIZES)}) ({'|'.join(COLORS)}) ({'|'.join(SHAPES)})\b")
WORDS = ["zero", "one", "two", "three", "four", "five", "six"]
SIDE_WORDS = {"left", "right", "above", "below"}


def named(text):
    """Every "size colour shape" in a text, in order."""
    return [" ".join(m) for m in NAMED.findall(text.lower())]


def names(truth):
    return [name(o) for o in truth["objects"]]


def first_number(text):
    """The first number said; the ones in brackets number the evidence."""
    for word in re.findall(r"[a-z]+|\d+", re.sub(r"\[\d+\]", "", text.lower())):
        if word.isdigit():
            return int(word)
        if word in WORDS:
            return WORDS.index(word)
    return None


def says_yes(text):
    m = re.search(r"\b(yes|no)\b", text.lower())  # verdicts stand first or after their evidence
    return None if m is None else m.group(1) == "yes"


def said_place(text):
    """The first of the nine place words; longer names first."""
    m = re.search("|".join(sorted(PLACES, key=len, reverse=True)), text.lower())
    return m.group(0) if m else None


def placed(text):
    """Pairs (object, place) of sentences like "a small red star is at the top"."""
    pattern = rf"({NAMED.pattern[2:-2]}) is ((?:in|at|on) the (?:{'|'.join(sorted(PLACES, key=len, reverse=True))}))"
    return sorted((m.group(1), m.group(5)) for m in re.finditer(pattern, text.lower()))


def mark_json(truth, text):
    try:
        listed = [" ".join(o[k] for k in ("size", "color", "shape")) for o in json.loads(text)["objects"]]
    except (ValueError, KeyError, TypeError):
        return {"JSON valid": False, "JSON exactly right": False}
    return {"JSON valid": True, "JSON exactly right": sorted(listed) == sorted(names(truth))}


def mark_whole(truth, kind, text):
    """Marks for questions about the whole picture (kinds of teacher.WHOLE)."""
    low, objects = text.lower(), truth["objects"]
    grounds = [w for w in re.findall(r"[a-z]+", low.split("background is")[-1]) if w in GROUNDS]
    if kind == "json":
        return mark_json(truth, text)
    if kind == "brief":
        ground = low.rsplit(" on a ", 1)[-1].rsplit(" with a ", 1)[-1]
        right = [w for w in re.findall(r"[a-z]+", ground) if w in GROUNDS] == layout(truth)[1]
        return {"caption": sorted(named(text)) == sorted(names(truth)) and right}
    if kind in ("detail", "everything"):
        goal = sorted((name(o), at_place(place(o))) for o in objects)
        right = placed(text) == goal
        if kind == "detail":
            right = right and first_number(text) == len(objects) and grounds == layout(truth)[1]
        return {f"{kind}": right}
    if kind == "orders":
        if len(objects) < 2:
            return {kind: named(text) == names(truth)}
        across, _, down = low.partition("from top to bottom")
        vertical = [name(o) for o in sorted(objects, key=lambda o: center(o)[1])]
        return {kind: named(across) == names(truth) and named(down) == vertical}
    if kind in ("text", "people", "safety"):
        return {kind: low.strip(" .") == {"text": "none", "people": "0", "safety": "no"}[kind]}
    if kind == "count preset":
        return {kind: first_number(text) == len(objects)}
    if kind == "background preset":
        return {kind: grounds == layout(truth)[1]}
    # The rest is a fixed function of the facts: compare whole texts.
    import teacher
    return {kind: text == teacher.WHOLE[kind][2](truth)}


def mark_item(truth, item, text):
    """True when the answer to a single question is right."""
    low = text.lower()
    if item.kind == "count":
        return first_number(text) == item.gold
    if item.gold is True or item.gold is False:
        return says_yes(text) is item.gold
    if item.kind == "location":
        return said_place(text) == item.gold if item.gold else "no " in low
    if item.kind == "relation where":
        return ({w for w in re.findall(r"[a-z]+", low) if w in SIDE_WORDS} == set(item.gold)) if item.gold else "no " in low
    if item.kind in ("beside", "largest"):
        return sorted(named(text)) == sorted(item.gold)
    if item.kind == "relation which":
        return re.search(rf"(^|so )(the )?{item.gold}( is|\W*$)", low) is not None
    if item.kind == "background":
        return [w for w in re.findall(r"[a-z]+", low) if w in GROUNDS] == item.gold
    if item.kind == "absent":
        return item.gold in re.findall(r"[a-z]+|\d+", low)
    return str(item.gold) in low
