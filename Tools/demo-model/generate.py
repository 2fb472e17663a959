"""Greedy decoding in batches with the training code's own network."""
import torch

import packing
from model import Llava, Shape


def load(path, dtype=torch.float32):
    saved = torch.load(path)
    net = Llava(Shape(**saved["shape"]))
    net.load_state_dict(saved["weights"], strict=False)
    return net.to(dtype).eval()


class Cache:
    """Keys and values of one block for a batch whose rows have different lengths."""

    def __init__(self, batch, heads, room, width, dtype):
        self.k = torch.zeros(batch, heads, room, width, dtype=dtype)
        self.v = torch.zeros_like(self.k)
        self.at = None      # None: the prompt, rows 0..T-1; else the row of every sequence's new token
        self.used = 0

    def __call__(self, k, v):
        if self.at is None:
            self.k[:, :, :k.shape[2]], self.v[:, :, :k.shape[2]] = k, v
        else:
            rows = torch.arange(len(self.at))
            self.k[rows, :, self.at], self.v[rows, :, self.at] = k[:, :, 0], v[:, :, 0]
        return self.k[:, :, :self.used], self.v[:, :, :self.used]


@torch.no_grad()
def answer(net, image_rows, questions, prefix=0, limit=160):
    """One answer per (image_rows[i], questions[i]), each a fresh single-turn prompt."""
    s, dtype, batch = net.s, image_rows.dtype, len(questions)
    head = packing.prefix_ids(prefix)
    asked = [packing.question_ids(q) for q in questions]
    start = len(head) + image_rows.shape[1]
    length = torch.tensor([start + len(a) for a in asked])
    longest = int(length.max())
    ids = torch.zeros(batch, longest - start, dtype=torch.long)
    for i, a in enumerate(asked):
        ids[i, :len(a)] = torch.tensor(a)
    embed = net.language.embed
    x = torch.cat([embed[torch.tensor(head)].expand(batch, -1, -1), image_rows, embed[ids]], 1)
    caches = [Cache(batch, s.heads, longest + limit, s.width // s.heads, dtype) for _ in range(s.blocks)]
    for c in caches:
        c.used = longest
    causal = torch.full((longest, longest), float("-inf"), dtype=dtype).triu(1)
    x = net.language(x, torch.arange(longest).expand(batch, -1), causal, caches)
    logits = net.language.logits(x[torch.arange(batch), length - 1])
    out, open_rows = [[] for _ in range(batch)], torch.ones(batch, dtype=torch.bool)
    for step in range(limit):
        token = logits.argmax(-1)
        open_rows &= token != packing.EOS
        if not open_rows.any():
            break
        for i in open_rows.nonzero().flatten().tolist():
            out[i].append(int(token[i]))
        at = length + step
        for c in caches:
            c.at, c.used = at, int(at.max()) + 1
        hidden = torch.arange(caches[0].used)[None] > at[:, None]
        mask = torch.zeros(hidden.shape, dtype=dtype).masked_fill_(hidden, float("-inf"))[:, None, None]
        x = net.language(embed[token][:, None], at[:, None], mask, caches)
        logits = net.language.logits(x[:, 0])
    return [packing.decode(o) for o in out]


def answer_all(net, image_rows, pairs, batch=64):
    """Answers to (picture index, question) pairs; similar lengths go together."""
    order = sorted(range(len(pairs)), key=lambda i: len(packing.question_ids(pairs[i][1])))
    said = [None] * len(pairs)
    for start in range(0, len(order), batch):
        part = order[start:start + batch]
        rows = image_rows[[pairs[i][0] for i in part]]
        for i, text in zip(part, answer(net, rows, [pairs[i][1] for i in part])):
            said[i] = text
    return said
