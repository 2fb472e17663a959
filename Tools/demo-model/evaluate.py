"""Measure a checkpoint on fresh scenes, free-running greedy, one prompt per question.

    python evaluate.py --weights WORK/model.pt --tokenizer WORK/tokenizer.model \\
        --data WORK/test --count 400 [--bf16] [--wrong 20] [--json OUT]

Asked are: every preset's literal question, paraphrases from the teacher, every
kind of single question, and wordings that the teacher never uses (strange.py).
"""
import argparse
import collections
import json
import random
import time

import torch

import generate
import judge
import packing
import strange
import teacher
from cache import Pictures

ROLES = {"relation yes/no": "position yes/no", "relation where": "position where", "relation which": "position which",
         "beside": "position beside", "location": "position location", "extreme": "position extreme", "yesno": "yes/no"}
POSITION = ["position yes/no", "position where", "position which", "position beside", "position location", "position extreme"]


def questions(truth, rng, per_task):
    """(question, marker) pairs for one picture; a marker maps text to {label: right}."""
    asked = []
    for kind in teacher.WHOLE:
        for literal, tag in ((1.0, "preset"), (0.0, "paraphrase")):
            if literal == 0.0 and not teacher.WHOLE[kind][1]:
                continue
            q, _ = teacher.whole(truth, rng, kind, literal)
            asked.append((q, lambda text, k=kind, t=tag: {f"{label} ({t})": ok for label, ok in judge.mark_whole(truth, k, text).items()}))
    for task in teacher.TASKS:
        for _ in range(per_task):
            item = teacher.ask(truth, rng, task)
            if item is None:
                continue
            label = ROLES.get(item.kind, item.kind)
            short = rng.random() < 0.2
            q = teacher.shortened(item, rng)[0] if short else item.question
            asked.append((q, lambda text, i=item, l=label: {l: judge.mark_item(truth, i, text)}))
    for item in strange.questions(truth, rng):
        asked.append((item.question, lambda text, i=item: {f"unseen wording: {i.kind}": judge.mark_item(truth, i, text)}))
    asked.append((rng.choice(strange.JSON), lambda text: {f"unseen wording: {k}": v for k, v in judge.mark_json(truth, text).items()}))
    return asked


def measure(net, pictures, start, count, per_task, seed, chunk=32):
    """All marks: {label: [bool]}, and the answers that were wrong."""
    marks, wrong = collections.defaultdict(list), []
    for at in range(start, start + count, chunk):
        rng = random.Random(f"{seed}/{at}")
        pixels, truths = pictures.slice(at, min(chunk, start + count - at))
        with torch.no_grad():
            rows = net.image_rows(torch.from_numpy(pixels))
        asked = [(i, q, m) for i, t in enumerate(truths) for q, m in questions(t, rng, per_task)]
        said = generate.answer_all(net, rows, [(i, q) for i, q, _ in asked])
        for (i, q, marker), text in zip(asked, said):
            for label, ok in marker(text).items():
                marks[label].append(bool(ok))
                if label == "JSON exactly right (preset)":
                    marks[f"  with {len(truths[i]['objects'])} objects"].append(bool(ok))
                if not ok:
                    wrong.append((label, at + i, q, text, judge.names(truths[i])))
    marks["POSITION ALL"] = sum((marks[k] for k in POSITION if k in marks), [])
    return marks, wrong


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--weights", required=True)
    ap.add_argument("--tokenizer", required=True)
    ap.add_argument("--data", required=True, help="cache of scenes that training has not seen")
    ap.add_argument("--start", type=int, default=0)
    ap.add_argument("--count", type=int, default=400)
    ap.add_argument("--per-task", type=int, default=1)
    ap.add_argument("--seed", type=int, default=0)
    ap.add_argument("--threads", type=int, default=2)
    ap.add_argument("--bf16", action="store_true")
    ap.add_argument("--wrong", type=int, default=0, help="print this many wrong answers per label")
    ap.add_argument("--json", help="write the table here")
    args = ap.parse_args()
    torch.set_num_threads(args.threads)
    packing.use(args.tokenizer)
    net = generate.load(args.weights, torch.bfloat16 if args.bf16 else torch.float32)
    started = time.time()
    marks, wrong = measure(net, Pictures(args.data), args.start, args.count, args.per_task, args.seed)
    print(f"{args.weights}: {args.count} scenes, {time.time() - started:.0f} s")
    table = {label: [sum(m) / len(m), len(m)] for label, m in sorted(marks.items()) if m}
    for label, (share, n) in table.items():
        print(f"  {label:38s} {share:6.1%}  n {n}")
    shown = collections.Counter()
    for label, index, q, text, truth in wrong:
        shown[label] += 1
        if shown[label] <= args.wrong:
            print(f"WRONG [{label}] #{index} {q!r} -> {text!r}; objects {truth}")
    if args.json:
        with open(args.json, "w", encoding="utf-8") as f:
            json.dump(table, f, indent=1)


if __name__ == "__main__":
    main()
