"""Text the small vocabulary is trained on: sentences about pictures, composed here from word lists."""

import random

SIZES = ["small", "large", "tiny", "broad", "narrow"]
COLOURS = ["red", "green", "blue", "yellow", "purple", "orange", "white", "black", "gray"]
THINGS = [
    "circle", "square", "triangle", "star", "ring", "cross", "cat", "dog", "boat", "tree",
    "house", "window", "person", "street", "mountain", "bottle", "table", "bicycle",
]
PLACES = ["on the left", "on the right", "at the top", "at the bottom", "in the middle", "behind"]
OTHER_LANGUAGES = [
    "Ein kleiner Hund läuft über die Straße.", "Une fenêtre à côté d'un café, près du garçon.",
    "Niña pequeña con un árbol.", "日本語の写真です。", "Красный круг на белом фоне.", "naïve façade",
]
LAYOUT = ["\n", "  ", "    ", "        ", "\t", "\n\n", "1. one\n2. two\n", "end.  "]
SYMBOLS = "".join(chr(i) for i in range(33, 127))


def sentences(seed: int = 3, count: int = 4000) -> list[str]:
    """A fixed list of lines for `seed`."""
    pick = random.Random(seed)

    def thing():
        return f"{pick.choice(SIZES)} {pick.choice(COLOURS)} {pick.choice(THINGS)}"

    forms = [
        lambda: f"There is a {thing()} {pick.choice(PLACES)} of the picture.",
        lambda: f"A {thing()} and a {thing()} on a {pick.choice(COLOURS)} background.",
        lambda: f"USER: How many {pick.choice(THINGS)}s are there? ASSISTANT: {pick.randrange(2000)}",
        lambda: '{"objects": [{"shape": "%s", "color": "%s"}]}'
        % (pick.choice(THINGS), pick.choice(COLOURS)),
        lambda: f"The {pick.choice(THINGS)} is {pick.choice(COLOURS)}, isn't it? It's {thing()}!",
        lambda: f"What is the {pick.choice(SIZES)} thing {pick.choice(PLACES)}, and why?",
        lambda: f"{pick.choice(LAYOUT)}{pick.choice(COLOURS)}{pick.choice(LAYOUT)}={pick.randrange(99)}",
        lambda: pick.choice(OTHER_LANGUAGES),
        lambda: pick.choice(LAYOUT) + pick.choice(THINGS),
        lambda: " ".join(pick.sample(SYMBOLS, 12)),
    ]
    return [pick.choice(forms)() for _ in range(count)]
