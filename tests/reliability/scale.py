"""Many machines: `make scale`, or `python -m tests.reliability.scale [--articles N] [--kill worker|parent|none]`.

Prefect on PostgreSQL, one bucket, two workers with separate homes, code and data, and a backlog in shards. In the
middle one worker's machine is gone: kill -9 for every process of it. Nobody presses anything after that. Exit code 1
where a picture was paid twice or is missing, or where it takes too long.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from tests.reliability.cluster.cluster import Cluster, open_cluster
from tests.reliability.cluster.count import Kill, Outcome, complete, hashes_in
from tests.reliability.cluster.many_articles import Written, articles
from tests.reliability.cluster.postgres import NoPostgres
from tests.reliability.harness.ledger import as_after_a_kill

_DELAY = 0.5
"""Seconds that a vendor takes over a picture."""
_RUNS_AT_ONCE = 3
_SHARDS = 4
_SOURCE = "editorial/2026/"
_LOOK_SECONDS = 1.0


def main() -> int:
    """Play it once and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability.scale", description=__doc__)
    parser.add_argument("--articles", type=int, default=200, choices=range(1, 201), metavar="1..200")
    whose = "whose machine dies: that of the backlog's own run (parent), or the other one"
    parser.add_argument("--kill", choices=("worker", "parent", "none"), default="worker", help=whose)
    parser.add_argument("--minutes", type=float, default=40, help="after so many it has failed (default 40)")
    parser.add_argument("--keep", type=Path, help="an empty folder for logs and pictures, which is left there")
    options = parser.parse_args()
    written = articles(options.articles)
    try:
        with tempfile.TemporaryDirectory(prefix="article-images-scale-", ignore_cleanup_errors=True) as temporary:
            folder = options.keep or Path(temporary)
            folder.chmod(0o755)  # PostgreSQL runs as a user of its own
            with open_cluster(folder, workers=2, runs_at_once=_RUNS_AT_ONCE, delay=_DELAY) as cluster:
                outcome = play(cluster, written, options.kill, options.minutes * 60)
    except NoPostgres as how:
        Console(stderr=True).print(str(how), style="red")
        return 2
    Console(width=max(Console().width, 120)).print(outcome.table())
    for complaint in outcome.complaints:
        Console().print(complaint, style="red", markup=False)
    return 1 if outcome.complaints else 0


def play(cluster: Cluster, written: list[Written], whom: str, seconds: float) -> Outcome:
    """Put the articles into the bucket, start the backlog, kill, wait, count."""
    source = cluster.bucket / _SOURCE
    source.mkdir(parents=True)
    for article in written:
        (source / article.name).write_text(article.markdown)
    began = time.monotonic()
    deadline = began + seconds
    parameters = json.dumps({"source": f"bucket:{_SOURCE}", "shards": _SHARDS})
    cluster.operator.call("log", "prefect", "deployment", "run", "article-backlog/nightly", "--params", parameters)
    kill = None
    if whom != "none":
        _until(lambda: len(complete(cluster.bucket, written)) >= len(written) // 3, deadline)
        kill = _kill(cluster, written, of_parent=whom == "parent")
        _say(f"{kill.machine} is gone, {len(kill.runs)} runs with it; {kill.complete} articles are done")
    ended = _until(lambda: _parent(cluster)["state"]["type"] == "COMPLETED", deadline)
    return Outcome.of(cluster, written, kill, time.monotonic() - began, ended=ended)


def _kill(cluster: Cluster, written: list[Written], *, of_parent: bool) -> Kill:
    """Kill the machine that has the backlog's own run, or the other one; note what was under way."""
    parent = _parent(cluster)["id"]
    runs = {machine.folder.name: machine.runs() for machine in cluster.workers}
    [victim] = [machine for machine in cluster.workers if (parent in runs[machine.folder.name]) is of_parent]
    at, killed = time.time(), victim.kill()
    done = len(complete(cluster.bucket, written))
    time.sleep(2 * _DELAY + 1)  # what was on its way at the kill has been answered by then
    kept = hashes_in(cluster.bucket)
    before = len(cluster.chutes.deliveries)
    cluster.chutes.deliveries[:before] = as_after_a_kill(cluster.chutes.deliveries[:before], kept)
    return Kill(victim.folder.name, at, killed, runs[victim.folder.name], done, runs)


def _parent(cluster: Cluster) -> dict[str, Any]:
    """The backlog's own run."""
    return next(run for run in cluster.runs("article-backlog") if not run["parameters"].get("shard"))


def _until(seen: Callable[[], bool], deadline: float) -> bool:
    """Look until something is seen; tell whether it was in time. A server that is slow for a moment is asked again."""
    while time.monotonic() < deadline:
        with suppress(httpx.HTTPError):
            if seen():
                return True
        time.sleep(_LOOK_SECONDS)
    return False


def _say(text: str) -> None:
    Console(stderr=True, highlight=False).print(text, markup=False)


if __name__ == "__main__":
    sys.exit(main())
