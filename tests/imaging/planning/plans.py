"""Plans of articles for the tests of planning."""

from typing import Any

from imaging.articles.article import Article
from imaging.makers import Provider
from imaging.planning.models import ModelTable
from imaging.planning.plan import Planner
from imaging.spec import ImageSpec

ALL: tuple[Provider, ...] = ("replicate", "chutes")
BODY = "\n\n".join(f"## Teil {number}\n\nText." for number in range(7))
LONG = [
    "hero", "supporting-1", "supporting-2", "comparison-juggernautxl", "comparison-qwen-image",
    "linkedin", "facebook", "instagram", "tiktok",
]  # fmt: skip


def plan(article: Article, providers: tuple[Provider, ...] = ALL, **options: Any) -> dict[str, ImageSpec]:
    models = options.pop("models", ModelTable())
    specs = Planner(article, options.pop("slug", "tee"), models, providers, **options).specs()
    assert len({spec.name for spec in specs}) == len(specs)
    return {spec.name: spec for spec in specs}


def tea(**fields: Any) -> Article:
    return Article(**({"topic": "Tee", "body": BODY} | fields))
