"""Answers about a picture between <im_start> and <im_end>, by transformers; see README.md."""

import json
import sys
from pathlib import Path

import torch
from tokenizers import AddedToken, Tokenizer
from transformers import LlavaForConditionalGeneration

HERE = Path(__file__).parent
ENGINE = HERE.parent / "engine"
sys.path.insert(0, str(ENGINE))

import pictures  # noqa: E402
from preprocessing import pixel_tensor  # noqa: E402
from prompting import IMAGE  # noqa: E402
from reference_model import Reference  # noqa: E402

MARKS = {"<im_start>": 450, "<im_end>": 451}
"""Rows of the embedding that no training of the fixture's model has used before."""
QUESTIONS = ["What is in the picture?", "Where is the ring?", "Why is the star red?", "How many?"]
TOKENS = 24


def tokenizer() -> Tokenizer:
    """The fixture's tokenizer with the marks added as control tokens."""
    result = Tokenizer.from_file(str(HERE.parent / "tokenizer" / "prepend.tokenizer.json"))
    fill = [AddedToken(f"<fill{i}>", special=True) for i in range(result.get_vocab_size(), 450)]
    result.add_special_tokens([*fill, *(AddedToken(m, special=True) for m in MARKS)])
    if [result.token_to_id(mark) for mark in MARKS] != list(MARKS.values()):
        raise ValueError("the marks have other numbers")
    return result


def token_ids(tokens: Tokenizer, prompt: str) -> list[int]:
    """`tokenizer_image_token` of llava/mm_utils.py: chunks around the picture, each by itself."""
    before, after = prompt.split("<image>")
    parts = [tokens.encode(part, add_special_tokens=False).ids for part in (before, after)]
    return [1, *parts[0], IMAGE, *parts[1]]


def main() -> None:
    """One answer for each template that is decisive about a question."""
    torch.set_num_threads(1)
    model = LlavaForConditionalGeneration.from_pretrained(
        ENGINE / "models" / "hf-gqa-f16", dtype=torch.float32).eval()
    tokens, rows = tokenizer(), []
    prompts = [json.loads(line) for line in open(HERE / "prompts.jsonl", encoding="utf-8")]
    picture = pictures.write_all(ENGINE / "pictures")["landscape"]
    with torch.no_grad():
        reference = Reference(model, pixel_tensor(picture, 42))
        for row in prompts:
            if not row["template"].endswith(":marked") or len(row["questions"]) > 1:
                continue
            for question in QUESTIONS:
                ids = token_ids(tokens, row["prompt"].replace(row["questions"][0], question))
                greedy = reference.greedy(ids, TOKENS)
                if min(greedy.margins) > 0.05 and min(greedy.tokens) > 2 and max(greedy.tokens) < 448:
                    break
            else:
                raise RuntimeError(f"no decisive question for {row['template']}")
            rows.append({
                "template": row["template"], "question": question, "promptIDs": ids,
                "greedyIDs": greedy.tokens,
                "greedyLogprobs": [round(value, 7) for value in greedy.logprobs],
            })
    with open(HERE / "marked.jsonl", "w", encoding="ascii") as file:
        for row in rows:
            file.write(json.dumps(row, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
