"""Requests, counted at the wire: what one article asks of vendors, store and Prefect."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator

from tests.benchmarks.articles import PICTURES
from tests.benchmarks.contestants import NOT_INSTALLED, genblaze, ours_article, plain
from tests.benchmarks.figures import Figure, Goal, Line
from tests.benchmarks.stage import Stage
from tests.benchmarks.vendors import AS_IN_LIFE

from .row import Row, topics


def _requests(stage: Stage) -> Iterator[Line]:
    stage.vendors.play("photo", AS_IN_LIFE)
    topic = topics(1)[0]
    with stage.counted() as (behind, prefect, s3):
        stage.vendors.taken()
        ours_article(behind, topic)
        asked, told, stored = stage.vendors.taken(), prefect.taken(), s3.taken()
        yield from _of_vendors(asked)
        _show("Prefect, first run", told)
        ours_article(behind, topic)
        again, stored_again = prefect.taken(), s3.taken()
        _show("Prefect, all there", again)
        yield Line("Prefect API requests, first run", _number(told.total()), Goal(25))
        yield Line("Prefect API requests, all there", _number(again.total()), Goal(14))
        of_genblaze = s3.taken() if genblaze(behind, topics(1)) else None
        plain(behind, topics(1))
        of_plain = s3.taken()
    yield _of_store("GET, HEAD and LIST", 5, "1", _reads, (stored, of_genblaze, of_plain))
    yield _of_store("PUT", 20, str(PICTURES + 2), _writes, (stored, of_genblaze, of_plain))
    yield Line("S3 requests, all there: reads and writes", _number(stored_again.total()))


def _of_vendors(asked: Counter[str]) -> Iterator[Line]:
    """A hero: ordered once, asked for with the vendor's usual time in mind, fetched once."""
    _show("vendors, first run", asked)
    for what, bound in (("create", 1), ("get", 6), ("download", 1)):
        name = {"create": "creates", "get": "polls", "download": "downloads"}[what]
        yield Line(f"requests for a hero of 8 s: {name}", _number(asked[f"{what} hero"]), Goal(bound))


def _of_store(
    what: str,
    bound: int,
    limit: str,
    of: Callable[[Counter[str]], int],
    counts: tuple[Counter[str], Counter[str] | None, Counter[str]],
) -> Line:
    ours, of_genblaze, of_plain = counts
    return Line(
        f"S3 requests for nine originals, pinned copies off: {what}",
        _number(of(ours)),
        Goal(bound),
        limit=limit,
        genblaze=_number(of(of_genblaze)) if of_genblaze else NOT_INSTALLED,
        plain=_number(of(of_plain)),
    )


def _reads(counts: Counter[str]) -> int:
    return sum(counts[each] for each in ("GET", "HEAD", "LIST"))


def _writes(counts: Counter[str]) -> int:
    return counts["PUT"]


def _number(count: int) -> Figure:
    return Figure([count], "")


def _show(title: str, counts: Counter[str]) -> None:
    """Say on standard error which requests they were: where to look for those that can be spared."""
    sys.stderr.write(f"  {title}: {counts.total()}\n")
    for name, count in counts.most_common():
        sys.stderr.write(f"    {count:4} {name}\n")


ROWS = (Row("requests", _requests),)
