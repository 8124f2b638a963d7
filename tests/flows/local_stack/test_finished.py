"""The lines of `up` on runs that have ended."""

import asyncio
from datetime import UTC, datetime
from typing import cast

import pytest

from flows.article_images import article_images
from flows.local_stack.finished import FinishedRuns
from imaging.articles.article import Article


def test_a_refused_form_is_told_by_its_field(prefect_api: str) -> None:
    """Of a run whose parameters were refused the field and the mend are printed, in no words of Prefect."""
    since = datetime.now(UTC)

    async def refused() -> None:
        await article_images(cast(Article, {"topic": ""}))

    with pytest.raises(Exception, match="must not be empty"):
        asyncio.run(refused())
    [line] = FinishedRuns(prefect_api.removesuffix("/api"), since).lines()
    assert "  Failed: article.topic: must not be empty  http" in line
    assert "parameters" not in line
