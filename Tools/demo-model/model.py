"""The network: CLIP-style tower, two-layer projector, LLaMA-style language model.

Compute and layout follow LlavaForConditionalGeneration (transformers) so that
export is a renaming. Three parts exist for training only and are never exported:
`labels` (a linear head that names what each patch shows), `symbols` (patch
embeddings made from the truth, the language model's eyes before it has a tower)
and `mentions` (heads that check whether what a text speaks of was found).
"""
import math
from dataclasses import dataclass, asdict

import torch
import torch.nn as nn
import torch.nn.functional as F

from labels import BOX, FIELDS, OBJECT_FIELDS

# CLIP constants (transformers image_utils, OPENAI_CLIP_MEAN and OPENAI_CLIP_STD).
MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)


@dataclass
class Shape:
    """Sizes of everything; the defaults are the shipped model."""
    side: int = 112
    patch: int = 14
    v_width: int = 192
    v_inner: int = 768
    v_blocks: int = 6
    v_heads: int = 6
    width: int = 256
    inner: int = 768
    blocks: int = 4
    heads: int = 4
    vocab: int = 1024
    theta: float = 10000.0
    eps: float = 1e-5

    @property
    def patches(self):
        return (self.side // self.patch) ** 2

    def as_dict(self):
        return asdict(self)


def linear(inputs, outputs, bias=True, gain=1.0):
    """A Linear whose weight starts at gain / sqrt(inputs)."""
    layer = nn.Linear(inputs, outputs, bias=bias)
    nn.init.normal_(layer.weight, std=gain / math.sqrt(inputs))
    if bias:
        nn.init.zeros_(layer.bias)
    return layer


def attend(q, k, v, mask=None):
    """Explicit products: on a CPU the fused kernel's backward pass is slower than this."""
    score = torch.matmul(q, k.transpose(-1, -2)) * q.shape[-1] ** -0.5
    if mask is not None:
        score = score + mask
    return torch.matmul(torch.softmax(score, -1), v)


def split_heads(x, parts, heads):
    b, t, d = x.shape
    return x.view(b, t, parts, heads, d // parts // heads).permute(2, 0, 3, 1, 4).unbind(0)


def join_heads(x):
    b, h, t, d = x.shape
    return x.transpose(1, 2).reshape(b, t, h * d)


class VisionBlock(nn.Module):
    def __init__(self, s):
        super().__init__()
        d = s.v_width
        self.heads = s.v_heads
        self.norm1, self.norm2 = nn.LayerNorm(d, s.eps), nn.LayerNorm(d, s.eps)
        self.qkv, self.out = linear(d, 3 * d, gain=0.8), linear(d, d, gain=0.3)
        self.fc1, self.fc2 = linear(d, s.v_inner, gain=0.8), linear(s.v_inner, d, gain=0.3)

    def forward(self, x):
        q, k, v = split_heads(self.qkv(self.norm1(x)), 3, self.heads)
        x = x + self.out(join_heads(attend(q, k, v)))
        h = self.fc1(self.norm2(x))
        return x + self.fc2(h * torch.sigmoid(1.702 * h))  # quick_gelu


class Tower(nn.Module):
    """CLIP vision model up to hidden state -2; the last block only fills the layout."""

    def __init__(self, s):
        super().__init__()
        self.s = s
        self.patch = linear(3 * s.patch ** 2, s.v_width, bias=False, gain=0.7)
        self.cls = nn.Parameter(torch.randn(s.v_width) * 0.02)
        self.position = nn.Parameter(torch.randn(s.patches + 1, s.v_width) * 0.3)
        self.pre, self.post = nn.LayerNorm(s.v_width, s.eps), nn.LayerNorm(s.v_width, s.eps)
        self.blocks = nn.ModuleList(VisionBlock(s) for _ in range(s.v_blocks))

    def forward(self, pixels):
        """pixels [B, side, side, 3], 0-255 -> [B, patches, v_width] without the CLS row."""
        s = self.s
        b, g, p = pixels.shape[0], s.side // s.patch, s.patch
        x = (pixels / 255 - torch.tensor(MEAN)) / torch.tensor(STD)
        # Row order inside a patch is (channel, y, x), that of a convolution weight.
        x = x.view(b, g, p, g, p, 3).permute(0, 1, 3, 5, 2, 4).reshape(b, g * g, 3 * p * p)
        x = self.patch(x.to(self.patch.weight.dtype))
        x = self.pre(torch.cat([self.cls.expand(b, 1, -1), x], 1) + self.position)
        for block in self.blocks[:-1]:
            x = block(x)
        return x[:, 1:]


class Projector(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.linear1, self.linear2 = linear(s.v_width, s.width), linear(s.width, s.width)

    def forward(self, x):
        return self.linear2(F.gelu(self.linear1(x)))  # erf form


class RMSNorm(nn.Module):
    def __init__(self, width, eps):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(width)), eps

    def forward(self, x):
        f = x.float()
        return (f * torch.rsqrt(f.pow(2).mean(-1, keepdim=True) + self.eps)).to(x.dtype) * self.weight


def turn(x, cos, sin):
    """Rotary positions, half-split form."""
    a, b = x.chunk(2, -1)
    return x * cos + torch.cat((-b, a), -1) * sin


class TextBlock(nn.Module):
    def __init__(self, s):
        super().__init__()
        d = s.width
        self.heads = s.heads
        self.norm1, self.norm2 = RMSNorm(d, s.eps), RMSNorm(d, s.eps)
        self.qkv, self.out = linear(d, 3 * d, False, 0.8), linear(d, d, False, 0.3)
        self.gateup, self.down = linear(d, 2 * s.inner, False, 0.8), linear(s.inner, d, False, 0.3)

    def forward(self, x, cos, sin, mask, cache=None):
        """`cache(k, v)` may store the new rows and return all of them."""
        q, k, v = split_heads(self.qkv(self.norm1(x)), 3, self.heads)
        q, k = turn(q, cos, sin), turn(k, cos, sin)
        if cache is not None:
            k, v = cache(k, v)
        x = x + self.out(join_heads(attend(q, k, v, mask)))
        gate, up = self.gateup(self.norm2(x)).chunk(2, -1)
        return x + self.down(F.silu(gate) * up)


class Language(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.s = s
        self.embed = nn.Parameter(torch.randn(s.vocab, s.width) * 0.1)
        self.blocks = nn.ModuleList(TextBlock(s) for _ in range(s.blocks))
        self.norm = RMSNorm(s.width, s.eps)
        self.head = linear(s.width, s.vocab, False, 0.3)

    def angles(self, position, dtype):
        """cos and sin for integer positions [B, T], shaped to broadcast over heads."""
        d = self.s.width // self.s.heads
        rate = self.s.theta ** (-torch.arange(0, d, 2, dtype=torch.float32) / d)
        a = position.float()[..., None] * rate
        a = torch.cat([a, a], -1)[:, None]
        return a.cos().to(dtype), a.sin().to(dtype)

    def forward(self, x, position, mask, caches=None, taps=None):
        """Embeddings in, last hidden state (before the final norm) out; `taps` collects every block's output."""
        cos, sin = self.angles(position, x.dtype)
        for i, block in enumerate(self.blocks):
            x = block(x, cos, sin, mask, None if caches is None else caches[i])
            if taps is not None:
                taps.append(x)
        return x

    def logits(self, hidden):
        return self.head(self.norm(hidden))


class Labels(nn.Module):
    """Linear reading of a patch: what it shows, and the box of the object on it."""

    def __init__(self, s):
        super().__init__()
        self.norm = nn.LayerNorm(s.v_width, s.eps)
        self.read = linear(s.v_width, sum(n for _, n in FIELDS) + BOX, gain=0.5)

    def forward(self, x):
        out = self.read(self.norm(x)).float()
        return out.split([n for _, n in FIELDS] + [BOX], -1)


class Symbols(nn.Module):
    """Patch rows for the language model made from labels instead of pixels."""

    def __init__(self, s):
        super().__init__()
        self.tables = nn.ParameterDict({name: nn.Parameter(torch.randn(n, s.width) * 0.05) for name, n in FIELDS})
        self.position = nn.Parameter(torch.randn(s.patches, s.width) * 0.05)
        self.box = linear(BOX, s.width, gain=0.2)

    def forward(self, labels):
        x = self.position + self.box((labels["box"] * labels["covered"][..., None]).to(self.position.dtype))
        for name, _ in FIELDS:
            x = x + self.tables[name][labels[name]]
        return x


class Mentions(nn.Module):
    """Reads half-way up the language model what must be known at certain words.

    Training only. To answer about "the red circle" its patch must be found, to
    count red things they must be gathered, to compare two objects both must be
    found first. Asking for these steps at the words themselves teaches them in a
    small fraction of the questions that final answers alone would take.
    """
    BLOCKS = (1, 2)
    OTHERS = {"pair": [2, 2], "count": [5], "ground": [3, 7, 7]}

    def __init__(self, s):
        super().__init__()
        self.norms = nn.ModuleList(RMSNorm(s.width, s.eps) for _ in self.BLOCKS)
        self.reads = nn.ModuleList(linear(s.width, sum(n for _, n in OBJECT_FIELDS), gain=0.5) for _ in self.BLOCKS)
        self.others = nn.ModuleDict({kind: linear(s.width, sum(sizes), gain=0.5) for kind, sizes in self.OTHERS.items()})

    def forward(self, taps, kind, rows, columns):
        """Logits, a list of fields; "one" is read after both blocks, the rest after the later one."""
        x = [norm(taps[b][rows, columns]) for b, norm in zip(self.BLOCKS, self.norms)]
        if kind == "one":
            sizes = [n for _, n in OBJECT_FIELDS]
            return [z for h, read in zip(x, self.reads) for z in read(h).float().split(sizes, -1)]
        return list(self.others[kind](x[-1]).float().split(self.OTHERS[kind], -1))


class Llava(nn.Module):
    def __init__(self, shape=None, seed=0):
        super().__init__()
        torch.manual_seed(seed)
        self.s = shape or Shape()
        self.tower, self.projector, self.language = Tower(self.s), Projector(self.s), Language(self.s)
        self.labels, self.symbols, self.mentions = Labels(self.s), Symbols(self.s), Mentions(self.s)

    def image_rows(self, pixels):
        return self.projector(self.tower(pixels))

    def inputs(self, ids, is_image, rows):
        """Token embeddings with the image rows put where is_image says."""
        x = self.language.embed[ids]
        return x.masked_scatter(is_image[..., None], rows.to(x.dtype))
