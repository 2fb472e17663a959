"""Language models of the families besides LLaMA's first, and what transformers makes of them.

Writes NAME/ and NAME.gguf, goldens.json and goldens.bin beside this file. The goldens come from the
weights as stored.
"""

import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer

HERE = Path(__file__).parent
VOCABULARIES = HERE.parent / "byte-level"
sys.path.insert(0, str(HERE.parent / "engine"))

import folder  # noqa: E402
import gguf_file  # noqa: E402
from family_specs import FAMILIES, Family  # noqa: E402
from golden_bundle import GoldenBundle  # noqa: E402

GREEDY_TOKENS = 64
MINIMUM_MARGIN = 0.05
MINIMUM_KINDS = 24
CONTINUATION = [300, 379, 45, 412]
PROMPTS = {
    "short": "What is left of the star?",
    "long": "Is the star left of the ring, or is the ring left of the star? " * 8 + "Why?",
}


def fill(model, seed: int, pieces: int) -> None:
    """Random weights that choose clearly: biases as large as what they are added to, the signs of
    a tied model's last norm at random, so that it does more than repeat itself."""
    generator = torch.Generator().manual_seed(seed)
    tied = model.config.tie_word_embeddings
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if name == "lm_head.weight":
            noise *= 16 / parameter.shape[-1] ** 0.5
        elif name == "model.norm.weight" and tied:
            noise = noise.sign() * (2 + 0.4 * noise.abs())
        elif "norm" in name:
            noise = 1 + 0.2 * noise
        elif name.endswith("bias"):
            noise *= 0.7
        elif "embed" not in name:
            noise *= (1.6 if "q_proj" in name or "k_proj" in name else 1.2) / noise.shape[-1] ** 0.5
        if "embed" in name:
            noise[pieces:] *= 0.05
        parameter.copy_(noise)


def greedy(model, ids: list[int]) -> tuple[list[int], list[float], float]:
    """Argmax tokens, their log-probabilities and the smallest margin between the best two."""
    ids, tokens, logprobs, margin = list(ids), [], [], float("inf")
    for _ in range(GREEDY_TOKENS):
        last = model(torch.tensor([ids]), use_cache=False).logits[0, -1].double()
        best = torch.topk(last, 2)
        tokens.append(int(best.indices[0]))
        logprobs.append(round(float(torch.log_softmax(last, 0)[tokens[-1]]), 7))
        margin = min(margin, float(best.values[0] - best.values[1]))
        ids.append(tokens[-1])
    return tokens, logprobs, margin


def prompts(family: Family) -> dict[str, list[int]]:
    """The questions as tokens, the beginning in front where the family has one."""
    tokenizer = Tokenizer.from_file(str(VOCABULARIES / f"{family.vocabulary}.tokenizer.json"))
    begin = [556] if family.vocabulary == "llama-bpe" else []
    return {name: begin + tokenizer.encode(text).ids for name, text in PROMPTS.items()}


def search(family: Family):
    """The first seed whose answers are decisive, with the model as stored and the answers."""
    for seed in range(1, 2000):
        source = family.model(family.config).float().eval()
        with torch.no_grad():
            fill(source, seed, 559)
        state = {name: value.detach() for name, value in source.named_parameters()}
        state = {name: value.to(family.dtype).float() for name, value in state.items()}
        model = family.model(family.config).float().eval()
        model.load_state_dict(state, strict=False)
        model.tie_weights()
        answers = {}
        for name, ids in prompts(family).items():
            answers[name] = greedy(model, ids)
            tokens, _, margin = answers[name]
            clear = margin > MINIMUM_MARGIN and max(tokens) < 556
            if not clear or len(set(tokens)) < MINIMUM_KINDS:
                break
        else:
            return seed, model, state, answers
    raise RuntimeError(f"no decisive seed for {family.name}")


def record(bundle: GoldenBundle, name: str, model, ids, run: str) -> str:
    """Teacher-forced logits of the prompt's end and the continuation."""
    logits = model(torch.tensor([ids + CONTINUATION]), use_cache=False).logits[0]
    return bundle.add(f"{name}/{run}", logits[-len(CONTINUATION) - 1:])


def main() -> None:
    """Everything, in order."""
    torch.set_num_threads(1)
    bundle, models = GoldenBundle(), []
    with torch.no_grad():
        for family in FAMILIES:
            seed, model, state, answers = search(family)
            print(family.name, "seed", seed, {k: round(v[2], 3) for k, v in answers.items()})
            folder.write(HERE / family.name, state, family, VOCABULARIES)
            gguf_file.write(HERE / f"{family.name}.gguf", state, family, VOCABULARIES)
            runs = []
            for run, ids in prompts(family).items():
                tokens, logprobs, _ = answers[run]
                runs.append({
                    "prompt": PROMPTS[run], "promptIDs": ids,
                    "logits": record(bundle, family.name, model, ids, run),
                    "greedyIDs": tokens, "greedyLogprobs": logprobs,
                })
            variants = []
            for name, parameters in family.variants.items():
                config = family.config.__class__(
                    **family.config.to_dict() | {"rope_parameters": parameters})
                variant = family.model(config).float().eval()
                variant.load_state_dict(state, strict=False)
                logits = record(bundle, name, variant, prompts(family)["long"], "long")
                variants.append({"name": name, "ropeParameters": parameters, "logits": logits})
            models.append({
                "name": family.name, "seed": seed, "runs": runs, "variants": variants,
            })
    bundle.write(HERE, {"continuation": CONTINUATION, "models": models})


if __name__ == "__main__":
    main()
