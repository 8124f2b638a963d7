"""The end of what `up` has started: every process that carries its mark, and no other.

The mark is an environment variable. Children inherit it, through every shell, session and process group, and a
killed parent does not take it along: so nothing can get lost, as it could in a list of process ids. Needs /proc.

    python -m flows.local_stack.leftovers MARK      (waits in the background for the end of `up`; never started by hand)
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from imaging.children import minimal_environment

VARIABLE = "ARTICLE_IMAGES_UP"
_LOOK_AGAIN_SECONDS = 0.1
_STOP_SECONDS = 12.0

# Sees the end of its input when `up` has ended, however it ended; a signal handler would not see a kill -9.
_WHEN_WE_END = 'cat >/dev/null; exec "$@"'


def marked(mark: str) -> list[int]:
    """Return the ids of the live processes whose mark is `mark`, or begins with it."""
    wanted = f"{VARIABLE}={mark}".encode()
    return [pid for pid in _processes() if _carries(pid, wanted)]


def end_marked(mark: str, seconds: float) -> int:
    """Send each marked process SIGTERM, once, and after `seconds` SIGKILL; return how many there were.

    Returns when none is left. Those that are born meanwhile are ended as well.
    """
    deadline = time.monotonic() + seconds
    told: set[int] = set()
    while alive := marked(mark):
        late = time.monotonic() > deadline
        for pid in alive if late else set(alive) - told:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL if late else signal.SIGTERM)
        told.update(alive)
        time.sleep(_LOOK_AGAIN_SECONDS)
    return len(told)


@contextmanager
def ended_with_us(mark: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Mark this process's children to come, and have them ended when the context ends, or we by kill -9.

    Yields the process that watches us.
    """
    watcher = subprocess.Popen(  # noqa: S603 - our own module
        ["/bin/sh", "-c", _WHEN_WE_END, "sh", sys.executable, "-m", "flows.local_stack.leftovers", mark],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=minimal_environment(),
        cwd=Path(__file__).resolve().parent.parent.parent,  # where `flows` is found
        start_new_session=True,
    )
    os.environ[VARIABLE] = mark  # not ours in /proc, which shows what a process was started with
    try:
        yield watcher
    finally:
        del os.environ[VARIABLE]
        end_marked(mark, _STOP_SECONDS)
        watcher.communicate()


def _processes() -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())


def _carries(pid: int, wanted: bytes) -> bool:
    try:
        variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:  # ended meanwhile, or another user's
        return False
    return any(variable.startswith(wanted) for variable in variables)


if __name__ == "__main__":
    end_marked(sys.argv[1], _STOP_SECONDS)
