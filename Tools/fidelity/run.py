"""Makes docs/fidelity.md: the engine against its references, in one run. See README.md."""

import argparse
import datetime
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import torch

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "Tests/Fixtures/anyres"))

import dequantised  # noqa: E402
import family  # noqa: E402
import quantised  # noqa: E402
import strings  # noqa: E402
import token_ids  # noqa: E402
from original_source import functions  # noqa: E402

OPENING = """# Is it right?
Made by `make fidelity` (`Tools/fidelity/run.py`) on {date}, on {machine}, at {commit}; references:
transformers {transformers}, torch {torch}, Pillow {pillow}, gguf {gguf}, llama-cpp-python 0.3.36, and the
functions of haotian-liu/LLaVA at c121f04 that decide pixels and rows. No weights of released models can be
had where this is made, so each member of the family is a tiny model of random weights with everything
that sets the real one apart: tower, projector, tiles, class and special features of the language model.

## The family
Five pictures a line (wide, tall, square, small, and one with an alpha channel), and the worst of them in
each column. *original* is the preprocessing models were trained with, *huggingface* that of transformers'
own processors (`model.reading`). What is transparent shows its hidden colour in the one and white in the
other, as it does when transformers is given a picture that Pillow has opened; given a path it drops
alpha channels itself. Pillow 13 turns the two passes of a resize round where that is less work, up to one
level in a third of the pixels, so pixels are those of Pillow 12 and before, as in 2023. Features: least
cosine of a row. Logits: teacher-forced over 17 positions, of a spread of about 8. Greedy: 64 tokens, of
seeds whose two best logits never come closer than 0.004. Arithmetic `exact`.

{family}

## Tiles of LLaVA 1.6
2,298 sizes of pictures in both readings: canvas, size on it, kept rows and columns, positions, and the
order of all merged rows, against the original's functions and transformers' (`Tests/Fixtures/anyres`,
checked in every test run by `AnyresGridTests`): {tiles}.

## Dequantisation
Random blocks of every type through the engine's fastest kernels and gguf-py, compared bit by bit.

{dequantised}

## Quantised weights
Relative L2 of the logits from transformers' float32 on the weights as stored. A text model of four
layers with one channel in {every} {factor} times the others; a prompt of {prompt} tokens, then {steps}
tokens read one by one. llama.cpp reads the same file. `fast` is the default, `accurate` rounds
activations to 16 bits only; `exact` has the errors of float32 sums. 16 bits are integers with a scale for 32
or 64 of them, but bfloat16 in prompts where the processor has a matrix unit, which miss more.

{quantised}

## Tokenizers
Ids of {texts:,} texts: every script of Unicode and kind of character, marks in any order, emoji, control
characters, runs of every white space, numbers, contractions, code and mixtures (`strings.py`). Texts of
users, and, where *control tokens* is said, the same between two control tokens that are to be read.
References: sentencepiece {sentencepiece}, tokenizers {tokenizers}, and for folders of vocab.json and
merges.txt transformers' own classes, which the engine reads and imports; their tables of letters are of Unicode
16 and those of composition (NFC, of Qwen 2 and MPT) of Unicode 9, and the engine's are, too. llama.cpp
composes nothing. *fixture*: the small vocabularies of the tests; *real*: those of released models.

{tokens}
"""


def original_code(source: Path) -> dict:
    """The functions of haotian-liu/LLaVA that decide pixels and rows of LLaVA 1.6."""
    code = functions(source / "llava/mm_utils.py", "select_best_resolution",
                     "resize_and_pad_image", "divide_to_patches")
    return code | functions(source / "llava/model/llava_arch.py", "unpad_image")


def tiles() -> str:
    """Whether the geometry's test passes now."""
    done = subprocess.run(
        ["swift", "test", "--disable-xctest", "--filter", "AnyresGridTests"], cwd=ROOT,
        capture_output=True, text=True)
    return "all equal" if done.returncode == 0 else "NOT equal"


def machine() -> str:
    """The processor, as the system calls it."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def commit() -> str:
    """The commit this is made at."""
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True,
                          text=True)
    return done.stdout.strip()


def main() -> None:
    """Everything, in order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--probe", type=Path, required=True, help="the fidelity-probe program")
    parser.add_argument("--llavactl", type=Path, required=True)
    parser.add_argument("--llava", type=Path, required=True, help="a checkout of haotian-liu/LLaVA")
    parser.add_argument("--llama", type=Path, required=True,
                        help="the python of an environment with llama-cpp-python")
    parser.add_argument("--work", type=Path, required=True, help="a folder for the checkpoints")
    parser.add_argument("--vocabularies", type=Path, help="a folder with ggml-vocab-NAME.gguf files "
                        "of real models, as the folder models of ggml-org/llama.cpp")
    parser.add_argument("--only", help="members whose name holds this; prints, writes no document")
    options = parser.parse_args()
    torch.set_num_threads(2)
    options.work.mkdir(parents=True, exist_ok=True)
    members = family.table(options.probe, options.work, original_code(options.llava), options.only)
    if options.only:
        return
    text = OPENING.format(
        date=datetime.date.today().isoformat(), machine=machine(), commit=commit(),
        transformers=version("transformers"), torch=version("torch"), pillow=version("pillow"),
        gguf=version("gguf"), family=members, tiles=tiles(),
        dequantised=dequantised.table(options.probe, options.work),
        quantised=quantised.table(options.probe, options.work, options.llavactl, options.llama),
        every=quantised.OUTLIERS, factor=quantised.FACTOR, prompt=quantised.PROMPT,
        steps=quantised.STEPS,
        texts=strings.COUNT, sentencepiece=version("sentencepiece"), tokenizers=version("tokenizers"),
        tokens=token_ids.table(options.llavactl, options.work, options.vocabularies))
    (ROOT / "docs/fidelity.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
