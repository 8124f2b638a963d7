"""The flows, called as a user calls them from Python: a job as JSON on standard input, figures on standard output.

A process of its own for each call, as a worker starts one; its imports are not timed (the rows `start` time those).
"""

import asyncio
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from flows.article_images import article_images
from flows.backlog import article_backlog
from imaging.articles.article import Article
from tests.benchmarks.articles import pictures_of


def main() -> None:
    """Do the job; print its figures."""
    job: dict[str, Any] = json.load(sys.stdin)
    began, cpu = time.perf_counter(), _cpu()
    pictures, status = _article(job["article"]) if "article" in job else _backlog(job)
    figures = {
        "seconds": time.perf_counter() - began,
        "cpu_seconds": _cpu() - cpu,
        "pictures": pictures,
        "mib": _peak_mib(),
    }
    json.dump({**figures, "status": status}, sys.stdout)


def _article(fields: dict[str, Any]) -> tuple[int, str]:
    image_set: Any = asyncio.run(article_images(Article.model_validate(fields)))
    return sum(image.durable for image in image_set.images), image_set.status


def _backlog(parameters: dict[str, Any]) -> tuple[int, str]:
    report: Any = asyncio.run(article_backlog(**parameters))
    return pictures_of(parameters) * report.complete, report.status


def _cpu() -> float:
    """Seconds of processor time of this process and of those it has waited for."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _peak_mib() -> float:
    """The most memory of this process. `ru_maxrss` would begin with that of the process that started this one."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1]) / 1024


if __name__ == "__main__":
    main()
