"""Renders conversations with the reference's own templates; see README.md.

usage: generate.py llava/conversation.py-of-LLaVA the-same-of-May-2023 the-same-of-LLaVA-NeXT
"""

import importlib.util
import json
import sys
from pathlib import Path

HERE = Path(__file__).parent

QUESTIONS = ["What is shown?", "Why?", "Zwei\nZeilen, naïve 日本"]
ANSWERS = ["A cat.", "It sleeps."]

ORIGINAL = {
    "vicuna_v1": "vicuna_v1", "llava_v1": "llava_v1", "llava_v0": "llava_v0",
    "llava_llama_2": "llava_llama_2", "mistral_instruct": "mistral_instruct",
    "chatml_direct": "chatml_direct", "mpt": "mpt", "v0_mmtag": "v0_mmtag",
    "v1_mmtag": "v1_mmtag",
}
NEXT = {"qwen_1_5": "qwen_1_5"}
MARKED = {"llava_v1": "llava_v1", "llava_v0": "llava_v0", "vicuna_v1": "vicuna_v1"}
MAY_2023 = {"multimodal_v0": "multimodal", "multimodal_v1": "llava_v1"}
MARK = "<im_start><image><im_end>"


def load(path: str):
    """The module at a path, by itself: the packages around it need torch."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def rows(templates, names):
    """One, two and three questions, with and without an image."""
    for ours, theirs in names.items():
        for has_image in (False, True):
            for count in (1, 2, 3):
                conversation = templates[theirs].copy()
                for index in range(count):
                    question = QUESTIONS[index]
                    # A tuple is how the reference's own programs pass a picture.
                    first = has_image and index == 0
                    conversation.append_message(
                        conversation.roles[0], (question, None, "Pad") if first else question)
                    answer = ANSWERS[index] if index < count - 1 else None
                    conversation.append_message(conversation.roles[1], answer)
                yield {
                    "template": ours,
                    "questions": QUESTIONS[:count],
                    "answers": ANSWERS[:count - 1],
                    "image": has_image,
                    "prompt": conversation.get_prompt(),
                }


def marked_rows(templates, names, place):
    """The same for models whose pictures stand between marks; `place` puts one into a question, as
    the programs in llava/eval of that time do."""
    for ours, theirs in names.items():
        for count in (1, 2, 3):
            conversation = templates[theirs].copy()
            for index in range(count):
                question = QUESTIONS[index]
                conversation.append_message(
                    conversation.roles[0], question if index else place(question))
                answer = ANSWERS[index] if index < count - 1 else None
                conversation.append_message(conversation.roles[1], answer)
            yield {
                "template": f"{ours}:marked",
                "questions": QUESTIONS[:count],
                "answers": ANSWERS[:count - 1],
                "image": True,
                "prompt": conversation.get_prompt(),
            }


def main() -> None:
    """All tables into one file."""
    original, may, following = (load(path).conv_templates for path in sys.argv[1:4])
    with open(HERE / "prompts.jsonl", "w", encoding="utf-8") as file:
        for row in [
            *rows(original, ORIGINAL), *rows(following, NEXT),
            *marked_rows(original, MARKED, lambda question: f"{MARK}\n{question}"),
            *marked_rows(may, MAY_2023, lambda question: f"{question}\n{MARK}"),
        ]:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
