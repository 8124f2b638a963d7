"""The deployments of prefect.yaml: created by `prefect deploy`, served by a worker of their pool."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from blocks.provisioning.pool import POOL
from flows.local_stack.leftovers import end_marked
from flows.local_stack.part import Part, PartEnded
from flows.local_stack.place import ROOT, Place

FORM = "article-images/manual"
"""The deployment that users start from the UI."""
_WORKER = "article-images-up"
_RUNS = "-runs"  # the role of the worker and of its runs, appended to the mark
_WORKER_START_SECONDS = 120.0
_DEPLOY_SECONDS = 300.0
_RUNS_STOP_SECONDS = 13.0  # a run has 10 s to stop gracefully
_LOOK_AGAIN_SECONDS = 0.5


@contextmanager
def serving_worker(place: Place) -> Iterator[tuple[Part, int]]:
    """Run the worker; at the end, stop it and its runs, and kill them if they do not stop.

    Yields the worker, and a pipe that is closed when it begins to work.
    """
    environment = place.environment(_RUNS)
    environment.setdefault("PREFECT_WORKER_QUERY_SECONDS", "1")  # a user is waiting for the run
    log = place.log("worker")
    ready, writer = os.pipe()
    with log.open("ab") as output, open(writer, "wb"):
        process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "flows.local_stack.worker", POOL, _WORKER, str(writer)],
            pass_fds=[writer],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment,
            cwd=ROOT,
            start_new_session=True,  # so that Ctrl-C reaches `up` alone
        )
    try:
        yield Part.of("the worker", process, log), ready
    finally:
        os.close(ready)
        end_marked(place.mark + _RUNS, _RUNS_STOP_SECONDS)
        process.wait()


def deploy(place: Place) -> None:
    """Create or update the deployments of prefect.yaml."""
    log = place.log("deploy")
    with log.open("wb") as output:
        try:
            done = subprocess.run(
                [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=place.environment(),
                cwd=ROOT,
                start_new_session=True,
                timeout=_DEPLOY_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise PartEnded("prefect deploy", log) from None
    if done.returncode:
        raise PartEnded("prefect deploy", log)


def wait_until(ready: int, parts: list[Part]) -> None:
    """Wait until the worker closes its pipe. Raises PartEnded if a part (the worker is the last) has ended."""
    deadline = time.monotonic() + _WORKER_START_SECONDS
    while time.monotonic() < deadline:
        begun, _, _ = select.select([ready], [], [], _LOOK_AGAIN_SECONDS)
        for part in parts:
            part.check()
        if begun:
            return
    raise PartEnded(parts[-1].name, parts[-1].log)
