"""The price of an article with as many pictures as there can be, before one is known."""

from collections.abc import Collection

from imaging.articles.article import Article
from imaging.makers import Provider
from imaging.planning.models import ModelTable
from imaging.planning.plan import Planner

_SECTIONS = 6  # from so many on, an article has all of its supporting pictures


def usual_price(models: ModelTable, providers: Collection[Provider]) -> float:
    """Return what the vendors' list prices come to for an article of six sections, in USD."""
    body = "\n\n".join(f"## Section {number}\n\nText." for number in range(_SECTIONS))
    specs = Planner(Article(topic="Topic", body=body), "topic", models, providers).specs()
    return round(sum(spec.price_usd for spec in specs), 6)
