"""Cuts and penalties as transformers makes them; see README.md."""

import itertools
import json
import random
from pathlib import Path

import torch
from transformers.generation.logits_process import (
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

HERE = Path(__file__).parent
VOCABULARY = 24


def processors(options):
    """The chain of `GenerationMixin._get_logits_processor`, in its order."""
    chain = []
    if options["repetition_penalty"] != 1:
        chain.append(RepetitionPenaltyLogitsProcessor(options["repetition_penalty"]))
    if options["temperature"] > 0:
        if options["temperature"] != 1:
            chain.append(TemperatureLogitsWarper(options["temperature"]))
        if options["top_k"] > 0:
            chain.append(TopKLogitsWarper(options["top_k"]))
        if options["top_p"] < 1:
            chain.append(TopPLogitsWarper(options["top_p"]))
        if options["min_p"] > 0:
            chain.append(MinPLogitsWarper(options["min_p"]))
    return chain


def is_close_call(logits, come, options):
    """Whether rounding, or the order of equals, decides a cut; such cases are left out."""
    scores = logits.double()
    for id in set(come):
        factor = options["repetition_penalty"]
        scores[id] = scores[id] * factor if scores[id] < 0 else scores[id] / factor
    scores = scores / options["temperature"]
    if options["top_k"] > 0:
        least = torch.topk(scores, options["top_k"]).values[-1]
        scores[scores < least] = -torch.inf
    shares = scores.softmax(0).sort(descending=True).values
    before = shares.cumsum(0) - shares
    near_p = options["top_p"] < 1 and (before - options["top_p"]).abs().min() < 1e-4
    kept = shares[before < options["top_p"]]
    dropped = shares[len(kept):]
    near_p = near_p or (len(dropped) > 0 and 0 < dropped[0] and kept[-1] - dropped[0] < 1e-4)
    near_min = options["min_p"] > 0 and (kept / kept[0] - options["min_p"]).abs().min() < 1e-4
    return bool(near_p or near_min)


def case(logits, come, options):
    """One row of the file."""
    scores = logits.clone()[None]
    for process in processors(options):
        scores = process(torch.tensor([come]), scores)
    row = {"logits": [round(x, 2) for x in logits.tolist()], "come": come, **options}
    row["best"] = int(scores[0].argmax())
    row["logprob"] = float(logits.log_softmax(0)[row["best"]])
    kept = scores[0] > -torch.inf
    row["ids"] = kept.nonzero().flatten().tolist()
    row["probabilities"] = scores[0].softmax(0)[kept].tolist()
    return row


def main() -> None:
    """Every option off and on, with every other."""
    torch.manual_seed(3)
    random.seed(3)
    rows = []
    for temperature, top_k, top_p, min_p, penalty in itertools.product(
        (0, 0.3, 1, 1.7), (0, 1, 7), (1, 0.9, 0.4), (0, 0.05, 0.4), (1, 1.3, 0.8)
    ):
        if temperature == 0 and (top_k, top_p, min_p) != (0, 1, 0):
            continue
        options = {
            "temperature": temperature, "top_k": top_k, "top_p": top_p, "min_p": min_p,
            "repetition_penalty": penalty,
        }
        while True:
            logits = (torch.randn(VOCABULARY) * 3).mul(100).round().div(100)
            if top_k == 7 and random.random() < 0.3:
                # As likely as the last of the seven: transformers keeps both.
                logits[5] = logits.sort(descending=True).values[6]
            come = random.choices(range(VOCABULARY), k=6)
            if temperature == 0 or not is_close_call(logits, come, options):
                break
        rows.append(case(logits, come, options))
    with open(HERE / "cuts.jsonl", "w", encoding="utf-8") as file:
        for row in rows:
            shorter = json.loads(
                json.dumps(row), parse_float=lambda text: float(f"{float(text):.6g}"))
            file.write(json.dumps(shorter, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
