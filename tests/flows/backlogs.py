"""Ways to go through a source in this process, and what came of it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prefect.client.schemas.objects import State

from flows.backlog import article_backlog
from imaging.backlog import BacklogReport
from imaging.kinds import Kind
from tests.standins import FeedSite

HERO = [Kind.HERO]


def backlog_state(source: str | Path | None, user_id: str | None = None, **options: Any) -> State[Any]:
    call = article_backlog(source and str(source), user_id, **{"only": HERO} | options, return_state=True)
    return asyncio.run(call)  # type: ignore[arg-type]


def backlog(source: str | Path | None, user_id: str | None = None, **options: Any) -> BacklogReport:
    """Go through a source in this process, heroes alone unless something else is asked for."""
    report = asyncio.run(backlog_state(source, user_id, **options).aresult())
    assert isinstance(report, BacklogReport)
    return report


def counts(report: BacklogReport) -> tuple[int, int, int, int]:
    """(complete, done before, degraded, failed)"""
    return report.complete, report.done_before, report.degraded, report.failed


def put(folder: Path, **articles: str) -> Path:
    """Put articles into a folder: {name: topic}."""
    folder.mkdir(exist_ok=True)
    for name, topic in articles.items():
        (folder / f"{name}.md").write_text(f"---\ntopic: {topic}\n---\n\nWords.\n")
    return folder


@pytest.fixture
def site() -> Iterator[FeedSite]:
    with FeedSite() as running:
        yield running
