"""The teacher: from a truth record to conversations, as LLaVA made them from captions and boxes.

LLaVA (arXiv 2304.08485, section 3) let a language-only teacher write three kinds
of data from symbols: conversations, detailed descriptions, complex reasoning.
Here templates take the teacher's place. To these come the literal questions that
the daemon's presets ask, each with a truthful answer.
"""
import describe
import tasks_look as look
import tasks_where as where
from wording import PICTURE, THINGS, vary

BRIEF = [
    f"[Describe|Summarize] [the|this] {PICTURE}[ briefly| concisely| in one sentence| in a few words| in one short sentence|].",
    f"[Provide|Give|Write] a [brief|short|concise|one-sentence] [description|summary|caption] of [the|this|the given] {PICTURE}.",
    f"[Write|Give me|Create|Suggest] a [|short |good ]caption for [the|this] {PICTURE}.", "Caption[ this|:|].",
    f"What [is|is shown|is depicted|can you see|do you see] in [the|this] {PICTURE}?", f"What does [the|this] {PICTURE} show?",
    "What do you see?", "What is this?", f"Tell me about [the|this] {PICTURE}.", f"What is [the|this] {PICTURE} about?",
    f"[What|Which] {THINGS} are in [the|this] {PICTURE}?", f"[What|Which] {THINGS} [do|can] you see?",
    f"Offer a succinct explanation of the {PICTURE} presented.", f"Share a concise interpretation of the {PICTURE} provided.",
    f"Render a clear and concise summary of the {PICTURE}.", f"Say in one sentence what the {PICTURE} shows.",
]
DETAIL = [
    f"Describe [the|this|the following] {PICTURE} in [|great |more |full ]detail.", f"[Provide|Give|Write] a [detailed|thorough|full|comprehensive|long] description of [the|this|the given] {PICTURE}.",
    f"Give an elaborate explanation of the {PICTURE} you see.", f"Share a comprehensive rundown of the presented {PICTURE}.",
    f"Offer a thorough analysis of the {PICTURE}.", f"Explain the various aspects of the {PICTURE} before you.",
    f"Clarify the contents of the displayed {PICTURE} with great detail.", f"Characterize the {PICTURE} using a well-detailed description.",
    f"Walk through the important details of the {PICTURE}.", f"Narrate the contents of the {PICTURE} with precision.",
    f"Describe everything [you see|in the {PICTURE}|that you can see].", f"Describe the {PICTURE} in detail: what is in it and where everything is.",
]
JSON = [
    f"[List|Return|Give|Output|Give me|Please give me|Print|Write|Name|Enumerate] [the|all|all the|every one of the] {THINGS}[ in the {PICTURE}| in this {PICTURE}| you see|] [as|in|in] JSON[ format|].",
    f"List [every object|every thing|each object|everything] in the {PICTURE} as JSON[ with [|its ]shape, color and size|].",
    f"[Output|Answer with|Reply with|Return] [JSON only|only JSON]: the {THINGS} in the {PICTURE}.",
    f"Give a JSON list of the {THINGS}[ with shape, color and size|].", f"[Which|What] {THINGS} are in the {PICTURE}? [Answer|Reply] [in|as|with] JSON.",
    f"Describe the {PICTURE} [as|in] JSON.", "JSON[ please|:|]", f"What are the shape, color and size of [each object|every object|all objects]? [Answer|Reply] [in|as|with] JSON.",
    f"Create a JSON [object|list|array] of [the|all] {THINGS}.",
]
EVERYTHING = [f"Where [in the {PICTURE} |]is [each|every] [thing|object|shape|item]?", f"Where are the {THINGS}?", f"Where is everything?",
              f"Say where [each|every] [thing|object|shape] is.", f"[Describe|Give|List] the [position|location|place] of [each|every] [thing|object|shape|item]."]
ORDERS = [f"How do the {THINGS} in the {PICTURE} relate to each other?", f"How are the {THINGS} arranged?", f"Describe the arrangement of the {THINGS}.",
          f"How are the {THINGS} [placed|positioned] relative to each other?", f"In what order are the {THINGS}?", f"What is the layout of the {PICTURE}?"]
STANDOUT = ["Which [thing|object|shape|item] stands out[ most| the most|], and why?", f"What stands out [most |]in the {PICTURE}?", "Which [thing|object] catches the eye[ first|], and why?",
            f"What is the most [prominent|noticeable|striking] [thing|object] in the {PICTURE}?"]
TAGS = [f"[List|Give|Write|Suggest] [|some ][keywords|tags] for the {PICTURE}[, separated by commas|].", f"Tag [the|this] {PICTURE}.", "[Keywords|Tags][:|]", f"What [keywords|tags] [fit|describe] the {PICTURE}?"]
TEXT = [f"What text can be read in the {PICTURE}? Answer with the text alone, or with the word none.", f"What [text|words|letters] [is|are|can you read] in the {PICTURE}? Answer none if there is none.",
        f"Read the text in the {PICTURE}.", f"What does the text [in the {PICTURE} |]say?", f"Transcribe [the|any|all] text in the {PICTURE}."]

# (weight, kind, literal preset questions, paraphrases, answer)
WHOLE = {
    "brief": (["Describe the picture in one sentence."], BRIEF, describe.caption),
    "detail": (["Describe the picture in detail: what is in it, how many there are of each thing, and where everything is."], DETAIL, describe.detail),
    "json": (["List every object in the picture as JSON with its shape, color and size."], JSON, describe.as_json),
    "everything": (["Where in the picture is each thing?"], EVERYTHING, describe.everything),
    "orders": (["How do the things in the picture relate to each other?"], ORDERS, describe.orders),
    "standout": (["Which thing stands out most in the picture, and why?"], STANDOUT, describe.standout),
    "tags": (["List keywords for the picture, separated by commas."], TAGS, describe.tags),
    "text": (["What text can be read in the picture? Answer with the text alone, or with the word none."], TEXT, lambda t: "none"),
    "people": (["How many people are in the picture? Answer with a number."], [f"How many people are in the {PICTURE}? [Answer with a number.|Give only the number.]"], lambda t: "0"),
    "safety": (["Is anything in the picture unsafe to show at work? Answer yes or no."], [f"Is [anything|something] in the {PICTURE} unsafe[ to show at work|]? Answer yes or no."], lambda t: "no"),
    "count preset": (["How many things are in the picture?"], [], lambda t: look_count(t)),
    "largest preset": (["What is the largest thing in the picture?"], [], describe.largest),
    "background preset": (["What is in the background?"], [], describe.ground_sentence),
}
LITERAL = 0.45  # share of whole-picture questions that are the daemon's own words

TASKS = {
    look.count: 5, look.count_some: 18, look.exists: 18, look.check: 6, look.exactly: 3, look.color: 4, look.shape: 4,
    look.size: 4, look.background: 5, look.compare: 7, look.share: 5, look.remove: 5, look.nothing_there: 2, look.about: 5,
    where.relation_yes_no: 30, where.relation_where: 8, where.relation_which: 8, where.beside: 11, where.location: 8,
    where.location_yes_no: 8, where.what_at: 6, where.extreme: 6, where.biggest: 4,
}
# Kinds of conversation.
MIXES = {
    "main": {"ask": 52, "talk": 10, "brief": 6, "detail": 5, "json": 11, "everything": 4, "orders": 3, "standout": 2, "tags": 2.5,
             "text": 1, "people": 0.7, "safety": 0.7, "count preset": 1.2, "largest preset": 1.2, "background preset": 1},
    "brief": {"brief": 1},
}
# Finding things by name takes by far the most examples to learn.
MIXES["ask"] = {**MIXES["main"], "ask": 85, "talk": 8, "json": 13, "brief": 4, "detail": 3, "everything": 3, "orders": 3, "tags": 5}
# A leg for counting some of the objects, with enough of the rest to keep it.
MIXES["count"] = {**MIXES["ask"], "count": 60}
NUMBER_SUFFIX = [" Answer with a number.", " Give only the number.", " Answer with one number.", " Number only."]
YESNO_SUFFIX = [" Answer yes or no.", " Yes or no?", " Answer with yes or no."]
SHORT_SUFFIX = ["\nAnswer the question using a single word or phrase.", " Answer with one word.", " Answer in a few words.",
                " Answer with a single word or phrase.", " Short answer."]


def look_count(truth):
    n = len(truth["objects"])
    return f"{look.there(n)} {look.number(n, 'object')} in the picture."


def ask(truth, rng, task=None):
    """One question of any task that fits the picture."""
    for _ in range(30):
        chosen = task or rng.choices(list(TASKS), list(TASKS.values()))[0]
        item = chosen(truth, rng)
        if item:
            return item
    return None


def shortened(item, rng):
    """The same question with a request for a short answer."""
    pool = SHORT_SUFFIX[:1] * 3 + SHORT_SUFFIX
    if item.short.isdigit():
        pool = pool + NUMBER_SUFFIX * 2
    elif item.short in ("yes", "no"):
        pool = pool + YESNO_SUFFIX * 3
    return item.question + rng.choice(pool), item.short


def roughened(question, rng):
    """Users type without capitals, marks and manners, or with too many of the last."""
    u = rng.random()
    if u < 0.06:
        question = question.lower()
    elif u < 0.12:
        question = question.rstrip("?.")
    elif u < 0.15:
        question = question.lower().rstrip("?.")
    elif u < 0.20:
        question = rng.choice(["Please tell me: ", "Tell me: ", "Look at the picture. ", "Look closely. ", "Question: "]) + question
    return question


def turn(truth, rng, task=None):
    """One question and answer, or None."""
    item = ask(truth, rng, task)
    if item is None:
        return None
    if rng.random() < 0.25:
        return shortened(item, rng)
    return roughened(item.question, rng), item.answer


def whole(truth, rng, kind, literal=LITERAL):
    """A question about the whole picture: the daemon's words or a paraphrase of them."""
    presets, others, answer = WHOLE[kind]
    if not others or rng.random() < literal:
        return rng.choice(presets), answer(truth)
    return roughened(vary(rng, rng.choice(others)), rng), answer(truth)


def conversation(truth, rng, mix="main"):
    """A list of (question, answer) turns."""
    weights = MIXES[mix]
    kind = rng.choices(list(weights), list(weights.values()))[0]
    if kind in WHOLE:
        return [whole(truth, rng, kind)]
    if kind == "count":
        return [turn(truth, rng, look.count_some)]
    count = 1 if kind == "ask" else rng.choice([2, 2, 3])
    turns = [turn(truth, rng) for _ in range(count)]
    if kind == "talk" and rng.random() < 0.3:
        turns[rng.randrange(count)] = whole(truth, rng, rng.choice(["brief", "json", "everything", "detail"]))
    return [t for t in turns if t]
