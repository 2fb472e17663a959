#!/usr/bin/env python3
"""llavad and llama.cpp at the same work, on the same file, threads and machine, in one run.

    compare.py --llavactl PATH --python VENV/bin/python --model M.gguf --mmproj P.gguf [--only …]

The two take turns; medians, spreads and ratios are printed, and with `--save` kept in
`results/COMMIT-CPU.json`. Ratios above 1 are in llavad's favour. llama.cpp gets the better of its
settings of flash attention, measured in the same run. See README.md.
"""

import argparse
import datetime
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
OPENING = (
    "A chat between a curious user and an artificial intelligence assistant. The assistant gives "
    "helpful, detailed, and polite answers to the user's questions. USER: ")
CLOSING = " ASSISTANT:"


def question(index):
    """What `llavactl bench` asks."""
    return (f"\nQuestion {index + 1}: what is to be seen here, what is it doing, and why may that "
            "be so?")


class Theirs:
    """llama_side.py in its own environment."""

    def __init__(self, arguments):
        self.process = subprocess.Popen(
            [arguments.python, str(HERE / "llama_side.py")], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.about = self.send({
            "model": arguments.model, "mmproj": arguments.mmproj, "threads": arguments.threads,
            "extra_buffers": arguments.repacked == "on"})
        fixed = {"on": True, "off": False}.get(arguments.flash)
        self.flash = {} if fixed is None else {stage: fixed for stage in STAGES}

    def send(self, message):
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit("llama_side.py ended early; run it by hand to see why")
        return json.loads(line)

    def ask(self, stage, better=max, **command):
        """One measurement, with the setting of flash attention that was better the first time."""
        command["do"] = command.pop("do", stage)
        if stage not in self.flash:
            tried = {flash: self.send({**command, "flash": flash})["result"]
                     for flash in (False, True)}
            self.flash[stage] = better(tried, key=tried.get)
            return tried[self.flash[stage]]
        return self.send({**command, "flash": self.flash[stage]})["result"]


class Ours:
    """llavactl bench, a process a measurement."""

    def __init__(self, arguments):
        self.command = [
            arguments.llavactl, "bench", "--model", arguments.model, "--mmproj", arguments.mmproj,
            "--threads", str(arguments.threads), "--arithmetic", arguments.arithmetic, "--json"]

    def bench(self, **work):
        options = [text for name, value in work.items()
                   for text in ("--" + name.replace("_", "-"), str(value))]
        done = subprocess.run(self.command + options, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"llavactl bench: {done.stderr.strip()}")
        return json.loads(done.stdout)


def prefill(ours, theirs, arguments):
    mine = ours.bench(images=1, questions=1, max_tokens=2)
    tokens = mine["prompt_tokens"]
    return mine["prefill_tokens_per_s"], theirs.ask("prefill", tokens=tokens), {"tokens": tokens}


def encode(ours, theirs, arguments):
    mine = ours.bench(images=2, questions=1, max_tokens=1)
    yours = theirs.ask("encode", better=min, seed=1)
    return 1000 / mine["encode_ms"], 1000 / yours, {"unit": "encodes a second"}


def decode(batch):
    def stage(ours, theirs, arguments):
        mine = ours.bench(images=1, questions=batch, max_tokens=arguments.steps, batch=batch)
        yours = theirs.ask(
            f"decode-{batch}", do="generate", batch=batch, prefix=mine["prompt_tokens"],
            steps=arguments.steps - 1)
        return mine["decode_tokens_per_s"], yours, {"batch": batch}
    return stage


def hourly(questions):
    def stage(ours, theirs, arguments):
        images = arguments.images
        mine = ours.bench(
            images=images, questions=questions, max_tokens=48, batch=arguments.batch)
        wave = min(images, arguments.wave)
        taken = theirs.ask(
            f"hourly-{questions}", do="work", better=min, images=wave, questions=questions,
            steps=48, opening=OPENING, closing=CLOSING,
            texts=[question(index) for index in range(questions)])
        return (mine["images_per_hour"], wave * 3_600_000 / taken,
                {"images": images, "images_of_llama.cpp": wave, "questions": questions,
                 "max_tokens": 48})
    return stage


STAGES = {
    "prefill": prefill, "encode": encode, "decode-1": decode(1), "decode-4": decode(4),
    "decode-16": decode(16), "hourly-1": hourly(1), "hourly-3": hourly(3),
    "hourly-10": hourly(10),
}


def read_bandwidth(threads):
    with tempfile.TemporaryDirectory() as folder:
        program = f"{folder}/read_bandwidth"
        subprocess.run(
            ["cc", "-O3", "-march=native", "-pthread", HERE / "read_bandwidth.c", "-o", program],
            check=True)
        return float(subprocess.run(
            [program, str(threads)], capture_output=True, text=True, check=True).stdout)


def machine():
    text = pathlib.Path("/proc/cpuinfo").read_text()
    def field(name):
        found = re.search(rf"^{name}\s*: (.*)$", text, re.M)
        return found.group(1) if found else ""
    return {
        "cpu": field("model name"), "family": field("cpu family"), "model": field("model"),
        "cores": os.cpu_count(), "flags": field("flags"),
        "memory_kb": int(re.search(r"\d+", pathlib.Path("/proc/meminfo").read_text()).group())}


def commit():
    return subprocess.run(
        ["git", "-C", HERE, "rev-parse", "--short=12", "HEAD"], capture_output=True,
        text=True).stdout.strip()


def summary(values):
    return {"median": statistics.median(values), "low": min(values), "high": max(values)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--llavactl", required=True)
    parser.add_argument("--python", required=True, help="of an environment with llama-cpp-python")
    parser.add_argument("--model", required=True)
    parser.add_argument("--mmproj", required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=16, help="of llavad's scheduler")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=32, help="tokens of a decode measurement")
    parser.add_argument("--images", type=int, default=4, help="of an images-per-hour measurement")
    parser.add_argument(
        "--flash", choices=["on", "off", "better"], default="better",
        help="llama.cpp's flash attention; 'better' tries both")
    parser.add_argument(
        "--repacked", choices=["on", "off"], default="on",
        help="whether llama.cpp copies weights into its repacked buffers, as it does unless told "
        "otherwise; with some machines and types prompts are faster without")
    parser.add_argument("--arithmetic", default="fast", help="of llavad")
    parser.add_argument(
        "--wave", type=int, default=4,
        help="the most images of llama.cpp's share of that: its four slots take questions image by "
        "image, so that more images are only more of the same")
    parser.add_argument("--only", default=",".join(STAGES), help="stages, with commas between")
    parser.add_argument("--save", action="store_true", help="into results/")
    arguments = parser.parse_args()

    stages = arguments.only.split(",")
    for stage in stages:
        if stage not in STAGES:
            sys.exit(f"there is no stage '{stage}'; name some of {', '.join(STAGES)}")
    ours, theirs = Ours(arguments), Theirs(arguments)
    print(f"llama.cpp: {theirs.about['system'].strip()}")
    found = {}
    print(f"{'stage':<12}{'llavad':>24}{'llama.cpp':>24}{'ratio':>20}")
    for stage in stages:
        mine, yours, ratios = [], [], []
        for _ in range(arguments.rounds):
            one, other, about = STAGES[stage](ours, theirs, arguments)
            mine.append(one)
            yours.append(other)
            ratios.append(one / other)
        entry = {
            "llavad": summary(mine), "llama.cpp": summary(yours), "ratio": summary(ratios),
            "flash_attention": theirs.flash[stage], **about}
        if stage.startswith("decode"):
            entry["read_gb_per_s"] = read_bandwidth(arguments.threads)
        found[stage] = entry

        def cell(part):
            return "{median:.2f} ({low:.2f}-{high:.2f})".format(**entry[part])
        print(f"{stage:<12}{cell('llavad'):>24}{cell('llama.cpp'):>24}{cell('ratio'):>20}",
              flush=True)
    if arguments.save:
        save(arguments, theirs, found)


def save(arguments, theirs, found):
    about = machine()
    name = re.sub(r"[^a-z0-9]+", "-", about["cpu"].lower()).strip("-")
    path = HERE / "results" / f"{commit()}-{name}-{about['family']}-{about['model']}.json"
    kept = json.loads(path.read_text()) if path.exists() else {"runs": []}
    kept["commit"] = commit()
    kept["machine"] = about
    kept["runs"].append({
        "at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "model": pathlib.Path(arguments.model).name,
        "model_bytes": pathlib.Path(arguments.model).stat().st_size, "threads": arguments.threads,
        "rounds": arguments.rounds, "arithmetic": arguments.arithmetic,
        "llama.cpp repacked": arguments.repacked == "on",
        "llama.cpp": theirs.about["system"].strip(),
        "stages": found})
    path.write_text(json.dumps(kept, indent=1) + "\n")
    print(f"saved in {path.name}")


if __name__ == "__main__":
    main()
