#!/usr/bin/env python3
"""How fast the queue is, without an engine: enqueueing, and claiming and finishing jobs.

    pipeline.py --llavactl PATH --benchmark PATH/pipeline-benchmark [--paths 1000000] [--save]

Everything lies in a temporary folder: an embedded PostgreSQL of its own, pictures that are a few
bytes each, and hard links to a few files for the paths to enqueue. See README.md.
"""

import argparse
import datetime
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

from compare import HERE, commit, machine, summary


class Queue:
    """A state directory with its embedded server, kept running."""

    def __init__(self, arguments, folder):
        self.arguments, self.folder = arguments, folder
        (folder / "llavad.yaml").write_text(f"state: {folder}/state\n")
        self.environment = {**os.environ, "LLAVA_CONFIG": str(folder / "llavad.yaml")}
        self.holder = subprocess.Popen(
            [arguments.llavactl, "sql", "--", "-XqAt"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, env=self.environment, text=True)
        self.sql("SELECT 1")

    def sql(self, text):
        self.holder.stdin.write(text + ";\n")
        self.holder.stdin.flush()
        return self.holder.stdout.readline().strip()

    def set_fsync(self, on):
        self.holder.stdin.write(f"ALTER SYSTEM SET fsync = {'on' if on else 'off'};\n")
        self.sql("SELECT pg_reload_conf()")
        while self.sql("SHOW fsync") != ("on" if on else "off"):
            time.sleep(0.05)

    def llavactl(self, *options):
        done = subprocess.run(
            [self.arguments.llavactl, *options], env=self.environment, capture_output=True,
            text=True)
        if done.returncode != 0:
            sys.exit(f"llavactl {options[0]}: {done.stderr.strip()}")
        return done.stdout

    def close(self):
        self.holder.stdin.close()
        self.holder.wait()


def jobs_per_second(queue, name, fsync):
    """Rounds of small files through the whole service with a null engine."""
    arguments = queue.arguments
    queue.set_fsync(fsync)
    rates = []
    for round_ in range(arguments.rounds):
        folder = queue.folder / f"{name}-{round_}"
        folder.mkdir()
        for index in range(arguments.jobs):
            (folder / f"{index:06}.jpg").write_text(f"{name} {round_} {index}")
        queue.llavactl("enqueue", str(folder), "--preset", "brief")
        done = subprocess.run(
            [arguments.benchmark, str(queue.folder / "state"), str(arguments.workers)],
            env=queue.environment, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"pipeline-benchmark: {done.stderr.strip()}")
        rates.append(json.loads(done.stdout)["jobs_per_s"])
        shutil.rmtree(folder)
    return rates


def enqueue(queue):
    """Seconds that a list of so many paths takes."""
    folder = queue.folder / "links"
    paths = []
    per_file = 50_000  # below the 65,000 links that ext4 allows
    for index in range(queue.arguments.paths):
        if index % 1000 == 0:
            below = folder / f"{index // 1000:04}"
            below.mkdir(parents=True)
        if index % per_file == 0:
            original = below / "original"
            original.write_text("a picture")
        path = below / f"{index % 1000:03}.jpg"
        os.link(original, path)
        paths.append(str(path))
    listed = queue.folder / "paths"
    listed.write_text("\n".join(paths) + "\n")
    start = time.perf_counter()
    said = queue.llavactl("enqueue", "--files-from", str(listed), "--json")
    taken = time.perf_counter() - start
    added = json.loads(said)["added"]
    if added != queue.arguments.paths:
        sys.exit(f"{added} of {queue.arguments.paths} paths were added")
    return taken


def disk_syncs(folder):
    """How often a second this disk makes 8 kB safe, as PostgreSQL's own tool measures it."""
    tools = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/pg_test_fsync"))
    if not tools:
        return None
    text = subprocess.run(
        [tools[-1], "-s", "1", "-f", folder / "sync"], capture_output=True, text=True).stdout
    found = re.search(r"fdatasync\s+([\d.]+) ops/sec", text)
    return float(found.group(1)) if found else None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--llavactl", required=True)
    parser.add_argument("--benchmark", required=True)
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--paths", type=int, default=1_000_000)
    parser.add_argument("--folder", help="where to make the temporary folder")
    parser.add_argument("--save", action="store_true", help="into results/")
    arguments = parser.parse_args()
    arguments.llavactl = os.path.abspath(arguments.llavactl)
    arguments.benchmark = os.path.abspath(arguments.benchmark)

    found = {}
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)  # an embedded server started by root runs as somebody else
        queue = Queue(arguments, folder)
        try:
            found["disk_fdatasyncs_per_s"] = disk_syncs(folder)
            for label, fsync in (("fsync off", False), ("fsync on", True)):
                rates = jobs_per_second(queue, label.replace(" ", "-"), fsync)
                found[f"jobs_per_s, {label}"] = summary(rates)
                print(f"{label}: {summary(rates)} jobs/s", flush=True)
            print(f"the disk: {found['disk_fdatasyncs_per_s']} fdatasync/s", flush=True)
            if arguments.paths:
                taken = enqueue(queue)
                found["enqueue"] = {"paths": arguments.paths, "seconds": taken}
                print(f"enqueue: {arguments.paths} paths in {taken:.1f} s")
        finally:
            queue.close()
    if arguments.save:
        about = machine()
        cpu = re.sub(r"[^a-z0-9]+", "-", about["cpu"].lower()).strip("-")
        path = HERE / "results" / (
            f"pipeline-{commit()}-{cpu}-{about['family']}-{about['model']}.json")
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        path.write_text(json.dumps(
            {"commit": commit(), "machine": about, "at": now, "jobs": arguments.jobs,
             "workers": arguments.workers, **found}, indent=1) + "\n")
        print(f"saved in {path.name}")


if __name__ == "__main__":
    main()
