"""Builds the tiny checkpoints and records what transformers makes of them, in float32.

Writes models/NAME.{text,mmproj}.gguf, pictures/NAME.ppm, goldens.json and goldens.bin beside this
file. The goldens come from the weights as stored: each file is read back and dequantised first.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import torch

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tokenizer"))

import checkpoint_specs
import gguf_pair
import hf_folder
import pictures
import prompting
import random_weights
import reference_model
from golden_bundle import GoldenBundle, fnv1a
from preprocessing import cropped, normalised, pixel_tensor
from reference_model import Reference
from vocabulary import Vocabulary

GREEDY_TOKENS = 24
MINIMUM_MARGIN = 0.05
MINIMUM_KINDS = 8
CONTROL_IDS = {0, 1, 2}
SPACE_BYTE_ID = 3 + 0x20
"""sentencepiece keeps this token's space at the start of a text, other decoders drop it."""
CONTINUATION = [300, 379, 45, 412]
QUESTIONS = {
    "landscape": "What is in the picture?",
    "portrait": "Where is the large red star, and why?\nAnswer in one word.",
}
TEXT_QUESTION = "How many stars are there?"
LONG_TEXT_QUESTION = "Is the star left of the ring, or is the ring left of the star? " * 16 + "Why?"
LARGE_SIDES = (224, 336)
STORED_SIDE = 100
"""Pixel tensors above this side are kept as fingerprints only."""
STORED_ROWS = 30
"""Of taller tensors of the vision tower, about half as many rows are kept, evenly spread."""


def store(spec, config, state, vocabulary) -> dict:
    """Writes the files of one checkpoint; returns the stored values."""
    text, projector = paths(spec)
    if projector is None:
        return hf_folder.write(text, state, config, vocabulary.model_path)
    gguf_pair.write_text(text, state, config.text_config, vocabulary, spec.options, spec.name)
    gguf_pair.write_projector(projector, state, config, spec.options, spec.name)
    plan = gguf_pair.vision_plan(config.vision_config, spec.linear, spec.options)
    stored = gguf_pair.read_state(text, gguf_pair.text_plan(config.text_config, spec.options))
    return stored | gguf_pair.read_state(projector, plan)


def paths(spec) -> tuple[Path, Path | None]:
    """Text and projector file of one checkpoint, or its Hugging Face folder and nothing."""
    folder = HERE / "models"
    if spec is checkpoint_specs.HUGGING_FACE:
        return folder / spec.name, None
    return folder / f"{spec.name}.text.gguf", folder / f"{spec.name}.mmproj.gguf"


@dataclass(frozen=True)
class Case:
    """One question: about a picture, or (`picture` None) about text alone."""

    picture: str | None
    question: str
    prompt: str
    ids: list[int]


def cases(spec, vocabulary) -> list[Case]:
    """Every question, tokenised."""
    result = []
    text_question = LONG_TEXT_QUESTION if spec.is_long else TEXT_QUESTION
    for picture, question in [*QUESTIONS.items(), (None, text_question)]:
        prompt = prompting.vicuna_v1(question, picture is not None)
        ids = prompting.token_ids(vocabulary.processor, prompt)
        result.append(Case(picture, question, prompt, ids))
    return result


def decisive(greedy) -> bool:
    """Whether a greedy run is safe to compare: clear margins, no control token, some variety."""
    return (
        min(greedy.margins) > MINIMUM_MARGIN
        and not CONTROL_IDS & set(greedy.tokens)
        and greedy.tokens[0] != SPACE_BYTE_ID
        and len(set(greedy.tokens)) >= MINIMUM_KINDS
    )


def search(spec, vocabulary, drawn):
    """The first seed whose greedy runs are all decisive, with its references and runs."""
    config = checkpoint_specs.configuration(spec, len(vocabulary))
    for seed in range(spec.seed, spec.seed + 400):
        source = reference_model.build(config, spec.linear)
        random_weights.fill(source, seed, len(vocabulary))
        model = reference_model.build(config, spec.linear)
        reference_model.load(model, store(spec, config, source.state_dict(), vocabulary))
        references = {
            name: Reference(model, pixel_tensor(drawn[name], spec.vision.side)) for name in QUESTIONS
        }
        runs = []
        for case in cases(spec, vocabulary):
            reference = references[case.picture or "landscape"]
            greedy = reference.greedy(case.ids, GREEDY_TOKENS)
            if not decisive(greedy):
                break
            runs.append((case, reference, greedy))
        else:
            return seed, references, runs
    raise RuntimeError(f"no decisive seed for {spec.name}")


def record_run(bundle, spec, vocabulary, case, reference, greedy) -> dict:
    """One prompt: merged length, teacher-forced logits, greedy answer."""
    if case.picture:
        reference.check_against_whole_model(case.ids)
    logits = reference.logits(case.ids + CONTINUATION)[-len(CONTINUATION) - 1:]
    return {
        "picture": case.picture,
        "question": case.question,
        "prompt": case.prompt,
        "promptIDs": case.ids,
        "mergedCount": len(reference.merged(case.ids, 0)),
        "continuation": CONTINUATION,
        "logits": bundle.add(f"{spec.name}/{case.picture or 'text'}/logits", logits),
        "greedyIDs": greedy.tokens,
        "greedyLogprobs": [round(value, 7) for value in greedy.logprobs],
        "greedyText": vocabulary.processor.decode(greedy.tokens),
        "smallestMargin": round(min(greedy.margins), 4),
    }


def kept_rows(count: int) -> list[int]:
    """Indices of the rows of a (count, ...) tensor that are stored: all, or a spread with the last."""
    if count <= STORED_ROWS:
        return list(range(count))
    return [*range(0, count - 1, count * 2 // STORED_ROWS), count - 1]


def record(bundle, spec, vocabulary, drawn) -> dict:
    """The manifest entry of one checkpoint."""
    seed, references, runs = search(spec, vocabulary, drawn)
    margins = [round(min(greedy.margins), 3) for _, _, greedy in runs]
    print(f"{spec.name}: seed {seed}, margins {margins}")
    text, projector = paths(spec)
    states, features = references["landscape"].vision_states, {}
    patches = (spec.vision.side // checkpoint_specs.PATCH) ** 2
    state_rows, feature_rows = kept_rows(patches + 1), kept_rows(patches)
    for name, reference in references.items():
        rows = reference.features[feature_rows]
        features[name] = bundle.add(f"{spec.name}/{name}/features", rows)
    return {
        "name": spec.name,
        "seed": seed,
        "text": str(text.relative_to(HERE)),
        "mmproj": str(projector.relative_to(HERE)) if projector else None,
        "imageSide": spec.vision.side,
        "imageTokens": patches,
        "executedBlocks": len(states) - 1,
        "visionPicture": "landscape",
        "stateRows": state_rows,
        "visionStates": [
            bundle.add(f"{spec.name}/landscape/state{i}", state[0, state_rows])
            for i, state in enumerate(states)
        ],
        "featureRows": feature_rows,
        "features": features,
        "runs": [record_run(bundle, spec, vocabulary, *run) for run in runs],
    }


def record_pixels(bundle, drawn) -> tuple[dict, dict]:
    """Pixel tensors of one picture at the sides in use; fingerprints of every picture at every side."""
    sides = sorted({spec.vision.side for spec in checkpoint_specs.SPECS})
    tensors = {
        str(side): bundle.add(f"pixels/landscape/{side}", pixel_tensor(drawn["landscape"], side))
        for side in sides if side <= STORED_SIDE
    }
    fingerprints = {}
    for name, picture in drawn.items():
        for side in (*sides, *LARGE_SIDES):
            fingerprints[f"{name}/pad/{side}"] = fnv1a(pixel_tensor(picture, side).tobytes())
        for side in LARGE_SIDES:
            fingerprints[f"{name}/crop/{side}"] = fnv1a(normalised(cropped(picture, side)).tobytes())
    return tensors, fingerprints


def main() -> None:
    """Everything, in order."""
    torch.set_num_threads(1)
    (HERE / "models").mkdir(exist_ok=True)
    vocabulary = Vocabulary(HERE.parent / "tokenizer" / "tokenizer.model")
    bundle, drawn = GoldenBundle(), pictures.write_all(HERE / "pictures")
    pixels, fingerprints = record_pixels(bundle, drawn)
    with torch.no_grad():
        models = [record(bundle, spec, vocabulary, drawn) for spec in checkpoint_specs.SPECS]
        folder = record(bundle, checkpoint_specs.HUGGING_FACE, vocabulary, drawn)
    sizes = [{"name": n, "width": p.width, "height": p.height} for n, p in drawn.items()]
    bundle.write(HERE, {
        "system": prompting.SYSTEM, "pictures": sizes, "pixels": pixels,
        "pixelFingerprints": fingerprints, "models": models,
        "huggingFace": folder,
    })


if __name__ == "__main__":
    main()
