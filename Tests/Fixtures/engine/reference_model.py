"""Runs transformers' LLaVA in float32 and records what an engine must reproduce."""

import numpy as np
import torch
from torch import nn
from transformers import LlavaConfig, LlavaForConditionalGeneration

from prompting import IMAGE


def build(config: LlavaConfig, linear_projector: bool) -> LlavaForConditionalGeneration:
    """A float32 model of `config`; the v1 projector is one Linear, which transformers lacks."""
    model = LlavaForConditionalGeneration(config).float().eval()
    if linear_projector:
        model.model.multi_modal_projector = nn.Linear(
            config.vision_config.hidden_size, config.text_config.hidden_size
        )
    return model.requires_grad_(False)


def load(model: LlavaForConditionalGeneration, state: dict) -> None:
    """Replaces the weights named in `state`; only what no result depends on may be missing."""
    report = model.load_state_dict(state, strict=False)
    last = model.config.vision_config.num_hidden_layers - 1
    unused = ("post_layernorm", "position_ids", f"encoder.layers.{last}.")
    tied = ("lm_head.weight",) if model.config.text_config.tie_word_embeddings else ()
    missing = [k for k in report.missing_keys if k not in tied and not any(u in k for u in unused)]
    if missing or report.unexpected_keys:
        raise ValueError(f"missing {missing}, unexpected {report.unexpected_keys}")
    model.tie_weights()


class Reference:
    """One loaded model and the tensors it gives for one picture."""

    def __init__(self, model: LlavaForConditionalGeneration, pixels: np.ndarray):
        self.model = model
        self.pixels = torch.from_numpy(pixels)[None]
        states = model.model.vision_tower(self.pixels, output_hidden_states=True).hidden_states
        self.vision_states = states[:-1]
        """Encoder input (after the pre-norm), then every executed block, (1, tokens, W)."""
        self.features = model.model.multi_modal_projector(states[-2][:, 1:])[0]
        """Image features (patches, D)."""

    def embeddings(self, ids: list[int]) -> torch.Tensor:
        """Text rows with the feature rows in place of every IMAGE, (1, positions, D)."""
        table = self.model.model.language_model.embed_tokens
        rows = [self.features if i == IMAGE else table(torch.tensor([i])) for i in ids]
        return torch.cat(rows)[None]

    def logits(self, ids: list[int]) -> torch.Tensor:
        """Logits of every merged position, (positions, V)."""
        output = self.model.model.language_model(inputs_embeds=self.embeddings(ids), use_cache=False)
        return self.model.lm_head(output.last_hidden_state)[0]

    def merged(self, ids: list[int], image_token: int) -> list[int]:
        """`ids` with IMAGE replaced by one `image_token` per feature row."""
        count = len(self.features)
        return [t for i in ids for t in ([image_token] * count if i == IMAGE else [i])]

    def check_against_whole_model(self, ids: list[int]) -> None:
        """Our merging must give what transformers' own forward gives."""
        image_token = self.model.config.image_token_id
        if image_token in ids:
            raise ValueError(f"id {image_token} stands for the picture and occurs in the prompt")
        merged = torch.tensor([self.merged(ids, image_token)])
        whole = self.model(input_ids=merged, pixel_values=self.pixels, use_cache=False).logits[0]
        torch.testing.assert_close(self.logits(ids), whole, rtol=1e-5, atol=1e-5)

    def greedy(self, ids: list[int], count: int, stop: int | None = None) -> "Greedy":
        """Argmax decoding of at most `count` tokens, the whole sequence again for every token."""
        ids, result = list(ids), Greedy([], [], [])
        for _ in range(count):
            last = self.logits(ids)[-1].double()
            top = torch.topk(last, 2).values
            token = int(last.argmax())
            if token == stop:
                break
            result.tokens.append(token)
            result.logprobs.append(float(torch.log_softmax(last, 0)[token]))
            result.margins.append(float(top[0] - top[1]))
            ids.append(token)
        return result


class Greedy:
    """Tokens of a greedy run, their natural-log probabilities and top-2 logit margins."""

    def __init__(self, tokens, logprobs, margins):
        self.tokens, self.logprobs, self.margins = tokens, logprobs, margins
