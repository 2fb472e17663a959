"""Block encoders for the types the `gguf` package decodes but does not encode (Q4_K, Q6_K).

They aim at being valid, not at being good: the goldens are computed from the decoded values.
Layouts: llama.cpp ggml-common.h block_q4_K and block_q6_K.
"""

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type


def quantize(values: np.ndarray, type: Type) -> np.ndarray:
    """Rows of float32 to the raw bytes of `type`, shape (rows, bytes per row)."""
    if type == Type.Q4_K:
        return quantize_q4_k(values)
    if type == Type.Q6_K:
        return quantize_q6_k(values)
    return gguf.quants.quantize(values, type)


def halves(values: np.ndarray) -> np.ndarray:
    """One f16 per block as two bytes, shape (blocks, 2)."""
    return values.astype("<f2").reshape(-1, 1).view(np.uint8)


def ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Elementwise quotient, 0 where the denominator is 0."""
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator != 0)


def quantize_q4_k(values: np.ndarray) -> np.ndarray:
    """8 sub-blocks of 32 with 6-bit scale and minimum under one f16 pair per 256 elements."""
    sub = values.reshape(-1, 8, 32)
    low = np.maximum(-sub.min(axis=2), 0)
    step = (np.maximum(sub.max(axis=2), 0) + low) / 15
    d = (step.max(axis=1) / 63).astype(np.float16).astype(np.float32)
    dmin = (low.max(axis=1) / 63).astype(np.float16).astype(np.float32)
    sc = np.clip(np.rint(ratio(step, d[:, None] + 0 * step)), 0, 63).astype(np.uint8)
    mn = np.clip(np.rint(ratio(low, dmin[:, None] + 0 * low)), 0, 63).astype(np.uint8)
    scale, offset = d[:, None] * sc, dmin[:, None] * mn
    q = np.rint(ratio(sub + offset[:, :, None], scale[:, :, None] + 0 * sub))
    q = np.clip(q, 0, 15).astype(np.uint8)
    packed = np.empty((len(sub), 12), np.uint8)
    packed[:, 0:4] = sc[:, :4] | (sc[:, 4:] >> 4) << 6
    packed[:, 4:8] = mn[:, :4] | (mn[:, 4:] >> 4) << 6
    packed[:, 8:12] = (sc[:, 4:] & 15) | (mn[:, 4:] & 15) << 4
    nibbles = (q[:, 0::2] | q[:, 1::2] << 4).reshape(-1, 128)
    blocks = np.concatenate([halves(d), halves(dmin), packed, nibbles], axis=1)
    return blocks.reshape(values.shape[0], -1)


def quantize_q6_k(values: np.ndarray) -> np.ndarray:
    """16 sub-blocks of 16 with an 8-bit scale under one f16 per 256 elements."""
    sub = values.reshape(-1, 16, 16)
    step = np.abs(sub).max(axis=2) / 31
    d = (step.max(axis=1) / 127).astype(np.float16).astype(np.float32)
    scales = np.clip(np.rint(ratio(step, d[:, None] + 0 * step)), 0, 127).astype(np.int8)
    full = (d[:, None] * scales)[:, :, None]
    q = (np.clip(np.rint(ratio(sub, full + 0 * sub)), -32, 31) + 32).astype(np.uint8)
    q = q.reshape(-1, 2, 4, 32)
    low = np.concatenate([q[:, :, 0:2] & 15 | (q[:, :, 2:4] & 15) << 4], axis=2).reshape(-1, 128)
    high = q[:, :, 0] >> 4 | q[:, :, 1] >> 4 << 2 | q[:, :, 2] >> 4 << 4 | q[:, :, 3] >> 4 << 6
    blocks = np.concatenate([low, high.reshape(-1, 64), scales.view(np.uint8), halves(d)], axis=1)
    return blocks.reshape(values.shape[0], -1)
