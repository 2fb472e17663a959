"""Prompts as tokens, and many conversations about one picture in one row.

A row holds the prefix (BOS, system text, image) once and then independent
conversations. Each attends to the prefix and to itself only and starts at the
position right after the prefix, so it is exactly a conversation of its own;
the picture's part is computed once instead of six times.
"""
import functools
import re

import numpy as np
import sentencepiece
import torch

import teacher
from scenes import COLORS, SHAPES, SIZES

SYSTEM = ("A chat between a curious {} and an artificial intelligence assistant. The assistant gives helpful, "
          "detailed, and polite answers to the {}'s questions. ")
# vicuna_v1 of the LLaVA code; llava_v1 (its sister with another word); the bare form of the Hugging Face documents.
PREFIXES = [SYSTEM.format("user", "user") + "USER: ", SYSTEM.format("human", "human") + "USER: ", "USER: "]
PREFIX_WEIGHTS = [0.88, 0.05, 0.07]
IMAGE_ROWS = 64
BOS, EOS = 1, 2
IGNORE = -1
LANDMARKS = ("one", "pair", "count", "ground")

# "the large red circle", "the star", "the blue object"
MENTION = re.compile(rf"\bthe ((?:(?:{'|'.join(SIZES)}) )?(?:(?:{'|'.join(COLORS)}) )?(?:{'|'.join(SHAPES)}|object))\b", re.I)
# Nouns of questions: "red objects", "a large star", "crosses", "things"
WORD_OF = {s + ending: s for s in SHAPES for ending in ("", "s", "es")} | {"big": "large"}
BARE = {"object", "objects", "things", "items", "figures", "shapes"}
NOUN = re.compile(rf"\b((?:(?:{'|'.join(SIZES)}|big) )?(?:(?:{'|'.join(COLORS)}) )?"
                  rf"(?:{'|'.join(sorted(set(WORD_OF) - {'big'} | BARE, key=len, reverse=True))}))\b", re.I)
GROUND = re.compile(r"\b(background)\b", re.I)

_pieces = None


def use(path):
    """Load the tokenizer that the rest of this module works with."""
    global _pieces
    _pieces = sentencepiece.SentencePieceProcessor(model_file=path)


@functools.lru_cache(maxsize=300000)
def encode(text):
    return tuple(_pieces.encode(text))


def decode(ids):
    return _pieces.decode(ids)


def prefix_ids(kind=0):
    return (BOS,) + encode(PREFIXES[kind])


def question_ids(question, first=True):
    """The text after the image, or a later turn; each chunk has its own dummy prefix."""
    return encode(("\n" if first else "USER: ") + question + " ASSISTANT:")


@functools.lru_cache(maxsize=300000)
def phrases(pattern, text):
    """(index of the last token, words) of every phrase in a text that fits the pattern."""
    found = list(pattern.finditer(text))
    if not found:
        return ()
    # Pieces joined are the text after one dummy space; a byte piece stands for one (ASCII) character.
    sizes = [1 if _pieces.is_byte(i) else len(_pieces.id_to_piece(i)) for i in encode(text)]
    ends = np.cumsum(sizes) - 1
    return tuple((next(i for i, end in enumerate(ends) if end >= m.end()), tuple(m.group(1).lower().split()))
                 for m in found)


def fitting(truth, words):
    """Indices of the objects that all words fit."""
    words = [WORD_OF.get(w, w) for w in words]
    return [i for i, o in enumerate(truth["objects"])
            if all(w in BARE or w in (o["shape"], o["color"], o["size"]) for w in words)]


def landmarks(truth, turns):
    """Tokens at which something about the picture must be known by now, and what.

    Rows are (kind, token, a, b): "one" names object a; "pair" names object b just
    after object a; "count" is a noun that fits a objects; "ground" speaks of the
    background.
    """
    out, at = [], 0
    for i, (question, answer) in enumerate(turns):
        asked = ("\n" if i == 0 else "USER: ") + question + " ASSISTANT:"
        for text, closing in ((asked, 0), (answer, 1)):
            last = None
            for token, words in phrases(MENTION, text):
                fits = fitting(truth, words)
                if len(fits) != 1:
                    continue
                out.append(("one", at + token, fits[0], 0))
                if last is not None and last != fits[0]:
                    out.append(("pair", at + token, last, fits[0]))
                last = fits[0]
            if text is asked:
                out += [("count", at + token, len(fitting(truth, words)), 0) for token, words in phrases(NOUN, text)]
                out += [("ground", at + token, 0, 0) for token, _ in phrases(GROUND, text)]
            at += len(encode(text)) + closing
    return out


def conversation_ids(turns):
    """Tokens of a conversation and which of them are answers."""
    ids, learn = [], []
    for i, (question, answer) in enumerate(turns):
        asked, said = question_ids(question, i == 0), encode(answer) + (EOS,)
        ids += asked + said
        learn += [False] * len(asked) + [True] * len(said)
    return ids, learn


def row(truth, rng, length, mix):
    """One packed row: ids, target (next token or IGNORE), block, position, is_image, landmarks."""
    ids, position = np.zeros(length, np.int64), np.zeros(length, np.int64)
    target, block = np.full(length, IGNORE, np.int64), np.full(length, -1, np.int64)
    is_image = np.zeros(length, bool)
    head = prefix_ids(rng.choices(range(len(PREFIXES)), PREFIX_WEIGHTS)[0])
    start = len(head) + IMAGE_ROWS
    ids[:len(head)], block[:start], position[:start] = head, 0, range(start)
    is_image[len(head):start] = True
    at, number, misses, marks = start, 1, 0, []
    while misses < 3:
        turns = teacher.conversation(truth, rng, mix)
        tokens, learn = conversation_ids(turns)
        n = len(tokens)
        if n == 0 or at + n > length:
            misses += 1
            continue
        ids[at:at + n], block[at:at + n], position[at:at + n] = tokens, number, range(start, start + n)
        for j in range(n - 1):
            if learn[j + 1]:
                target[at + j] = tokens[j + 1]
        marks += [(kind, at + token, a, b) for kind, token, a, b in landmarks(truth, turns)]
        at, number = at + n, number + 1
        if mix == "brief" and number > 2:
            break
    return ids, target, block, position, is_image, marks


def block_mask(block):
    """Additive mask: causal, and only within the own conversation or the prefix."""
    length = block.shape[1]
    same = (block[:, :, None] == block[:, None, :]) | (block[:, None, :] == 0)
    allowed = same & torch.ones(length, length, dtype=torch.bool).tril()
    return torch.zeros(allowed.shape).masked_fill_(~allowed, float("-inf"))[:, None]


def batch(truths, rng, length, mix):
    rows = [row(truth, rng, length, mix) for truth in truths]
    ids, target, block, position, is_image = (torch.from_numpy(np.stack(x)) for x in list(zip(*rows))[:5])
    marks = {kind: torch.tensor([(i, *m[1:]) for i, r in enumerate(rows) for m in r[5] if m[0] == kind],
                                dtype=torch.long).view(-1, 4) for kind in LANDMARKS}
    return {"ids": ids, "target": target, "position": position, "is_image": is_image, "mask": block_mask(block),
            "marks": marks}
