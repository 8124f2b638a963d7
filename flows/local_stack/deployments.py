"""The deployments of prefect.yaml: made by `prefect deploy`, served by a worker of their pool."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from blocks.provisioning.pool import POOL
from flows.local_stack.leftovers import end_marked
from flows.local_stack.parts import Part, PartEnded
from flows.local_stack.place import ROOT, Place

FORM = "article-images/manual"
"""The deployment that people start from the UI."""
_WORKER = "article-images-up"
_RUNS = "-runs"  # the worker's role, and that of the runs below it
_WORKER_START_SECONDS = 120.0
_DEPLOY_SECONDS = 300.0
_RUNS_STOP_SECONDS = 13.0  # a run has 10 s for its last words
_LOOK_AGAIN_SECONDS = 0.5


@contextmanager
def serving_worker(place: Place) -> Iterator[tuple[Part, int]]:
    """Run the worker; at the end it and its runs are asked to stop, and killed if they do not.

    Yields it, and a pipe that ends when it begins to work.
    """
    environment = place.environment(_RUNS)
    environment.setdefault("PREFECT_WORKER_QUERY_SECONDS", "1")  # a person waits for the run
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
            start_new_session=True,  # a Ctrl-C is for us
        )
    try:
        yield Part.of("the worker", process, log), ready
    finally:
        os.close(ready)
        end_marked(place.mark + _RUNS, _RUNS_STOP_SECONDS)
        process.wait()


def deploy(place: Place) -> None:
    """Make the deployments of prefect.yaml, or bring them up to date."""
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
    """Wait for the end of the worker's pipe. Raises PartEnded when a part (the worker is the last) has ended."""
    deadline = time.monotonic() + _WORKER_START_SECONDS
    while time.monotonic() < deadline:
        begun, _, _ = select.select([ready], [], [], _LOOK_AGAIN_SECONDS)
        for part in parts:
            part.check()
        if begun:
            return
    raise PartEnded(parts[-1].name, parts[-1].log)
