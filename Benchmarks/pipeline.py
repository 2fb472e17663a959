#!/usr/bin/env python3
"""How fast the queue is, without an engine: enqueueing, and claiming and finishing jobs; and what
the pipeline takes of the time of an engine.

    pipeline.py --llavactl PATH --benchmark PATH/pipeline-benchmark [--paths 1000000] [--save]

Everything lies in a temporary folder: an embedded PostgreSQL of its own, pictures that are a few
bytes each or as large as a camera's, and hard links to a few files for the paths to enqueue. See
README.md.
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


# The time of an engine for a picture with three questions, in seconds of one core, and how many
# pictures to take. The demo model takes 0.18 s of two cores; a 7B model 15 to 40, so that what is
# measured with 5 is more than what holds for it.
ENGINES = (("demo", 0.36, 80), ("7b", 5.0, 8))
FILE_BYTES = (100_000, 3_000_000)
PRESETS = "brief,people"  # three questions


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

    def counters(self):
        """Commits, and how often the log went to the disk."""
        self.sql("SELECT pg_stat_force_next_flush()")
        both = self.sql(
            "SELECT (SELECT sum(xact_commit) FROM pg_stat_database) || ' ' || wal_sync "
            "FROM pg_stat_wal")
        return [int(number) for number in both.split()]

    def processor_seconds(self):
        """The processor time of the server and all its processes, ended ones included."""
        pid = int((self.folder / "state/postgres/data/postmaster.pid").read_text().split()[0])
        ticks = 0
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it ended meanwhile, and is its parent's from then on
            if int(stat.parent.name) == pid:
                ticks += sum(int(field) for field in fields[11:15])
            elif int(fields[1]) == pid:
                ticks += sum(int(field) for field in fields[11:13])
        return ticks / os.sysconf("SC_CLK_TCK")

    def close(self):
        self.holder.stdin.close()
        self.holder.wait()


def work(queue, seconds=0.0):
    """Works through the queue; gives what the benchmark says and the server's processor time."""
    arguments = queue.arguments
    command = [arguments.benchmark, str(queue.folder / "state"), str(arguments.workers)]
    process = subprocess.Popen(
        command + ([str(seconds)] if seconds else []), env=queue.environment, text=True,
        stdout=subprocess.PIPE)
    server = {}
    for line in process.stdout:
        if line.strip() in ("begin", "end"):
            server[line.strip()] = queue.processor_seconds()
        else:
            said = line
    if process.wait() != 0:
        sys.exit(f"pipeline-benchmark ended with {process.returncode}")
    return {**json.loads(said), "server_s": server["end"] - server["begin"]}


def jobs_per_second(queue, name, fsync):
    """Rounds of small files through the whole service with a null engine."""
    arguments = queue.arguments
    queue.set_fsync(fsync)
    rates, commits, syncs = [], [], []
    for round_ in range(arguments.rounds):
        folder = queue.folder / f"{name}-{round_}"
        folder.mkdir()
        for index in range(arguments.jobs):
            (folder / f"{index:06}.jpg").write_text(f"{name} {round_} {index}")
        queue.llavactl("enqueue", str(folder), "--preset", "brief")
        before = queue.counters()
        rates.append(work(queue)["jobs_per_s"])
        after = queue.counters()
        commits.append((after[0] - before[0]) / arguments.jobs)
        syncs.append((after[1] - before[1]) / arguments.jobs)
        shutil.rmtree(folder)
    return {
        "jobs_per_s": summary(rates), "commits_a_job": summary(commits),
        "log_syncs_a_job": summary(syncs)}


def overhead(queue, seconds, count, size):
    """What the pipeline takes of an engine's time: of the processor, and of the worker's time.

    Reading and hashing the file are part of it, decoding is not."""
    folder = queue.folder / "pictures"
    folder.mkdir()
    for index in range(count):
        (folder / f"{index:06}.jpg").write_bytes(os.urandom(size))
    queue.llavactl("enqueue", str(folder), "--preset", PRESETS)
    said = work(queue, seconds)
    shutil.rmtree(folder)
    processor = (said["processor_s"] + said["server_s"]) / said["counted"]
    waited = said["waited_s"] / said["followers"]
    return {
        "engine_s": seconds, "file_bytes": size, "pictures": said["counted"],
        "processor_ms": 1000 * processor, "server_ms": 1000 * said["server_s"] / said["counted"],
        "wall_ms": 1000 * waited, "processor_percent": 100 * processor / seconds,
        "wall_percent": 100 * waited / seconds}


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


def spread(found, digits):
    return "{median:.{0}f} ({low:.{0}f} to {high:.{0}f})".format(digits, **found)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--llavactl", required=True)
    parser.add_argument("--benchmark", required=True)
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--paths", type=int, default=1_000_000)
    parser.add_argument(
        "--overhead", action=argparse.BooleanOptionalAction, default=True,
        help="measure beside engines that take their time, four minutes")
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
                measured = jobs_per_second(queue, label.replace(" ", "-"), fsync)
                found[label] = measured
                print(f"{label}: {spread(measured['jobs_per_s'], 0)} jobs/s, "
                      f"{spread(measured['commits_a_job'], 3)} commits and "
                      f"{spread(measured['log_syncs_a_job'], 3)} syncs a job", flush=True)
            print(f"the disk: {found['disk_fdatasyncs_per_s']} fdatasync/s", flush=True)
            found["overhead"] = {}
            for name, seconds, count in ENGINES if arguments.overhead else ():
                for size in FILE_BYTES:
                    rounds = [
                        overhead(queue, seconds, count, size) for _ in range(arguments.rounds)]
                    measured = {key: summary([r[key] for r in rounds]) for key in rounds[0]}
                    found["overhead"][f"{name}, {size} bytes"] = measured
                    print(f"beside an engine of {seconds} s, files of {size} bytes: "
                          f"{spread(measured['processor_ms'], 2)} ms of the processor "
                          f"({measured['processor_percent']['median']:.2f} %), "
                          f"{spread(measured['wall_ms'], 2)} ms of the worker's time "
                          f"({measured['wall_percent']['median']:.2f} %) a picture", flush=True)
            if arguments.paths:
                queue.set_fsync(True)
                taken = enqueue(queue)
                found["enqueue"] = {"paths": arguments.paths, "seconds": taken}
                print(f"enqueue: {arguments.paths} paths in {taken:.1f} s")
        finally:
            queue.close()
    if arguments.save:
        about = machine()
        cpu = re.sub(r"[^a-z0-9]+", "-", about["cpu"].lower()).strip("-")
        (HERE / "results").mkdir(exist_ok=True)
        path = HERE / "results" / (
            f"pipeline-{commit()}-{cpu}-{about['family']}-{about['model']}.json")
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        path.write_text(json.dumps(
            {"commit": commit(), "machine": about, "at": now, "jobs": arguments.jobs,
             "workers": arguments.workers, **found}, indent=1) + "\n")
        print(f"saved in {path.name}")


if __name__ == "__main__":
    main()
