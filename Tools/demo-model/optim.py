"""Muon for the matrices inside blocks, AdamW for everything else; float32 masters.

Muon: momentum, then the update matrix is brought near an orthogonal one by five
Newton-Schulz steps (K. Jordan, 2024; coefficients from there). Scaled by
0.2 * sqrt(longer side) so that its step length is like AdamW's (arXiv 2502.16982).
"""
import math

import torch

ADAM_ONLY = ("embed", "head", "patch", "position", "labels", "symbols", "mentions", "cls")


def uses_muon(name, tensor):
    return tensor.dim() == 2 and not any(part in ADAM_ONLY for part in name.split("."))


def orthogonal(g, steps=5):
    """Batched Newton-Schulz iteration in bfloat16."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = g.bfloat16()
    tall = x.shape[-2] > x.shape[-1]
    x = x.mT if tall else x
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(steps):
        y = x @ x.mT
        x = a * x + (b * y + c * (y @ y)) @ x
    return x.mT if tall else x


class Optimizer:
    """Updates the master tensors it owns, given their gradients."""

    def __init__(self, masters, names, muon_rate, adam_rate, scale, decay=0.05):
        self.masters, self.names, self.scale = masters, names, scale
        self.muon_rate, self.adam_rate, self.decay = muon_rate, adam_rate, decay
        self.step_count = 0
        self.muon = [n for n in names if uses_muon(n, masters[n])]
        self.adam = [n for n in names if not uses_muon(n, masters[n])]
        self.momentum = {n: torch.zeros_like(masters[n]) for n in names}
        self.square = {n: torch.zeros_like(masters[n]) for n in self.adam}
        # Fused matrices (q, k, v; gate, up) are made orthogonal one by one, equal shapes in one batch.
        self.groups = {}
        for n in self.muon:
            parts = 3 if ".qkv." in n else 2 if ".gateup." in n else 1
            rows, columns = masters[n].shape
            self.groups.setdefault((rows // parts, columns), []).append((n, parts))

    @torch.no_grad()
    def step(self, grads, factor, clip):
        """One update; `factor` is the schedule's share of the rate, `clip` scales gradients."""
        self.step_count += 1
        b1, b2 = 0.9, 0.98
        for n in self.adam:
            g = grads[n] * clip
            m, v, w = self.momentum[n].lerp_(g, 1 - b1), self.square[n], self.masters[n]
            v.mul_(b2).addcmul_(g, g, value=1 - b2)
            rate = self.adam_rate * factor * self.scale(n)
            if w.dim() == 2 and not n.endswith(("embed", "position")):
                w.mul_(1 - rate * self.decay)
            bottom = (v / (1 - b2 ** self.step_count)).sqrt_().add_(1e-8)
            w.addcdiv_(m, bottom, value=-rate / (1 - b1 ** self.step_count))
        for (rows, columns), members in self.groups.items():
            stack = []
            for n, parts in members:
                m = self.momentum[n].lerp_(grads[n], 0.05)
                stack.append(grads[n].lerp(m, 0.95).view(parts, rows, columns))
            updates = orthogonal(torch.cat(stack)).float() * (0.2 * math.sqrt(max(rows, columns)))
            at = 0
            for n, parts in members:
                rate = self.muon_rate * factor * self.scale(n)
                w = self.masters[n]
                w.mul_(1 - rate * self.decay).add_(updates[at:at + parts].reshape(w.shape), alpha=-rate)
                at += parts
