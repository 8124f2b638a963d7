"""Two workers against one, on vendors that take their time."""

import os
import signal
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.benchmarks.articles import folder_of
from tests.benchmarks.contestants import Unfinished, ours_backlog
from tests.benchmarks.figures import Figure, Goal, Line
from tests.benchmarks.stage import Stage
from tests.benchmarks.vendors import Pace

from .row import Row, topics

_SHARDS, _ARTICLES = 2, 4
"""These file names are shared out evenly, two to a shard."""
_PACE = Pace(hero=25, dev=25, chutes=25)


def _workers(stage: Stage) -> Iterator[Line]:
    from tests.deployments.stack import deployable

    stage.vendors.play("photo", _PACE)
    (stage.folder / "deployed").mkdir()
    here = deployable(stage.folder / "deployed")
    _prefect(stage, here, "work-pool", "create", "--type", "process", "images")
    _prefect(stage, here, "--no-prompt", "deploy", "--name", "shard")  # alone: the others have schedules
    one, two = (_with_workers(stage, number) for number in (1, 2))
    work = f"{_ARTICLES} articles in {_SHARDS} shards, vendors {_PACE.hero:.0f} s, a shard at a time: "
    yield Line(f"{work}one worker", Figure([one], "pictures/s"))
    yield Line(f"{work}two workers", Figure([two], "pictures/s"), Goal(1.8, "of one worker's", at_least=True), one)


def _with_workers(stage: Stage, number: int) -> float:
    source = folder_of(stage.folder / f"workers-{number}", topics(_ARTICLES))
    with ExitStack() as running:
        for each in range(number):
            running.enter_context(_worker(stage, f"worker-{number}-{each}"))
        time.sleep(8)  # until they look for work
        return ours_backlog(stage, source, shards=_SHARDS).per_second


def _prefect(stage: Stage, folder: Path, *arguments: str) -> None:
    command = [str(Path(sysconfig.get_path("scripts")) / "prefect"), *arguments]
    done = subprocess.run(command, env=stage.environment, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unfinished(f"prefect {' '.join(arguments)}: {done.stdout[-1000:]}{done.stderr[-1000:]}")


@contextmanager
def _worker(stage: Stage, name: str) -> Iterator[None]:
    command = ["worker", "start", "--pool", "images", "--limit", "1", "--name", name]
    variables = {"PREFECT_WORKER_QUERY_SECONDS": "1"}
    with (stage.folder / f"{name}.log").open("w") as log:
        process = subprocess.Popen(
            [str(Path(sysconfig.get_path("scripts")) / "prefect"), *command],
            env=stage.environment | variables, cwd=stage.folder, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


ROWS = (Row("workers", _workers),)
