"""A folder of 1,000 files of which 40 are hostile: every good one described, every bad one accounted for.

    python3 Tests/Acceptance/hostile.py --bin .build/release

Prints what became of each hostile file, the daemon's peak memory, and exits 1 if a file is
unaccounted for or the memory leaves its budget. Needs numpy and Pillow (to render).
"""

import argparse
import json
import os
import pathlib
import random
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import zlib

from daemon import ROOT, daemon

GOOD = 960
# Weights (14 MB) four workers, a picture at the pixel limit each, libraries and the runtime.
BUDGET_MB = 400


def huge_png(side):
    """A whole PNG by its chunks whose header promises side x side pixels."""
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)),
              (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks)


def huge_jpeg(side):
    """A JPEG whose frame header promises side x side pixels, with a scan that begins and ends."""
    frame = struct.pack(">HBHHB", 17, 8, side, side, 3) + bytes([1, 17, 0, 2, 17, 0, 3, 17, 0])
    scan = struct.pack(">HB", 12, 3) + bytes([1, 0, 2, 0, 3, 0, 0, 63, 0])
    return b"\xff\xd8\xff\xc0" + frame + b"\xff\xda" + scan + bytes(200) + b"\xff\xd9"


def hostile(folder, sample):
    """Makes 40 hostile entries; gives those that are jobs and must die, and those that are skipped."""
    dead, skipped = [], []
    folder = pathlib.Path(folder)

    def job(name, content):
        (folder / name).write_bytes(content)
        dead.append(name)

    for i in range(4):
        job(f"empty-{i}.jpg", b"")
    for i, part in enumerate((2, 10, 100, len(sample) // 4, len(sample) // 2, len(sample) - 20)):
        job(f"truncated-{i}.jpg", sample[:part])
    for i, content in enumerate((b"GIF89a" + bytes(50), b"%PDF-1.7\n", b"<svg/>", b"RIFF\0\0\0\0WEBPVP8 ", bytes(4096))):
        job(f"wrong-suffix-{i}.png", content)
    job("huge-header.png", huge_png(65535))
    job("huge-header.jpg", huge_jpeg(65535))
    job("wide.png", huge_png(2**31 - 1))
    noise = random.Random(7)
    for i in range(4):
        job(f"noise-{i}.jpg", b"\xff\xd8\xff\xe0" + noise.randbytes(3000))
    for i in range(3):
        os.mkfifo(folder / f"fifo-{i}.jpg")
        skipped.append(f"fifo-{i}.jpg")
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(folder / "socket.jpg"))
    skipped.append("socket.jpg")
    for i in range(3):
        (folder / f"loop-{i}.jpg").symlink_to(f"loop-{(i + 1) % 3}.jpg")
        skipped.append(f"loop-{i}.jpg")
    (folder / "dangling.jpg").symlink_to("nowhere.jpg")
    skipped.append("dangling.jpg")
    for i in range(3):
        raw = os.fsencode(str(folder)) + b"/na\xffme-%d.jpg" % i
        with open(raw, "wb") as file:
            file.write(sample)
        skipped.append(f"me-{i}.jpg")
    for i in range(3):
        (folder / f"folder-{i}.jpg").mkdir()
        skipped.append(f"folder-{i}.jpg")
    # Root reads everything, so a closed file is hostile to others only.
    for i in range(3):
        if os.geteuid() == 0:
            job(f"closed-{i}.jpg", b"")
        else:
            (folder / f"closed-{i}.jpg").write_bytes(sample)
            (folder / f"closed-{i}.jpg").chmod(0)
            skipped.append(f"closed-{i}.jpg")
    (folder / "self").symlink_to(folder, target_is_directory=True)
    skipped.append("self")
    return dead, skipped


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="llava-hostile-", dir="/var/tmp") as folder, \
            daemon(arguments.bin, workers=4) as programs:
        os.chmod(folder, 0o755)
        subprocess.run(
            [sys.executable, str(ROOT / "Tools/demo-model/render.py"), "--seed", "77",
             "--count", str(GOOD), "--out", folder], check=True)
        os.remove(pathlib.Path(folder) / "truth.jsonl")
        sample = next(p for p in pathlib.Path(folder).glob("*.jpg")).read_bytes()
        dead, skipped = hostile(folder, sample)
        print(f"{GOOD} good files, {len(dead)} that must die, {len(skipped)} that must be skipped")
        server = programs.start()
        begin = time.monotonic()
        done = programs.llavactl(
            "describe", folder, "--preset", "brief", "--json", check=False, errors=subprocess.PIPE)
        seconds = time.monotonic() - begin
        peak = next(int(line.split()[1]) // 1024 for line in open(f"/proc/{server.pid}/status")
                    if line.startswith("VmHWM"))
        print(f"described in {seconds:.1f} s, exit code {done.returncode} (1: some failed), "
              f"daemon's peak memory {peak} MB of {BUDGET_MB} MB")
        answered = int(programs.sql("SELECT count(DISTINCT path) FROM llava.result"))
        rows = dict(line.split("|", 1) for line in programs.sql(
            "SELECT regexp_replace(path, '.*/', ''), failure_class || ': ' || last_error "
            "FROM llava.job WHERE state = 'dead'").splitlines())
        others = programs.sql(
            "SELECT state, count(*) FROM llava.job WHERE state NOT IN ('done', 'dead') GROUP BY 1")
        server.terminate()
        server.wait()
        problems = []
        for name in dead:
            print(f"  dead     {name}: {rows.get(name)}")
            if name not in rows:
                problems.append(f"{name} is not dead")
        for name in skipped:
            line = next((l for l in done.stderr.splitlines() if name in l), None)
            print(f"  skipped  {name}: {line}")
            if line is None:
                problems.append(f"{name} is not listed")
        for name in ("huge-header.png", "huge-header.jpg", "wide.png"):
            if not rows.get(name, "").startswith("too-large"):
                problems.append(f"{name} did not die as too-large")
        if set(rows) != set(dead):
            problems.append(f"other files died: {sorted(set(rows) - set(dead))}")
        if answered != GOOD:
            problems.append(f"{answered} files have answers, not {GOOD}")
        if others:
            problems.append(f"jobs in other states: {others}")
        if peak > BUDGET_MB:
            problems.append("the daemon left its memory budget")
        if done.returncode != 1:
            problems.append(
                f"describe ended with {done.returncode}, not 1: {done.stderr[-1000:]}")
        if server.returncode != 0:
            problems.append(f"llavad ended with {server.returncode} after SIGTERM")
        print("\n".join(problems) or f"all {len(dead) + len(skipped)} hostile files accounted for, "
              f"{answered} described")
        sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
