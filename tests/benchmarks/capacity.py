"""A day of articles, simulated: `python -m tests.benchmarks.capacity [--articles 1000000] [--servers 4 ...]`.

What gives way first: Prefect's server, its database, the workers, Replicate or B2. Every article passes one resource
after the other; each does so much a second and no more, and what it cannot do waits. Articles come at random, most of
them by day. What an article asks of each resource is measured (each option says by which row of `make bench`), what a
resource does a second is documented by its vendor, or how many there are. Nothing is started, and nothing is asserted.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from . import report as written

DAY = 24 * 3600
_PEAK = 2.5
"""The busiest hour against the mean of the day: newsrooms publish by day."""

Seconds = NDArray[np.float64]
"""A value for each second of the day."""


_OPTIONS: dict[str, tuple[float, str]] = {
    # What there is.
    "servers": (1, "processes of Prefect's server: a core each"),
    "database-cores": (4, "cores of PostgreSQL"),
    "worker-cores": (8, "cores of all workers"),
    "places": (8, "runs at once that the pool allows, an article each"),
    "creates": (600, "predictions a minute that Replicate creates, for all accounts"),
    "calls": (3000, "other calls a minute that Replicate answers, for all accounts"),
    "store": (500, "requests a second that the store answers"),
    # What an article of nine pictures costs: CPU seconds of one core of the machine that `make bench` ran on.
    "server-cpu": (0.68, "CPU seconds of the server an article: row `backlog originals`, times nine"),
    "database-cpu": (0.2, "CPU seconds of PostgreSQL an article: row `backlog postgres`"),
    "worker-cpu": (20, "CPU seconds of a worker an article: row `backlog formats photo`, times nine, and a start"),
    "article-seconds": (20, "seconds that a run has its place: rows `article formats photo` and `start`"),
    "orders": (5, "predictions an article"),
    "polls": (27, "other calls an article: row `requests`"),
    "requests": (114, "requests to the store an article: row `requests`, and one for each web format and pinned copy"),
    "database-kib": (60, "KiB of Prefect's database an article: row `many articles`"),
}
"""Name of each option: its default, and what it is."""


@dataclass(frozen=True)
class Resource:
    """Something that does so much a second. `each`: what an article asks of it; `more`: what to do when it is short."""

    name: str
    each: float
    a_second: float
    unit: str
    more: str

    @property
    def articles_a_day(self) -> float:
        """How many articles a day it serves, if they come evenly."""
        return self.a_second / self.each * DAY


@dataclass(frozen=True)
class Load:
    """How a resource fared: the shares of it that the day's articles ask for, and how long they waited.

    A queue before a short resource spares those behind it: their waits are what is seen once it is no longer short.
    """

    resource: Resource
    mean: float
    peak: float
    wait: float
    """Seconds that the unluckiest article waited here; what is left at midnight waits on."""
    left: float
    """Articles that still wait at the end of the day."""


def arrivals(articles: int, seed: int = 1) -> Seconds:
    """Return how many articles come in each second of a day: Poisson, with a busy hour at noon."""
    hours = np.arange(DAY) / 3600
    shape = np.exp(-0.5 * ((hours - 12) / 3.2) ** 2)
    shape = shape / shape.mean()
    # Mixed with an even stream, so that the busiest hour has `_PEAK` times the mean.
    share = (_PEAK - 1) / (shape.max() - 1)
    rate = articles / DAY * (1 + share * (shape - 1))
    coming: Seconds = np.random.default_rng(seed).poisson(rate).astype(np.float64)
    return coming


def day(articles: int, resources: Sequence[Resource]) -> list[Load]:
    """Send a day's articles through the resources, one after the other."""
    arriving = coming = arrivals(articles)
    loads = []
    for resource in resources:
        served, waiting = _through(coming, resource.a_second / resource.each)
        asked = arriving * resource.each / resource.a_second
        busiest = asked.reshape(24, 3600).mean(axis=1).max()
        wait = float(waiting.max()) * resource.each / resource.a_second
        loads.append(Load(resource, float(asked.mean()), float(busiest), wait, float(waiting[-1])))
        coming = served
    return loads


def _through(coming: Seconds, a_second: float) -> tuple[Seconds, Seconds]:
    """Return how many articles a resource is done with in each second, and how many wait at its end."""
    # The queue is how far what came is ahead of what could be done since it was last empty.
    ahead = np.cumsum(coming - a_second)
    waiting = ahead - np.minimum(np.minimum.accumulate(ahead), 0)
    before = np.concatenate([[0.0], waiting[:-1]])
    return before + coming - waiting, waiting


def resources(given: argparse.Namespace) -> list[Resource]:
    """Return the resources in the order in which an article meets them."""
    return [
        Resource("Prefect's server", given.server_cpu, given.servers, "cores",
                 "more server processes behind one address (`--no-services`, PostgreSQL, Redis)"),
        Resource("PostgreSQL", given.database_cpu, given.database_cores, "cores", "more cores; old runs deleted"),
        Resource("places of the pool", given.article_seconds, given.places, "runs",
                 "`prefect work-pool update --concurrency-limit N images`, and more workers"),
        Resource("workers", given.worker_cpu, given.worker_cores, "cores", "more workers"),
        Resource("creates at Replicate", given.orders, given.creates / 60, "a second",
                 "a higher limit at Replicate, then `prefect gcl update images-replicate`"),
        Resource("other calls to Replicate", given.polls, given.calls / 60, "a second",
                 "a longer REPLICATE_POLL_INTERVAL"),
        Resource("requests to B2", given.requests, given.store, "a second",
                 "a higher limit at B2; fewer IMAGES_VARIANT_WIDTHS, IMAGES_PINNED=false"),
    ]  # fmt: skip


def report(articles: int, given: argparse.Namespace) -> str:
    """Return the day as a table in Markdown, and lines that name what gives way first, and what to do then."""
    loads = day(articles, resources(given))
    lines = [
        f"**{articles:,} articles a day**",
        "",
        "| resource | has | serves a day, evenly | mean load | busiest hour | longest wait | left at midnight |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for load in loads:
        one = load.resource
        lines.append(
            f"| {one.name} | {one.a_second:.3g} {one.unit} | {one.articles_a_day:,.0f} | {load.mean:.0%} | "
            f"{load.peak:.0%} | {_time(load.wait)} | {load.left:,.0f} |"
        )
    first, *others = sorted((load.resource for load in loads), key=lambda one: one.articles_a_day)
    evenly, busy = first.articles_a_day, first.articles_a_day / _PEAK
    lines += ["", f"First: {first.name}, at {evenly:,.0f} articles a day if they come evenly, {busy:,.0f} if not."]
    lines.append(f"Mend: {first.more}. Then in this order: {', '.join(one.name for one in others)}.")
    lines.append(f"Prefect's database grows by {articles * given.database_kib / 2**20:,.1f} GiB a day.")
    return "\n".join(lines)


def _time(seconds: float) -> str:
    return (
        f"{seconds:.0f} s"
        if seconds < 120
        else f"{seconds / 60:.0f} min"
        if seconds < 7200
        else f"{seconds / 3600:.1f} h"
    )


def main() -> int:
    """Simulate the day that the options describe."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.capacity", description=__doc__)
    parser.add_argument("--articles", type=int, action="append", help="a day; may be repeated (default 1000, 1000000)")
    for name, (default, what) in _OPTIONS.items():
        parser.add_argument(f"--{name}", type=float, default=default, metavar="N", help=f"{what} (default {default:g})")
    parser.add_argument("--write", type=Path, help="put what is found into this file, between its two marks")
    options = parser.parse_args()
    found = "\n\n".join(report(each, options) for each in options.articles or (1000, 1_000_000))
    sys.stdout.write(f"{found}\n")
    if options.write:
        written.write(options.write, found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
