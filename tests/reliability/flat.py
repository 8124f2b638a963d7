"""How much memory and time a backlog takes: `python -m tests.reliability.flat [--articles 10000] [--runs 1000]`.

Two passes in this process over a folder of so many articles, with nothing configured. In the first all but `runs`
are done already, by the index; those are run, with no picture to make (short articles have no supporting ones), so
that what is measured is the backlog and Prefect. In the second everything is done.
"""

import argparse
import asyncio
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.reliability.harness.process import clean_environment
from tests.reliability.rows.table import console


def articles(folder: Path, count: int) -> None:
    """Write so many articles of some 3 KB each."""
    for number in range(count):
        name = folder / f"{number // 1000:03}" / f"{number}.md"
        name.parent.mkdir(exist_ok=True)
        name.write_text(f"---\ntopic: Topic number {number}\n---\n\n" + "Some words about it. " * 140)


def resident() -> int:
    """The resident memory of this process, in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1_000_000


@contextmanager
def watched(title: str, every: float = 20.0) -> Iterator[None]:
    """Print the memory now and then, and the time at the end."""
    out, ended = console(), threading.Event()

    def watch() -> None:
        while not ended.wait(every):
            out.print(f"  {time.monotonic() - began:6.0f} s  {resident()} MB")

    began = time.monotonic()
    threading.Thread(target=watch, daemon=True).start()
    out.print(f"{title}: {resident()} MB at the beginning")
    try:
        yield
    finally:
        ended.set()
    out.print(f"{title}: {resident()} MB at the end, {time.monotonic() - began:.1f} s")


def main() -> None:
    """Measure, and print what was found."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--articles", type=int, default=10_000)
    options.add_argument("--runs", type=int, default=1_000)
    options.add_argument("--at-once", type=int, default=4)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="article-images-flat-") as name:
        home = Path(name)
        os.environ.clear()
        os.environ.update(clean_environment())
        os.environ |= {
            "PREFECT_HOME": str(home / "prefect"),
            "IMAGES_DATA_DIR": str(home / "data"),
            "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
        }
        (home / "articles").mkdir()
        articles(home / "articles", chosen.articles)
        measure(home, chosen.articles - chosen.runs, chosen.at_once)


def measure(home: Path, done: int, at_once: int) -> None:
    """Go through the folder twice; the first `done` of its articles are done from the start."""
    from blocks.records.backlog_index import Done, Index
    from blocks.run import begun_run
    from blocks.sources.files import files_in
    from flows.backlog import article_backlog, place_of
    from flows.backlog_run.source_pass import BacklogTerms
    from flows.commands.prefect_api import prefect_api
    from imaging.kinds import Kind

    source, terms = str(home / "articles"), BacklogTerms(at_once=at_once, only=(Kind.SUPPORTING,))
    with prefect_api():
        with begun_run() as run:
            services = run.services
            index = Index(services.records(bucket_answers=True), place_of(services, source, None, terms))
        for entry in files_in(Path(source)).entries[:done]:
            index.note(entry.key, Done(entry.fingerprint(), "complete", "slug"))
        index.save()
        for title in ("with runs", "all done"):
            with watched(title):
                report = asyncio.run(article_backlog(source, at_once=at_once, only=list(terms.only)))
            console().print(str(report))


if __name__ == "__main__":
    main()
