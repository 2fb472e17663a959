"""Questions about what is there: counts, yes/no, attributes, background, absent things.

Every task is a function (truth, rng) -> Item or None when the question cannot be
asked definitely of this picture. Only symbols are seen, never pixels.
"""
from dataclasses import dataclass

from truth import layout
from wording import (KINDS, PICTURE, THING, THINGS, article, at_place, capital, ground_sentence, listing, name, number, pick, place,
                     plural, there, vary)

ALIEN = ["dog", "cat", "car", "person", "tree", "house", "bird", "chair", "table", "bicycle", "bus", "cup", "phone",
         "boat", "flower", "horse", "cloud", "sign", "face", "building", "plane", "book", "clock", "hat", "man",
         "woman", "child", "sun", "line", "heart", "hexagon"]
HERE = f"[are there|are there|are in the {PICTURE}|are there in the {PICTURE}|can you see|do you see|are shown|does the {PICTURE} [contain|show|have]]"


@dataclass
class Item:
    """A question with its answer, short answer, and what a judge needs to mark it."""
    kind: str
    question: str
    answer: str
    short: str
    gold: object


def describe(obj, form):
    return " ".join(obj[k] for k in form) + ("" if "shape" in form else " object")


def has(obj, want):
    return all(obj[k] == v for k, v in want.items())


def phrase(want):
    """Noun for a set of attributes: {"color": "red"} -> "red object"."""
    words = [want[k] for k in ("size", "color", "shape") if k in want]
    return " ".join(words) + ("" if "shape" in want else " object")


def wanted(truth, rng, present):
    """A set of attributes to ask for, usually near something that is in the picture."""
    form = rng.choice([["shape"], ["color"], ["size"], ["color", "shape"], ["color", "shape"],
                       ["size", "shape"], ["size", "color"], ["size", "color", "shape"]])
    objects = truth["objects"]
    if objects and rng.random() < present:
        base = rng.choice(objects)
        return {k: base[k] for k in form}
    want = {k: rng.choice(KINDS[k]) for k in form}
    if objects and rng.random() < 0.7:
        # One attribute off, often borrowed from another object: the hard kind of "no".
        base, other, k = rng.choice(objects), rng.choice(objects), rng.choice(form)
        want = {f: base[f] for f in form}
        want[k] = other[k] if rng.random() < 0.5 else rng.choice(KINDS[k])
    return want


def count(truth, rng):
    n = len(truth["objects"])
    q = vary(rng, f"[How many {THINGS} {HERE}?|How many {THINGS} {HERE}?|What is the [total |]number of {THINGS}"
                  f"[ in the {PICTURE}|]?|Count [all |][the |]{THINGS}[ in the {PICTURE}|].|How many {THINGS} in total?|"
                  f"[Say|Count] how many {THINGS} [there are|you see|are visible|the {PICTURE} shows].|How many {THINGS} [are visible|does it have|altogether]?]")
    return Item("count", q, f"{there(n)} {number(n, 'object')} in the picture.", str(n), n)


def count_some(truth, rng):
    want = wanted(truth, rng, 0.72)
    noun = phrase(want)
    if rng.random() < 0.06:
        word = want.get("color") or want.get("size")
        if word:
            key = "color" if "color" in want else "size"
            n = sum(o[key] != word for o in truth["objects"])
            q = vary(rng, f"How many {THINGS} are not {word}?")
            return Item("count", q, f"{there(n)} {number(n, 'object')} in the picture that {'is' if n == 1 else 'are'} not {word}.", str(n), n)
    n = sum(has(o, want) for o in truth["objects"])
    many = plural(noun)
    if noun.endswith(" object") and rng.random() < 0.4:
        many = noun[:-6] + vary(rng, THINGS)
    q = vary(rng, f"[How many {many} {HERE}?|How many {many} {HERE}?|How many {many} [are there|do you count]?|"
                  f"What is the number of {many}?|Count the {many}[ in the {PICTURE}|].|How many {many}?|"
                  f"[Say|Count|Give] how many {many} [there are|you see|are visible|the {PICTURE} shows].|How many {many} [are visible|exist|does it have]?]")
    if "shape" not in want and rng.random() < 0.3:
        word = noun[:-7]
        q = vary(rng, f"How many [of the |]{THINGS} are {word}?")
    return Item("count", q, f"{evidence(truth['objects'], want)}{there(n) if not truth['objects'] else there(n).lower()} "
                            f"{number(n, noun)} in the picture.", str(n), n)


def evidence(objects, want):
    """Every object in order, the wanted ones numbered: "A large red ring [1] and a small blue star, so ".

    Naming everything from left to right is what the model does best; a number behind each match makes the sum that
    follows the last number written. Naming the matches alone left one out, or one too many in, in a tenth of the answers.
    """
    if not objects:
        return ""
    parts, found = [], 0
    for obj in objects:
        found += has(obj, want)
        parts.append(article(name(obj)) + (f" [{found}]" if has(obj, want) else ""))
    return capital(listing(parts)) + ", so "


def exists(truth, rng):
    if rng.random() < 0.07:
        noun, n = rng.choice(ALIEN), 0
    else:
        want = wanted(truth, rng, 0.5)
        noun, n = phrase(want), sum(has(o, want) for o in truth["objects"])
    one, many = article(noun), plural(noun)
    q = vary(rng, f"[Is there {one}[ in the {PICTURE}| in this {PICTURE}|]?|Is there {one}?|Are there any {many}[ in the {PICTURE}|]?|"
                  f"Can you see {one}[ in the {PICTURE}|]?|Do you see [{one}|any {many}]?|Does the {PICTURE} [contain|show|have] [{one}|any {many}]?|"
                  f"Is {one} [in the {PICTURE}|shown|among the {THINGS}|to be seen]?|Does it [have|show] {one}?|Is there any {noun} here?]")
    if n:
        return Item("yesno", q, f"Yes, {there(n).lower()} {article(noun) if n == 1 else number(n, noun)} in the picture.", "yes", True)
    return Item("yesno", q, f"No, there is no {noun} in the picture.", "no", False)


def check(truth, rng):
    """Is the star red?"""
    key = rng.choice(["color", "color", "size", "shape"])
    objects = truth["objects"]
    if key == "shape":
        lone = [o for o in objects if sum(p["color"] == o["color"] for p in objects) == 1]
        if not lone:
            return None
        obj = rng.choice(lone)
        who = f"{obj['color']} object"
    else:
        chosen = pick(rng, objects, 1)
        if not chosen:
            return None
        obj, who = chosen[0]
        if obj[key] in who.split():
            if sum(o["shape"] == obj["shape"] for o in objects) > 1:
                return None
            who = obj["shape"]
    right = rng.random() < 0.5
    value = obj[key] if right else rng.choice([v for v in KINDS[key] if v != obj[key]])
    say = article(value) if key == "shape" else value
    true = article(obj[key]) if key == "shape" else obj[key]
    ask = vary(rng, "[large|big]") if value == "large" else say
    q = f"Is the {who} {ask}?"
    if right:
        return Item("yesno", q, f"Yes, the {who} is {say}.", "yes", True)
    return Item("yesno", q, f"No, the {who} is {true}.", "no", False)


def exactly(truth, rng):
    """Are there three objects?"""
    n = len(truth["objects"])
    k = n if rng.random() < 0.5 else rng.choice([i for i in range(1, 6) if i != n])
    if k == 0:
        return None
    q = vary(rng, f"{there(k).split()[1].capitalize()} there [exactly |]{number(k, 'object')}[ in the {PICTURE}|]?")
    return Item("yesno", q, f"{there(n)} {number(n, 'object')} in the picture, so {'yes' if k == n else 'no'}.",
                "yes" if k == n else "no", k == n)


def attribute(truth, rng, key, by):
    """What colour is the star? `by` are attributes that may single the object out."""
    objects, choices = truth["objects"], []
    for form in by:
        choices += [(o, form) for o in objects if sum(all(p[k] == o[k] for k in form) for p in objects) == 1]
    if not choices:
        return None
    obj, form = rng.choice(choices)
    return obj, describe(obj, form)


def color(truth, rng):
    found = attribute(truth, rng, "color", [["shape"], ["shape"], ["size", "shape"]])
    if not found:
        return None
    obj, who = found
    q = vary(rng, f"[What [color|color|colour] is the {who}?|What is the [color|colour] of the {who}?|Which [color|colour] [does the {who} have|is the {who}]?]")
    return Item("color", q, f"The {who} is {obj['color']}.", obj["color"], obj["color"])


def shape(truth, rng):
    found = attribute(truth, rng, "shape", [["color"], ["color"], ["size"], ["size", "color"]])
    if not found:
        return None
    obj, who = found
    ask = who[:-6] + vary(rng, THING)
    q = vary(rng, f"[What shape is the {ask}?|What is the shape of the {ask}?|What is the {ask}?|Which shape [does the {ask} have|is the {ask}]?|What kind of shape is the {ask}?]")
    return Item("shape", q, f"The {who} is {article(obj['shape'])}.", obj["shape"], obj["shape"])


def size(truth, rng):
    found = attribute(truth, rng, "size", [["shape"], ["color", "shape"], ["color", "shape"]])
    if not found:
        return None
    obj, who = found
    q = vary(rng, f"[Is the {who} [small or large|large or small|big or small]?|How [big|large] is the {who}?|What size is the {who}?|What is the size of the {who}?]")
    return Item("size", q, f"The {who} is {obj['size']}.", obj["size"], obj["size"])


def about(truth, rng):
    """Everything about one object: its place, too."""
    chosen = pick(rng, truth["objects"], 1)
    if not chosen:
        return None
    obj, who = chosen[0]
    q = vary(rng, f"[Describe the {who}.|What can you [say|tell me] about the {who}?|Tell me about the {who}.|What is the {who} like?]")
    said = f"{name(obj)} {at_place(place(obj))}"
    return Item("about", q, f"It is {article(said)} of the picture.", said, said)


def background(truth, rng):
    kind, words = layout(truth)
    if kind == "plain" and rng.random() < 0.25:
        right = rng.random() < 0.5
        ask = words[0] if right else rng.choice([w for w in ("white", "gray", "black", "pink", "cyan", "brown") if w != words[0]])
        q = vary(rng, f"Is the background [of the {PICTURE} |]{ask}?")
        return Item("yesno", q, f"{'Yes' if right else 'No'}, the background is plain {words[0]}.", "yes" if right else "no", right)
    q = vary(rng, f"[What [color|colour] is the background[ of the {PICTURE}|]?|What is the background [color|colour]?|Describe the background.|"
                  "What is the background like?|What is in the background?|What does the background look like?|Which [color|colour] does the background have?]")
    return Item("background", q, ground_sentence(truth), " and ".join(words), words)


def compare(truth, rng):
    """Are there more circles than stars?"""
    objects = truth["objects"]
    if len(objects) < 2:
        return None
    key = rng.choice(["shape", "color"])
    x = rng.choice(objects)[key]
    y = rng.choice(objects)[key] if rng.random() < 0.7 else rng.choice(KINDS[key])
    if x == y:
        y = rng.choice([v for v in KINDS[key] if v != x])
    if rng.random() < 0.5:
        x, y = y, x
    a, b = (sum(o[key] == v for o in objects) for v in (x, y))
    nx, ny = (x, y) if key == "shape" else (x + " object", y + " object")
    q = vary(rng, f"[Are there more {plural(nx)} than {plural(ny)}?|Does the {PICTURE} have more {plural(nx)} than {plural(ny)}?]")
    yes = a > b
    return Item("compare", q, f"{'Yes' if yes else 'No'}, there {'is' if a == 1 else 'are'} {number(a, nx)} and {number(b, ny)}.",
                "yes" if yes else "no", yes)


def share(truth, rng):
    """Do any objects share a colour?"""
    objects = truth["objects"]
    key = rng.choice(["color", "shape"])
    groups = {}
    for o in objects:
        groups[o[key]] = groups.get(o[key], 0) + 1
    twins = [(v, n) for v, n in groups.items() if n > 1]
    q = vary(rng, f"[Do any {THINGS} [share the same|have the same|share a] {key}?|Are there {THINGS} of the same {key}?|Are any two {THINGS} of the same {key}?]")
    if twins:
        said = listing([number(n, v if key == "shape" else v + " object") for v, n in twins])
        return Item("compare", q, f"Yes, there are {said}.", "yes", True)
    if len(objects) < 2:
        return Item("compare", q, f"No, {there(len(objects)).lower()} {number(len(objects), 'object')} in the picture.", "no", False)
    return Item("compare", q, f"No, the {key}s are {listing(list(groups))}.", "no", False)


def remove(truth, rng):
    objects = truth["objects"]
    if not objects:
        return None
    want = wanted(truth, rng, 0.85)
    noun, n = phrase(want), len(objects)
    k = sum(has(o, want) for o in objects)
    many, m = plural(noun), n - k
    q = vary(rng, f"[If the {many} were [removed|taken away], how many {THINGS} would [remain|be left]?|How many {THINGS} would be left without the {many}?|"
                  f"Suppose all {many} are taken away. How many {THINGS} are left?|How many {THINGS} remain if you remove the {many}?]")
    return Item("count", q, f"{number(m, 'object').capitalize()} would remain, because {there(n).split()[1]} {number(n, 'object')} in all and {number(k, noun)}."
                .replace("because is", "because there is").replace("because are", "because there are"), str(m), m)


def nothing_there(truth, rng):
    """Text, people, danger: these pictures have none, and the model must say so."""
    u = rng.random()
    if u < 0.34:
        q = vary(rng, f"[Is there [any |]text in the {PICTURE}?|Can you read any text?|Does the {PICTURE} contain [text|words|letters|writing]?]")
        return Item("absent", q, "No, there is no text in the picture.", "no", "no")
    if u < 0.67:
        if rng.random() < 0.5:
            q = vary(rng, f"How many [people|persons|animals|faces] [are there|are in the {PICTURE}|can you see]?")
            word = [w for w in ("people", "persons", "animals", "faces") if w in q][0]
            return Item("absent", q, f"There are 0 {word} in the picture.", "0", "0")
        q = vary(rng, f"[Are there any people[ in the {PICTURE}|]?|Is anybody in the {PICTURE}?|Do you see any people?|Does the {PICTURE} show a person?]")
        return Item("absent", q, "No, there are no people in the picture.", "no", "no")
    q = vary(rng, f"[Is [anything|something] in the {PICTURE} [unsafe|unsafe to show at work|dangerous|violent|offensive]?|Is the {PICTURE} [unsafe for work|unsafe|offensive|dangerous]?|Is there anything [unsafe|dangerous|offensive] in the {PICTURE}?]")
    return Item("absent", q, "No, nothing in the picture is unsafe.", "no", "no")
