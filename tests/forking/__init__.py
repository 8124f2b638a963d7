"""Python processes forked from one that has imported everything: importing takes 5 to 9 s of processor time.

They are processes as any other: of their own id, environment, folder and streams, to be signalled, killed and waited
for; the Python that they start is forked too. Not for tests that look at the start itself. The process that stands for
one (client.py) has its environment and command line in `/proc`, and is the one that is found and killed there.
"""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from threading import Lock

from tests import ROOT

_STARTING = Lock()
_VARIABLE = "FORKING_FOLDER"
_CLIENT = Path(__file__).with_name("client.py")


def start() -> None:
    """Start the process that is forked from, for this process and its children; it is ready when it has imported."""
    folder = Path(tempfile.mkdtemp(prefix="article-images-forking-"))
    shim = folder / "python"
    shim.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S {_CLIENT} {folder}/socket {sys.executable} "$@"\n')
    shim.chmod(0o755)
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.forking.server", str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,  # closed when this process ends, and then the server ends too
    )
    os.environ[_VARIABLE] = str(folder)

    def end() -> None:
        server.communicate()
        shutil.rmtree(folder)

    atexit.register(end)


def python() -> str:
    """Return what stands for `sys.executable`, with the product imported already: for a script, `-m` or `-c`."""
    with _STARTING:  # threads that ask at once start one server
        return _python()


@cache
def _python() -> str:
    if _VARIABLE not in os.environ:
        start()
    folder = Path(os.environ[_VARIABLE])
    while not (folder / "socket").exists():
        time.sleep(0.1)
    return str(folder / "python")
