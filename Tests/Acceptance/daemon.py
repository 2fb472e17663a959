"""A llavad of one's own for an acceptance run: settings, a state directory, llavactl, SQL."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODEL = ROOT / "Models/demo/llava-demo-f16.gguf"
PROJECTOR = ROOT / "Models/demo/mmproj-llava-demo-f16.gguf"


class Daemon:
    """The programs of `bin` with a state directory of their own, which the end removes."""

    def __init__(self, bin, workers, threads=1, batch="auto", model=MODEL, projector=PROJECTOR):
        self.bin = pathlib.Path(bin).resolve()
        # Below /var/tmp and open to enter: as root the database runs as another user.
        self.state = tempfile.mkdtemp(prefix="llava-accept-", dir="/var/tmp")
        os.chmod(self.state, 0o755)
        self.config = pathlib.Path(self.state) / "llavad.yaml"
        self.config.write_text(
            f"state: {self.state}/state\ndatabase: embedded\n"
            f"model:\n  text: {model}\n  mmproj: {projector}\n"
            f"workers:\n  count: {workers}\n  threads: {threads}\n  batch: {batch}\n"
            "log:\n  level: warning\n")

    def environment(self):
        return dict(os.environ, LLAVA_CONFIG=str(self.config))

    def llavactl(self, *words, check=True, errors=None):
        """Runs llavactl; gives the finished process with its output as text."""
        return subprocess.run(
            [str(self.bin / "llavactl"), *words], env=self.environment(), check=check,
            stdout=subprocess.PIPE, stderr=errors, text=True, errors="replace")

    def sql(self, query):
        """What psql prints for a query, without decoration."""
        return self.llavactl("sql", "--", "-X", "-Atc", query).stdout.strip()

    def start(self):
        """Starts llavad itself; the caller ends it."""
        return subprocess.Popen([str(self.bin / "llavad")], env=self.environment())


@contextlib.contextmanager
def daemon(bin, workers, **choices):
    """A `Daemon` whose state goes when the block ends."""
    instance = Daemon(bin, workers, **choices)
    try:
        yield instance
    finally:
        shutil.rmtree(instance.state, ignore_errors=True)
