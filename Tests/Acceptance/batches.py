"""The same answers, token for token, whatever is in flight beside them.

    python3 Tests/Acceptance/batches.py --bin .build/release [--model M.gguf --mmproj P.gguf]

Describes a few pictures of noise with three questions each through llavad, with batches of 1, 3 and
16 and with one and two workers, and asks each question once more through `llavactl ask`, which
shares nothing with another question: no prefix, no picture, no step. Weights may be random
(`llavactl model synth`): noise, too, must be the same noise. Exit 1 if any answer differs. Needs
numpy and Pillow (to make the pictures).
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy
from PIL import Image

from daemon import MODEL, PROJECTOR, daemon

QUESTIONS = [
    "What is to be seen here?", "Which colours are there, and how many of each?", "Is it day?"]
# Workers, threads of each, batch.
CHOICES = [(1, 2, 1), (1, 2, 3), (1, 2, 16), (2, 1, 16)]


def preset(tokens):
    lines = ["name: three", "summary: Three questions.", "sampling:", "  repetition_guard: false",
             "questions:"]
    for number, question in enumerate(QUESTIONS):
        lines += [f"  - name: q{number}", f"    prompt: {json.dumps(question)}",
                  f"    max_tokens: {tokens}"]
    return "\n".join(lines) + "\n"


def through_daemon(arguments, folder, workers, threads, batch):
    """(file, question) -> answer."""
    with daemon(arguments.bin, workers, threads=threads, batch=batch, model=arguments.model,
                projector=arguments.mmproj) as programs:
        file = pathlib.Path(programs.state) / "three.yaml"
        file.write_text(preset(arguments.tokens))
        programs.llavactl("presets", "add", str(file))
        lines = programs.llavactl(
            "describe", str(folder), "--preset", "three", "--format", "jsonl").stdout
    rows = [json.loads(line) for line in lines.splitlines() if line.startswith("{")]
    return {(pathlib.Path(row["path"]).name, row["question"]): row["answer"] for row in rows}


def alone(arguments, picture, question):
    done = subprocess.run(
        [str(pathlib.Path(arguments.bin) / "llavactl"), "ask", str(picture), question, "--json",
         "--model", arguments.model, "--mmproj", arguments.mmproj, "--no-repetition-guard",
         "--max-tokens", str(arguments.tokens)], check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)["text"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True)
    parser.add_argument("--model", default=str(MODEL))
    parser.add_argument("--mmproj", default=str(PROJECTOR))
    parser.add_argument("--pictures", type=int, default=2)
    parser.add_argument("--tokens", type=int, default=16)
    arguments = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory(prefix="llava-batches-", dir="/var/tmp") as folder:
        os.chmod(folder, 0o755)
        random = numpy.random.default_rng(4)
        for number in range(arguments.pictures):
            pixels = random.integers(0, 256, (200 + 40 * number, 300, 3), dtype=numpy.uint8)
            Image.fromarray(pixels).save(f"{folder}/noise-{number}.png")
        for workers, threads, batch in CHOICES:
            begin = time.monotonic()
            found[f"{workers} worker(s), batch {batch}"] = through_daemon(
                arguments, folder, workers, threads, batch)
            print(f"{workers} worker(s), batch {batch}: {time.monotonic() - begin:.0f} s", flush=True)
        found["alone"] = {
            (f"noise-{picture}.png", f"q{number}"):
                alone(arguments, f"{folder}/noise-{picture}.png", question)
            for picture in range(arguments.pictures) for number, question in enumerate(QUESTIONS)}
    reference = found["alone"]
    different = {name: sum(answers.get(key) != text for key, text in reference.items())
                 for name, answers in found.items()}
    kinds = len(set(reference.values()))
    print(f"{len(reference)} answers of {arguments.tokens} tokens, {kinds} different ones; unlike "
          f"those alone: {different}")
    sys.exit(0 if not any(different.values()) and len(reference) == len(QUESTIONS) * arguments.pictures
             else 1)


if __name__ == "__main__":
    main()
