"""The stop sweep: `make stops`, or `python -m tests.reliability.stops [--what run,backlog,engine] [--twice]`.

SIGINT and SIGTERM at every step of a run, from its first moment to its end. Exit code 1 where more was ordered a second
after the signal, where the process took longer than ten, or where its end, its words or its runs' states are not as
docs/reliability.md says. `engine` is a deployment's run as a process worker starts it.
"""

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.reliability.harness.engine import new_run, start_engine
from tests.reliability.harness.pool import in_order
from tests.reliability.harness.world import ARTICLE, World, open_world, prefect_server

DELAY = 3.0
"""Seconds that a vendor takes over a picture: the run goes on for so long after its first order."""
_BOUND_SECONDS, _ORDERS_SECONDS = 10.0, 1.0
_PYTHON_SECONDS = 0.25  # until then Python itself is starting, and a signal ends it as it ends any process
_PATIENCE = 150.0
_TOPICS = ("Kaffee", "Tee", "Wasser")


@dataclass(frozen=True)
class Moment:
    """Which signal, how long after the start of what."""

    what: str
    number: signal.Signals
    seconds: float
    twice: bool

    def __str__(self) -> str:
        return f"{self.what}, {self.number.name}{' twice' if self.twice else ''} at {self.seconds:.2f} s"


@dataclass(frozen=True)
class Stop:
    """What came of one signal."""

    moment: Moment
    exit_code: int | None
    took: float
    late_orders: int
    orders: int
    said: str
    states: tuple[tuple[str, str], ...]

    @property
    def complaints(self) -> list[str]:
        """Why this stop is red; empty where it is not."""
        return list(self._complaints())

    def _complaints(self) -> Iterator[str]:
        number = self.moment.number
        if self.exit_code is None or self.took > (1.5 if self.moment.twice else _BOUND_SECONDS):
            yield f"it took {self.took:.1f} s"
        if self.late_orders:
            yield f"{self.late_orders} orders later than a second after the signal"
        early = self.moment.seconds < _PYTHON_SECONDS and self.exit_code == -number
        if self.exit_code not in {128 + number, 0, 3} and not early:
            yield f"exit code {self.exit_code}"
        if self.moment.twice or early:
            return
        if self.exit_code == 128 + number and f"stopped by {number.name}" not in self.said:
            yield f"it said {self.said!r}"
        for state, message in self.states:
            if state != "COMPLETED" and not (state == "CANCELLED" and message.startswith(f"stopped by {number.name}")):
                yield f"a run is {state}: {message}"


def stop(moment: Moment, prefect_api: str, root: Path) -> Stop:
    """Start, send the signal, and see what comes of it."""
    with open_world(Path(tempfile.mkdtemp(prefix="stop-", dir=root)), prefect_api, delay=DELAY) as world:
        process = _STARTS[moment.what](world)
        time.sleep(moment.seconds)
        process.send_signal(moment.number)
        began = time.monotonic()
        if moment.twice:
            time.sleep(0.2)
            process.send_signal(moment.number)
        _wait(process, _ORDERS_SECONDS)
        soon = _orders(world)
        _wait(process, _PATIENCE)
        took = time.monotonic() - began
        exit_code = process.poll()
        process.kill()
        process.wait()
        said = (world.folder / "stderr").read_text()
        late = _orders(world) - soon
        return Stop(moment, exit_code, took, late, _orders(world), said, tuple(_states(world, prefect_api)))


def measured(what: str, prefect_api: str, root: Path) -> float:
    """The seconds that the whole of it takes."""
    with open_world(Path(tempfile.mkdtemp(prefix="whole-", dir=root)), prefect_api, delay=DELAY) as world:
        began = time.monotonic()
        if code := _STARTS[what](world).wait(_PATIENCE):
            raise RuntimeError(f"{what} does not work: {code}, {(world.folder / 'stderr').read_text()}")
        return time.monotonic() - began


def _run(world: World) -> "subprocess.Popen[str]":
    return world.start(*world.run_arguments())


def _backlog(world: World) -> "subprocess.Popen[str]":
    folder = world.folder / "articles"
    folder.mkdir()
    for topic in _TOPICS:
        (folder / f"{topic}.json").write_text(json.dumps({"topic": topic}))
    return world.start("backlog", str(folder), "--json", "--user-id", world.tenant, "--at-once", "2", "--only", "hero")


def _engine(world: World) -> "subprocess.Popen[str]":
    run = new_run(world, "article_images", {"article": ARTICLE | {"user_id": world.tenant}})
    return start_engine(world, "article_images", run)


_STARTS: dict[str, Callable[[World], "subprocess.Popen[str]"]] = {"run": _run, "backlog": _backlog, "engine": _engine}


def _orders(world: World) -> int:
    return len(world.replicate.paid) + len(world.chutes.paid)


def _wait(process: "subprocess.Popen[str]", seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return


def _states(world: World, prefect_api: str) -> Iterator[tuple[str, str]]:
    recent: list[dict[str, Any]] = httpx.post(f"{prefect_api}/flow_runs/filter", json={"sort": "ID_DESC"}).json()
    for run in recent:
        if world.tenant in json.dumps(run["parameters"]):
            yield run["state"]["type"], run["state"]["message"] or ""


def moments(what: str, length: float, step: float, *, twice: bool) -> list[Moment]:
    """Both signals in turn, at every step."""
    both = (signal.SIGINT, signal.SIGTERM)
    return [Moment(what, number, n * step, twice) for n in range(int(length / step) + 1) for number in both]


def _told(one: Stop) -> str:
    states = ", ".join(sorted(state for state, _ in one.states)) or "no run"
    end = f"exit {one.exit_code} after {one.took:.1f} s, {one.orders} orders, {states}"
    return f"{one.moment}: {'; '.join(one.complaints) or 'ok'} ({end})"


def main(arguments: Sequence[str] | None = None) -> int:
    """Sweep, and say what was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability.stops", description=__doc__)
    parser.add_argument("--step", type=float, default=0.25, help="seconds between two moments (default 0.25)")
    parser.add_argument("--what", default=",".join(_STARTS), help="run, backlog, engine (default: all)")
    parser.add_argument("--twice", action="store_true", help="send each signal twice: the second ends it at once")
    parser.add_argument("--jobs", type=int, default=2, help="stops at a time (default 2)")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it, its children too
    red = 0
    with tempfile.TemporaryDirectory(prefix="article-images-stops-", ignore_cleanup_errors=True) as folder:
        root = Path(folder)
        with prefect_server(root / "prefect") as api:
            for what in options.what.split(","):
                planned = moments(what, measured(what, api, root), options.step, twice=options.twice)
                stops = in_order(planned, lambda moment: stop(moment, api, root), _told, options.jobs)
                red += sum(bool(one.complaints) for one in stops)
                print(f"{what}: {len(stops)} stops, {sum(bool(one.complaints) for one in stops)} red")  # noqa: T201
    return 1 if red else 0


if __name__ == "__main__":
    sys.exit(main())
