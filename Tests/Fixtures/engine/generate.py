"""Builds the tiny checkpoints and records what transformers makes of them, in float32.

Writes models/NAME.{text,mmproj}.gguf, pictures/NAME.ppm, goldens.json and goldens.bin beside this
file. The goldens come from the weights as stored: each file is read back and dequantised first.
"""

import sys
from pathlib import Path

import torch

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tokenizer"))

import checkpoint_specs
import gguf_pair
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
CONTINUATION = [300, 379, 45, 412]
QUESTIONS = {
    "landscape": "What is in the picture?",
    "portrait": "Where is the large red star, and why?\nAnswer in one word.",
}
TEXT_QUESTION = "How many stars are there?"
LARGE_SIDES = (224, 336)


def store(spec, config, state, vocabulary) -> dict:
    """Writes the pair of one checkpoint; returns the stored values."""
    text, projector = paths(spec)
    gguf_pair.write_text(text, state, config.text_config, vocabulary, spec.options, spec.name)
    gguf_pair.write_projector(projector, state, config, spec.options, spec.name)
    plan = gguf_pair.vision_plan(config.vision_config, spec.linear, spec.options)
    stored = gguf_pair.read_state(text, gguf_pair.text_plan(config.text_config, spec.options))
    return stored | gguf_pair.read_state(projector, plan)


def paths(spec) -> tuple[Path, Path]:
    """Text and projector file of one checkpoint."""
    folder = HERE / "models"
    return folder / f"{spec.name}.text.gguf", folder / f"{spec.name}.mmproj.gguf"


def cases(vocabulary) -> list[tuple[str | None, str, list[int]]]:
    """(picture or None, prompt, ids) of every run."""
    runs = [(picture, prompting.vicuna_v1(q, True)) for picture, q in QUESTIONS.items()]
    runs.append((None, prompting.vicuna_v1(TEXT_QUESTION, False)))
    return [(picture, p, prompting.token_ids(vocabulary.processor, p)) for picture, p in runs]


def decisive(greedy) -> bool:
    """Whether a greedy run is safe to compare: clear margins, no control token, some variety."""
    return (
        min(greedy.margins) > MINIMUM_MARGIN
        and not CONTROL_IDS & set(greedy.tokens)
        and len(set(greedy.tokens)) >= MINIMUM_KINDS
    )


def search(spec, vocabulary, drawn):
    """The first seed whose greedy runs are all decisive, with its references and runs."""
    config = checkpoint_specs.configuration(spec, len(vocabulary))
    for seed in range(spec.seed, spec.seed + 400):
        source = reference_model.build(config, spec.linear)
        random_weights.fill(source, seed)
        model = reference_model.build(config, spec.linear)
        reference_model.load(model, store(spec, config, source.state_dict(), vocabulary))
        references = {
            name: Reference(model, pixel_tensor(drawn[name], spec.vision.side)) for name in QUESTIONS
        }
        runs = []
        for picture, prompt, ids in cases(vocabulary):
            reference = references[picture or "landscape"]
            greedy = reference.greedy(ids, GREEDY_TOKENS)
            if not decisive(greedy):
                break
            runs.append((picture, prompt, ids, reference, greedy))
        else:
            if runs[0][4].tokens != runs[1][4].tokens:
                return seed, references, runs
    raise RuntimeError(f"no decisive seed for {spec.name}")


def record_run(bundle, spec, vocabulary, picture, prompt, ids, reference, greedy) -> dict:
    """One prompt: merged length, teacher-forced logits, greedy answer."""
    if picture:
        reference.check_against_whole_model(ids)
    logits = reference.logits(ids + CONTINUATION)[-len(CONTINUATION) - 1:]
    return {
        "picture": picture,
        "prompt": prompt,
        "promptIDs": ids,
        "mergedCount": len(reference.merged(ids, 0)),
        "continuation": CONTINUATION,
        "logits": bundle.add(f"{spec.name}/{picture or 'text'}/logits", logits),
        "greedyIDs": greedy.tokens,
        "greedyLogprobs": [round(value, 7) for value in greedy.logprobs],
        "greedyText": vocabulary.processor.decode(greedy.tokens),
        "smallestMargin": round(min(greedy.margins), 4),
    }


def record(bundle, spec, vocabulary, drawn) -> dict:
    """The manifest entry of one checkpoint."""
    seed, references, runs = search(spec, vocabulary, drawn)
    print(f"{spec.name}: seed {seed}, margins", [round(min(run[4].margins), 3) for run in runs])
    text, projector = paths(spec)
    states, features = references["landscape"].vision_states, {}
    for name, reference in references.items():
        features[name] = bundle.add(f"{spec.name}/{name}/features", reference.features)
    return {
        "name": spec.name,
        "seed": seed,
        "text": str(text.relative_to(HERE)),
        "mmproj": str(projector.relative_to(HERE)),
        "imageSide": spec.vision.side,
        "imageTokens": (spec.vision.side // checkpoint_specs.PATCH) ** 2,
        "executedBlocks": len(states) - 1,
        "visionPicture": "landscape",
        "visionStates": [
            bundle.add(f"{spec.name}/landscape/state{i}", state[0]) for i, state in enumerate(states)
        ],
        "features": features,
        "runs": [record_run(bundle, spec, vocabulary, *run) for run in runs],
    }


def record_pixels(bundle, drawn) -> tuple[dict, dict]:
    """Pixel tensors of one picture at the sides in use; fingerprints of every picture at every side."""
    sides = sorted({spec.vision.side for spec in checkpoint_specs.SPECS})
    tensors = {
        str(side): bundle.add(f"pixels/landscape/{side}", pixel_tensor(drawn["landscape"], side))
        for side in sides
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
    sizes = [{"name": n, "width": p.width, "height": p.height} for n, p in drawn.items()]
    bundle.write(HERE, {
        "system": prompting.SYSTEM, "pictures": sizes, "pixels": pixels,
        "pixelFingerprints": fingerprints, "models": models,
    })


if __name__ == "__main__":
    main()
