"""How a run is found in the UI: by tenant and slug."""

from pathlib import Path
from typing import Any

import httpx

from imaging.articles.article import Article
from imaging.kinds import Kind
from imaging.record import ImageSet
from tests.world import run_set


def flow_run(api: str, image_set: ImageSet) -> dict[str, Any]:
    """The run that made a set."""
    found: dict[str, Any] = httpx.get(f"{api}/flow_runs/{image_set.flow_run_id}").json()
    return found


def test_a_run_is_named_for_the_slug_that_its_article_owns(painted: Path, prefect_api: str) -> None:
    """A run says tenant and slug in its name, and the tenant in a tag; where the slug was taken, its own slug."""
    first = flow_run(prefect_api, run_set(Article(topic="C++ Grundlagen", user_id="acme"), [Kind.CARD]))
    assert first["name"] == "acme/c-grundlagen"
    assert first["tags"] == ["tenant:acme"]
    second = flow_run(prefect_api, run_set(Article(topic="C Grundlagen", user_id="acme"), [Kind.CARD]))
    assert second["name"] == "acme/c-grundlagen-882623c2"
    assert second["tags"] == ["tenant:acme"]
