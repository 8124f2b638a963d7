"""The flow `repair`: what it does beside the spool's pictures (`tests/tasks/test_repairing.py`)."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from prefect.client.orchestration import get_client

from blocks.locks.unused_limits import all_limits
from flows.repair import repair
from imaging.articles.article import Article
from imaging.kinds import Kind
from imaging.names import lock_names
from tests.world import run_set


def test_repair_removes_the_limits_of_an_article_that_was_done_last_week(painted: Path, prefect_api: str) -> None:
    """Those of an article that was run just now stay; the old one's next run makes them anew."""
    old, new = (run_set(Article(topic=topic), [Kind.CARD]).slug for topic in ("Letzte Woche", "Gerade eben"))
    with closing(sqlite3.connect(Path(os.environ["PREFECT_HOME"]) / "prefect.db", timeout=30)) as database, database:
        aged = "UPDATE concurrency_limit_v2 SET updated = datetime('now', '-8 days') WHERE name LIKE ?"
        assert database.execute(aged, (f"article-images.%.{old}",)).rowcount == 2
    assert repair() == {"repaired": 0, "left": 0}
    assert limits_of(old) == set()
    assert limits_of(new) == {lock_names.article_lock(purpose, "default", new) for purpose in ("run", "claim")}
    assert run_set(Article(topic="Letzte Woche"), [Kind.CARD]).status == "complete"
    assert lock_names.article_lock("run", "default", old) in limits_of(old)


def limits_of(slug: str) -> set[str]:
    """The names of an article's limits."""
    with get_client(sync_client=True) as client:
        return {limit.name for limit in all_limits(client) if limit.name.endswith(f".{slug}")}
