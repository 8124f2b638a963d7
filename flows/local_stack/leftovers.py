"""Ending all processes that `up` has started, which carry its mark.

The mark is an environment variable. Children inherit it through every shell, session and process group, even if their
parent was killed, so that no process is missed, as it might be in a list of process ids.

    python -m flows.local_stack.leftovers MARK      (internal: waits in the background for the end of `up`)
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from imaging.children import minimal_environment

VARIABLE = "ARTICLE_IMAGES_UP"
_LOOK_AGAIN_SECONDS = 0.1
_STOP_SECONDS = 12.0

# `cat` reads the end of its input when `up` ends, even by kill -9, which no signal handler would see.
_WHEN_PARENT_ENDS = 'cat >/dev/null; exec "$@"'


def marked(mark: str) -> list[int]:
    """Return the ids of the running processes whose mark begins with `mark`."""
    return [process.pid for process in psutil.process_iter(["environ"]) if _carries(process.info["environ"], mark)]


def end_marked(mark: str, seconds: float) -> int:
    """Send SIGTERM to each marked process, SIGKILL after `seconds`, until none is left; return their number.

    Includes processes that are started meanwhile.
    """
    deadline = time.monotonic() + seconds
    signalled: set[int] = set()
    while alive := marked(mark):
        late = time.monotonic() > deadline
        for pid in alive if late else set(alive) - signalled:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL if late else signal.SIGTERM)
        signalled.update(alive)
        time.sleep(_LOOK_AGAIN_SECONDS)
    return len(signalled)


@contextmanager
def children_ended(mark: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Mark future children of this process; end them with the context, or if this process is killed.

    Yields the watcher process, which does the latter.
    """
    watcher = subprocess.Popen(  # noqa: S603 - our own module
        ["/bin/sh", "-c", _WHEN_PARENT_ENDS, "sh", sys.executable, "-m", "flows.local_stack.leftovers", mark],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=minimal_environment(),
        cwd=Path(__file__).resolve().parent.parent.parent,  # where `flows` is found
        start_new_session=True,
    )
    os.environ[VARIABLE] = mark  # does not mark this process, since the system shows the initial environment
    try:
        yield watcher
    finally:
        del os.environ[VARIABLE]
        end_marked(mark, _STOP_SECONDS)
        watcher.communicate()


def _carries(variables: dict[str, str] | None, mark: str) -> bool:
    """Return whether the variables of a process, None if it has ended or is another user's, have the mark."""
    return VARIABLE in (variables or {}) and str((variables or {})[VARIABLE]).startswith(mark)


if __name__ == "__main__":
    end_marked(sys.argv[1], _STOP_SECONDS)
