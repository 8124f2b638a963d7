"""Processes of the command line, forked from one that has imported everything: importing takes 5 s of processor time.

They are processes as any other: of their own id, environment, folder and streams, to be signalled, killed and waited
for. Not for tests that look at the start itself, or at `/proc`, which shows the environment of the process forked from.
"""

import atexit
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from threading import Lock

from tests import ROOT

_STARTING = Lock()


def python() -> tuple[str, ...]:
    """Return what starts a Python script, in place of `sys.executable`, with the product imported already."""
    with _STARTING:  # threads that ask at once start one server
        return _python()


@cache
def _python() -> tuple[str, ...]:
    folder = Path(tempfile.mkdtemp(prefix="article-images-forking-"))
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.forking.server", str(folder / "socket")],
        cwd=ROOT,
        stdin=subprocess.PIPE,  # closed when this process ends, and then the server ends too
        stdout=subprocess.PIPE,
    )
    assert server.stdin
    assert server.stdout
    assert server.stdout.readline() == b"ready\n"
    server.stdout.close()

    def end() -> None:
        server.communicate()
        shutil.rmtree(folder)

    atexit.register(end)
    return sys.executable, "-I", "-S", str(Path(__file__).with_name("client.py")), str(folder / "socket")
