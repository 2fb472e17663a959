"""Seeded random weights whose logits are spread wide, so that greedy choices are decisive."""

import torch
from transformers import LlavaForConditionalGeneration

LOGIT_SPREAD = 8.0
"""Standard deviation of the logits that an untied output matrix aims at."""


def fill(model: LlavaForConditionalGeneration, seed: int, pieces: int) -> None:
    """Overwrites every parameter: unit-gain matrices, norms around 1, small biases.

    Output rows from `pieces` on are padding and kept so small that none is ever chosen.

    A tied model would only repeat its last token, as that row fits itself best; a final norm of
    random signs takes this away.
    """
    tied = model.config.text_config.tie_word_embeddings
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if "lm_head" in name:
            noise *= LOGIT_SPREAD / parameter.shape[-1] ** 0.5
            noise[pieces:] *= 0.05
        elif tied and name == "model.language_model.norm.weight":
            noise = noise.sign() * (1 + 0.2 * noise.abs())
        elif "norm" in name and name.endswith("weight"):
            noise = 1 + 0.2 * noise
        elif name.endswith("bias"):
            noise *= 0.1
        elif "patch_embedding" in name:
            noise *= 1.5 / (parameter[0].numel()) ** 0.5
        elif parameter.dim() == 2 and "embed" not in name:
            gain = 1.6 if "q_proj" in name or "k_proj" in name else 1.2
            noise *= gain / parameter.shape[-1] ** 0.5
        parameter.copy_(noise)
