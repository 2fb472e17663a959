"""Run one training stage. Stages, in the order of the recipe:

    tower   the vision tower learns the symbolic labels of every patch
    lm      the language model learns to answer from symbol rows (no pixels)
    align   LLaVA stage 1: the projector alone; tower and language model frozen
    tune    LLaVA stage 2: instructions; projector and language model, the tower
            frozen as in the paper or (--tower-scale) following slowly

Every step draws its data from (seed, stage, rank, step), schedules count steps,
and the tensors of a run do not depend on wall time: a run can be repeated.
With --procs 2 two single-thread processes share one set of masters; that is
quicker on two cores than one process with two threads.
"""
import argparse
import math
import random
import time

import numpy as np
import torch
import torch.multiprocessing as mp
import torch.nn.functional as F

from cache import Pictures
from labels import label_loss, label_scores, landmark_loss, patch_labels
from model import Llava, Shape
from optim import Optimizer, uses_muon

STAGES = ["tower", "lm", "align", "tune"]
PARTS = {"tower": ("tower", "labels"), "lm": ("language", "symbols", "mentions"), "align": ("projector",),
         "tune": ("projector", "language", "mentions", "tower", "labels")}


def arguments():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("stage", choices=STAGES)
    ap.add_argument("--out", required=True, help="checkpoint to write")
    ap.add_argument("--init", nargs="*", default=[], metavar="CKPT[:PART,PART]",
                    help="checkpoints to start from, optionally only some parts of them")
    ap.add_argument("--data", nargs="+", required=True, help="caches written by cache.py")
    ap.add_argument("--dev", required=True, help="cache of the scenes the log is measured on")
    ap.add_argument("--tokenizer", help="tokenizer.model (not needed by the tower stage)")
    ap.add_argument("--steps", type=int, required=True)
    ap.add_argument("--batch", type=int, required=True, help="pictures per process and step")
    ap.add_argument("--length", type=int, default=320, help="tokens per packed row")
    ap.add_argument("--procs", type=int, default=1)
    ap.add_argument("--muon-rate", type=float, default=3e-3)
    ap.add_argument("--adam-rate", type=float, default=1.5e-3)
    ap.add_argument("--warmup", type=int, default=100)
    ap.add_argument("--cooldown", type=float, default=0.5, help="share of the steps spent falling to 2 %%")
    ap.add_argument("--tower-scale", type=float, default=0.0, help="share of the rate that the tower gets in the tune stage")
    ap.add_argument("--label-weight", type=float, default=0.2, help="label loss in the tune stage")
    ap.add_argument("--mention-weight", type=float, default=0.5, help="loss at the landmarks of texts")
    ap.add_argument("--mix", default="main", help="mix of conversations (see teacher.py)")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--log-every", type=int, default=100)
    ap.add_argument("--save-every", type=int, default=0)
    ap.add_argument("--compile", action="store_true", help="compile the blocks (needs a C++ compiler)")
    return ap.parse_args()


def schedule(step, args):
    """Warm-up, flat, then linear to 2 %."""
    left = (args.steps - step) / max(1.0, args.steps * args.cooldown)
    return min((step + 1) / args.warmup, 1.0) * min(1.0, max(0.02, left))


def packed(truths, rng, args):
    import packing
    return packing.batch(truths, rng, args.length, "brief" if args.stage == "align" else args.mix)


def make_batch(args, pictures, step, rank):
    key = [args.seed, STAGES.index(args.stage), rank, step]
    rng, talk = np.random.default_rng(key), random.Random(str(key))
    pixels, truths = pictures.sample(rng, args.batch)
    return pixels, truths, None if args.stage == "tower" else packed(truths, talk, args)


def text_loss(net, rows, pack, truths, weight, scores=None):
    """Cross entropy on the answer tokens of a packed batch, plus that of its landmarks."""
    x, taps = net.inputs(pack["ids"], pack["is_image"], rows), []
    hidden = net.language(x, pack["position"], pack["mask"].to(x.dtype), taps=taps)
    wanted = pack["target"] >= 0
    logits = net.language.logits(hidden[wanted]).float()
    loss = F.cross_entropy(logits, pack["target"][wanted])
    if scores is not None:
        scores["text"] = loss.item()
        scores["token"] = (logits.argmax(-1) == pack["target"][wanted]).float().mean().item()
    if weight > 0:
        found, right = landmark_loss(lambda *at: net.mentions(taps, *at), truths, pack["marks"])
        loss = loss + weight * found
        if scores is not None:
            scores.update(right)
    return loss


def forward(net, args, batch, scores=None):
    pixels, truths, pack = batch
    if args.stage == "lm":
        return text_loss(net, net.symbols(patch_labels(truths)), pack, truths, args.mention_weight, scores)
    with torch.set_grad_enabled(trains_tower(args) and torch.is_grad_enabled()):
        seen = net.tower(torch.from_numpy(pixels))
    loss = 0.0
    labels = patch_labels(truths)
    if trains_tower(args):
        read = net.labels(seen)
        loss = label_loss(read, labels) * (1.0 if args.stage == "tower" else args.label_weight)
        if scores is not None:
            scores.update(label_scores(read, labels))
    if args.stage == "tower":
        return loss
    rows = net.projector(seen)
    if args.stage == "align":
        # The language model already reads symbol rows: pull the projected rows towards them.
        with torch.no_grad():
            goal = net.symbols(labels).float()
        loss = loss + F.mse_loss(rows.float(), goal) / goal.var()
    return loss + text_loss(net, rows, pack, truths, 0.0 if args.stage == "align" else args.mention_weight, scores)


def trains_tower(args):
    return args.stage == "tower" or (args.stage == "tune" and args.tower_scale > 0)


def share_out(masters, names, procs):
    """Split the tensors over the processes so that optimiser work is even."""
    load, owned = [0] * procs, [[] for _ in range(procs)]
    for n in sorted(names, key=lambda n: -masters[n].numel()):
        k = load.index(min(load))
        owned[k].append(n)
        load[k] += masters[n].numel() * (3 if uses_muon(n, masters[n]) else 1)
    return [[n for n in names if n in set(part)] for part in owned]


def worker(rank, args, masters, grads, norms, barrier):
    """One process: forward and backward on its own batch, optimiser on its own tensors."""
    torch.set_num_threads(1)
    net = Llava(Shape(), args.seed).bfloat16()
    params = dict(net.named_parameters())
    with torch.no_grad():
        for n, p in params.items():
            p.copy_(masters[n])
            p.requires_grad_(n in grads[0])
    if args.compile:
        for block in list(net.tower.blocks) + list(net.language.blocks):
            block.compile(dynamic=False)
    names = list(grads[0])
    mine = share_out(masters, names, args.procs)[rank]
    scale = lambda n: args.tower_scale if args.stage == "tune" and n.startswith("tower") else 1.0
    optimizer = Optimizer(masters, mine, args.muon_rate, args.adam_rate, scale)
    pictures = Pictures(*args.data)
    fixed = dev_batch(args) if rank == 0 else None
    started, running = time.time(), None
    for step in range(args.steps):
        loss = forward(net, args, make_batch(args, pictures, step, rank))
        loss.backward()
        with torch.no_grad():
            for n in names:
                if params[n].grad is None:  # a landmark head that this batch had no use for
                    grads[rank][n].zero_()
                else:
                    grads[rank][n].copy_(params[n].grad)
                params[n].grad = None
            barrier.wait()
            mean = {n: sum(g[n] for g in grads) / args.procs for n in mine}
            norms[rank] = sum(float(g.square().sum()) for g in mean.values())
            barrier.wait()
            clip = 1.0 / max(1.0, math.sqrt(float(norms.sum())))
            optimizer.step(mean, schedule(step, args), clip)
            barrier.wait()
            for n in names:
                params[n].copy_(masters[n])
        if rank == 0:
            running = loss.item() if running is None else 0.98 * running + 0.02 * loss.item()
            if (step + 1) % args.log_every == 0 or step + 1 == args.steps:
                report(net, args, fixed, step + 1, time.time() - started, running)
            if args.save_every and (step + 1) % args.save_every == 0:
                save(args, masters, f"{args.out}.{step + 1}")


def dev_batch(args):
    pixels, truths = Pictures(args.dev).slice(0, 128 if args.stage == "tower" else 48)
    return pixels, truths, None if args.stage == "tower" else packed(truths, random.Random(5), args)


def report(net, args, batch, step, seconds, running):
    scores = {}
    with torch.no_grad():
        value = float(forward(net, args, batch, scores))
    seen = step * args.batch * args.procs
    tail = " ".join(f"{k} {v:.3f}" for k, v in scores.items())
    print(f"{args.stage} step {step} {seconds:.0f}s {seen} pictures {seen / seconds:.0f}/s "
          f"train {running:.4f} dev {value:.4f} {tail}", flush=True)


def save(args, masters, path):
    torch.save({"shape": Shape().as_dict(), "weights": {n: m.clone() for n, m in masters.items()}}, path)


def start_weights(args):
    masters = {n: p.detach().clone() for n, p in Llava(Shape(), args.seed).named_parameters()}
    for entry in args.init:
        path, _, parts = entry.partition(":")
        for n, w in torch.load(path)["weights"].items():
            if not parts or n.split(".")[0] in parts.split(","):
                masters[n].copy_(w)
    return masters


def main():
    args = arguments()
    torch.set_num_threads(1)  # before the fork: forked OpenMP pools hang
    if args.tokenizer:
        import packing
        packing.use(args.tokenizer)
    masters = {n: m.share_memory_() for n, m in start_weights(args).items()}
    unused = f"tower.blocks.{Shape().v_blocks - 1}."
    parts = [p for p in PARTS[args.stage] if p not in ("tower", "labels") or trains_tower(args)]
    names = [n for n in masters if n.split(".")[0] in parts and not n.startswith((unused, "tower.post"))]
    grads = [{n: torch.zeros_like(masters[n]).share_memory_() for n in names} for _ in range(args.procs)]
    norms = torch.zeros(args.procs).share_memory_()
    context = mp.get_context("fork")
    barrier = context.Barrier(args.procs)
    others = [context.Process(target=worker, args=(k, args, masters, grads, norms, barrier))
              for k in range(1, args.procs)]
    for p in others:
        p.start()
    worker(0, args, masters, grads, norms, barrier)
    for p in others:
        p.join()
    save(args, masters, args.out)


if __name__ == "__main__":
    main()
