"""Processes of the command line, forked from one that has imported everything: importing takes 5 s of processor time.

They are processes as any other: of their own id, environment, folder and streams, to be signalled, killed and waited
for. Not for tests that look at the start itself, or at `/proc`, which shows the environment of the process forked from.
"""

import atexit
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from tests import ROOT


@cache
def python() -> tuple[str, ...]:
    """Return what starts a Python script, in place of `sys.executable`, with the product imported already."""
    # Removed at the end by the system's own rules: a socket needs a short path.
    socket = Path(tempfile.mkdtemp(prefix="forking-")) / "socket"
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.forking.server", str(socket)],
        cwd=ROOT,
        stdin=subprocess.PIPE,  # closed when this process ends, and then the server ends too
        stdout=subprocess.PIPE,
    )
    assert server.stdin
    assert server.stdout
    assert server.stdout.readline() == b"ready\n"
    server.stdout.close()
    atexit.register(server.communicate)
    return sys.executable, "-I", "-S", str(Path(__file__).with_name("client.py")), str(socket)
