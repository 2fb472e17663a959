"""Describes freshly rendered scenes through the daemon and scores every answer.

    python3 Tests/Acceptance/run.py --bin .build/release --count 200 --seed 20261123

Renders `count` scenes with a seed that training does not use, describes them through
llavad with preset `objects` (once with one worker, once with four, each with an embedded
database of its own), asks counts, yes/no and position questions one by one through
`llavactl ask`, and prints a table. Exit 1 if a bar is missed. Needs what
Tools/demo-model/render.py needs: numpy and Pillow.
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

import questions
from daemon import MODEL, PROJECTOR, ROOT, daemon

BARS = {"objects": 0.95, "json": 0.99, "count": 0.95, "yes/no": 0.95, "position": 0.95}


def describe(arguments, folder, workers):
    """Describes `folder` with so many workers: file name -> answer of preset objects."""
    with daemon(arguments.bin, workers) as programs:
        begin = time.monotonic()
        lines = programs.llavactl(
            "describe", str(folder), "--preset", "objects", "--format", "jsonl").stdout
        seconds = time.monotonic() - begin
    print(f"{workers} worker(s): {seconds:.1f} s", file=sys.stderr)
    rows = [json.loads(line) for line in lines.splitlines() if line.startswith("{")]
    return {pathlib.Path(r["path"]).name: r["answer"] for r in rows}


def ask(arguments, picture, question):
    answer = subprocess.run(
        [str(pathlib.Path(arguments.bin) / "llavactl"), "ask", str(picture), question,
         "--model", str(MODEL), "--mmproj", str(PROJECTOR), "--json", "--max-tokens", "200"],
        check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(answer.stdout)["text"]


def things(objects):
    return sorted((o["shape"], o["color"], o["size"]) for o in objects)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20261123)
    arguments = parser.parse_args()
    scores = {name: [] for name in BARS}
    kinds = {}
    with tempfile.TemporaryDirectory(prefix="llava-scenes-") as folder:
        subprocess.run(
            [sys.executable, str(ROOT / "Tools/demo-model/render.py"), "--seed", str(arguments.seed),
             "--count", str(arguments.count), "--out", folder], check=True)
        truth = [json.loads(line) for line in open(pathlib.Path(folder) / "truth.jsonl")]
        one, four = describe(arguments, folder, 1), describe(arguments, folder, 4)
        same = one == four and len(one) == len(truth)
        print(f"1 worker and 4 workers give the same {len(one)} answers: {same}")
        rng = random.Random(arguments.seed)
        asked_same = 0
        for index, scene in enumerate(truth):
            picture = pathlib.Path(folder) / scene["file"]
            answer = one.get(scene["file"], "")
            try:
                found = things(json.loads(answer)["objects"])
                scores["json"].append(True)
            except (ValueError, KeyError, TypeError):
                found = None
                scores["json"].append(False)
            scores["objects"].append(found == things(scene["objects"]))
            if not scores["objects"][-1]:
                print(f"  {scene['file']}: {answer!r}, truth {things(scene['objects'])}")
            if index % 10 == 0:
                prompt = "List every object in the picture as JSON with its shape, color and size."
                asked_same += ask(arguments, picture, prompt) == answer
            for question, number in questions.counts(scene, rng):
                text = ask(arguments, picture, question)
                score(scores, kinds, "count", "count", questions.read_number(text) == number, scene, question, text)
            for question, yes in questions.yes_no(scene, rng):
                text = ask(arguments, picture, question)
                score(scores, kinds, "yes/no", "exists", questions.read_yes(text) == yes, scene, question, text)
            for kind, question, expected in questions.positions(scene, rng):
                text = ask(arguments, picture, question)
                right = (questions.read_place(text) == expected if kind == "place"
                         else questions.read_yes(text) == expected)
                score(scores, kinds, "position", kind, right, scene, question, text)
        checked = len(range(0, len(truth), 10))
        print(f"`ask` gives the daemon's answer on {asked_same} of {checked}")
    missed = not same or asked_same != checked
    for kind, results in sorted(kinds.items()):
        print(f"    {kind:10} {sum(results) / len(results):7.1%}  of {len(results)}")
    for name, bar in BARS.items():
        share = sum(scores[name]) / max(1, len(scores[name]))
        missed |= share < bar
        print(f"{name:10} {share:7.1%}  of {len(scores[name]):4}  bar {bar:.0%}  {'ok' if share >= bar else 'MISSED'}")
    sys.exit(1 if missed else 0)


def score(scores, kinds, name, kind, right, scene, question, text):
    scores[name].append(right)
    kinds.setdefault(kind, []).append(right)
    if not right:
        print(f"  {scene['file']}: {question} -> {text!r}")


if __name__ == "__main__":
    main()
