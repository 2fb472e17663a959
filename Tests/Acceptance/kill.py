"""kill -9 in the middle of a run, again and again: every picture is answered once.

    python3 Tests/Acceptance/kill.py --bin .build/release --count 200 --kills 3

Jobs come in by plain INSERT through psql. Needs numpy and Pillow (to render).
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time

from daemon import ROOT, daemon


def wait_for(programs, query, least, limit):
    """Waits until a query that counts gives `least`; gives the last count."""
    end = time.monotonic() + limit
    while True:
        count = int(programs.sql(query))
        if count >= least or time.monotonic() > end:
            return count
        time.sleep(0.05)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--kills", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="llava-kill-", dir="/var/tmp") as folder, \
            daemon(arguments.bin, workers=4) as programs:
        os.chmod(folder, 0o755)
        subprocess.run(
            [sys.executable, str(ROOT / "Tools/demo-model/render.py"), "--seed", "78",
             "--count", str(arguments.count), "--out", folder], check=True)
        server = programs.start()
        wait_for(programs, "SELECT count(*) FROM pg_tables WHERE tablename = 'job'", 1, 60)
        pictures = sorted(n for n in os.listdir(folder) if not n.endswith(".jsonl"))
        values = ", ".join(f"('{folder}/{name}')" for name in pictures)
        programs.sql(f"INSERT INTO llava.job(path) VALUES {values}")
        answers = "SELECT count(*) FROM llava.answer"
        for kill in range(arguments.kills):
            count = wait_for(programs, answers, (kill + 1) * len(pictures) // (arguments.kills + 1), 120)
            os.kill(server.pid, signal.SIGKILL)
            server.wait()
            print(f"killed with {count} of {len(pictures)} answered")
            server = programs.start()
        finished = "SELECT count(*) FROM llava.job WHERE state IN ('done', 'dead')"
        wait_for(programs, finished, len(pictures), 180)
        states = programs.sql("SELECT state, count(*) FROM llava.job GROUP BY 1 ORDER BY 1")
        rows = programs.sql("SELECT count(*), count(DISTINCT path), count(DISTINCT (path, question)) FROM llava.result")
        server.terminate()
        code = server.wait()
        print(f"states: {states}; rows, paths, (path, question): {rows}; llavad ended with {code}")
        expected = f"{len(pictures)}|{len(pictures)}|{len(pictures)}"
        sys.exit(0 if states == f"done|{len(pictures)}" and rows == expected and code == 0 else 1)


if __name__ == "__main__":
    main()
