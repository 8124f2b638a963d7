"""How long a process takes that has nothing to make: the whole of it, from the shell's point of view."""

import json
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.articles import article
from tests.benchmarks.contestants import Unfinished
from tests.benchmarks.figures import Figure, Goal, Line
from tests.benchmarks.stage import Stage
from tests.benchmarks.vendors import Pace

from .row import Row, topics


def _start(stage: Stage) -> Iterator[Line]:
    stage.vendors.play("photo", Pace())
    path = stage.folder / "article.json"
    path.write_text(json.dumps(article(*topics(1))))
    stage = stage.without("PREFECT_API_URL")
    beside = stage.with_variables(PREFECT_HOME=str(stage.home))
    alone = stage.with_variables(IMAGES_SERVER_LINGER="0")  # in a home of its own
    run = ("run", str(path), "--json")
    _timed(stage, "--help")
    yield Line("`article-images --help`", _figure([_timed(stage, "--help") for _ in range(5)]), Goal(0.3))
    _timed(beside, *run)
    work = "a run with everything there, whole process"
    up = [_timed(beside, *run) for _ in range(2)]
    yield Line(f"{work}, beside a server that is up", _figure(up), Goal(4.5))
    _alone(alone, *run)  # makes the database
    yield Line(f"{work}, without a server", _figure([_alone(alone, *run)]), Goal(15))


def _alone(stage: Stage, *arguments: str) -> float:
    """Run with a server that is started for it, and wait until that has ended."""
    from tests.deployments.stack import wait_for

    seconds = _timed(stage, *arguments)
    note = json.loads((Path(stage.environment["PREFECT_HOME"]) / "article-images-server.json").read_text())
    wait_for(lambda: not Path(f"/proc/{note['pid']}").exists())
    return seconds


def _timed(stage: Stage, *arguments: str) -> float:
    command = [sys.executable, str(Path(sysconfig.get_path("scripts")) / "article-images"), *arguments]
    began = time.perf_counter()
    done = subprocess.run(command, env=stage.environment, cwd=stage.folder, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    if done.returncode:
        raise Unfinished(f"{arguments[0]} ended with {done.returncode}: {done.stderr[-2000:]}")
    return seconds


def _figure(seconds: list[float]) -> Figure:
    return Figure(seconds, "s")


ROWS = (Row("start", _start),)
