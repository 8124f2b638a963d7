"""What `up` ends: everything that carries its mark, however deep, and nothing else."""

import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

from flows.local_stack.leftovers import VARIABLE, children_ended, end_marked, marked

# A child in a session of its own, whose parent is gone, and that does not listen to SIGTERM.
ORPHAN = "trap '' TERM; setsid sh -c 'trap \"\" TERM; sleep 300; sleep 300' & sleep 300"


def started(mark: str, script: str = ORPHAN) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(["/bin/sh", "-c", script], env=os.environ | {VARIABLE: mark})


def test_marked_processes_end_and_others_do_not() -> None:
    """Orphans in other sessions end too, even those that ignore SIGTERM; a process with another mark lives on."""
    mark, other = uuid.uuid4().hex, uuid.uuid4().hex
    parent, bystander = started(f"{mark}-runs"), started(other, "exec sleep 300")
    while len(marked(mark)) < 4:
        time.sleep(0.05)
    parent.kill()
    parent.wait()
    assert end_marked(mark, seconds=0.5) == 3
    assert marked(mark) == []
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


def test_a_killed_holder_takes_its_processes_along(tmp_path: Path) -> None:
    """When the process that holds `children_ended` is killed with -9, what it has started ends."""
    mark = uuid.uuid4().hex
    holder = subprocess.Popen(
        [sys.executable, "-c",
         "import subprocess, sys\nfrom flows.local_stack.leftovers import children_ended\n"
         "with children_ended(sys.argv[1]): subprocess.run(['/bin/sh', '-c', 'setsid sleep 300 & sleep 300'])", mark],
        start_new_session=True,
    )  # fmt: skip
    while len(marked(mark)) < 3:
        time.sleep(0.05)
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    while marked(mark):
        time.sleep(0.05)


def test_the_context_ends_what_was_started_in_it() -> None:
    """At the end of the context the marked processes and the watcher are gone, and so is the mark."""
    mark = uuid.uuid4().hex
    with children_ended(mark) as watcher:
        child = subprocess.Popen(["sleep", "300"])
        while not marked(mark):
            time.sleep(0.05)
    assert (child.wait(), watcher.returncode) == (-signal.SIGTERM, 0)
    assert VARIABLE not in os.environ
