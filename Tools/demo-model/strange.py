"""Wordings that the teacher does not use, to see how far the model carries beyond its templates."""
from scenes import COLORS, SHAPES
from tasks_look import Item
from truth import center
from wording import article, pick, place, plural

JSON = ["Provide a JSON object listing each object's shape, color and size.", "Extract the objects as JSON with keys shape, color, size.",
        "I need the contents of this picture as JSON: every object with shape, color and size.",
        "Return a JSON document of the form {\"objects\": [...]} for this picture."]
COUNT = ["Tell me how many objects this picture contains.", "How many separate objects appear in this picture?", "What number of objects do you see?",
         "How many objects are visible here?"]
COUNT_SOME = ["How many of the objects are {0}?", "Tell me how many {0} are in this picture.", "What number of {0} can be seen?", "How many {0} appear in the picture?"]
EXISTS = ["Does this picture have {0} in it?", "Is {0} present in the picture?", "Is there {0} anywhere in the picture?", "Is {0} visible?"]
BESIDES = ["In the picture, is the {0} {2} the {1}?", "Looking at the picture, is the {0} {2} the {1}?", "Is the {0} located {2} the {1}?", "Is the {0} positioned {2} the {1}?"]
WHERE = ["Whereabouts in the picture is the {0}?", "Tell me where the {0} is.", "What part of the picture is the {0} in?", "In what region of the image does the {0} lie?"]


def relation(a, b, rng):
    """A direction to ask about and whether it is true of a as seen from b."""
    dx, dy = center(a)[0] - center(b)[0], center(a)[1] - center(b)[1]
    return rng.choice([("to the left of", dx < 0), ("to the right of", dx > 0), ("above", dy < 0), ("below", dy > 0)])


def questions(truth, rng):
    """One unseen question of each of five kinds, where the picture allows it."""
    objects, out = truth["objects"], []
    n = len(objects)
    out.append(Item("count", rng.choice(COUNT), "", str(n), n))
    shape = rng.choice(objects)["shape"] if objects and rng.random() < 0.7 else rng.choice(SHAPES)
    k = sum(o["shape"] == shape for o in objects)
    out.append(Item("count", rng.choice(COUNT_SOME).format(plural(shape), shape), "", str(k), k))
    color, shape = rng.choice(COLORS), rng.choice(SHAPES)
    if objects and rng.random() < 0.7:
        base = rng.choice(objects)
        color, shape = (base["color"], base["shape"]) if rng.random() < 0.6 else (base["color"], shape)
    there = any((o["color"], o["shape"]) == (color, shape) for o in objects)
    out.append(Item("yes/no", rng.choice(EXISTS).format(article(f"{color} {shape}")), "", "", there))
    two = pick(rng, objects, 2)
    if two:
        (a, who), (b, whom) = two
        said, yes = relation(a, b, rng)
        out.append(Item("position yes/no", rng.choice(BESIDES).format(who, whom, said), "", "", yes))
    one = pick(rng, objects, 1)
    if one:
        out.append(Item("location", rng.choice(WHERE).format(one[0][1]), "", "", place(one[0][0])))
    return out
