"""What lies in people's buckets is found again: digests, cache keys and object keys are pinned.

A failure here means that pictures are forgotten and paid for again. `python -m tests.imaging.test_pinned` writes the
pins anew, which is right only for articles that are added to the corpus.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from imaging.articles.article import Article
from imaging.articles.brand import Brand
from imaging.articles.files.parsing import parse_json, parse_markdown
from imaging.entry import described
from imaging.makers import Provider
from imaging.names import keys
from imaging.planning.models import ModelTable, model_table
from imaging.planning.over_hero import over_hero, without_hero
from imaging.planning.plan import Planner
from imaging.record import StoredImage
from imaging.slug import slugify
from imaging.spec import ImageSpec
from tests.conftest import EXAMPLES

PINS = Path(__file__).with_name("pinned.json")
BOTH: tuple[Provider, ...] = ("replicate", "chutes")
BODY = "\n\n".join(f"## Teil {number}\n\nEin Absatz über **Käse** und `Code`." for number in range(7))
MADE: dict[str, tuple[Article, tuple[Provider, ...], ModelTable]] = {
    "only a topic": (Article(topic="Tee"), BOTH, ModelTable()),
    "without vendors": (Article(topic="Tee", body=BODY, excerpt="Zwei Sätze. Mehr nicht."), (), ModelTable()),
    "replicate alone": (Article(topic="Tee", body=BODY), ("replicate",), ModelTable()),
    "branded": (
        Article(topic="Tee", user_id="acme_2", language="en", article_id="a-1", body=BODY,
                brand=Brand(color="#0a7d5a", logo="branding/logo.png", template="split")),
        BOTH, ModelTable(),
    ),
    "a slug of its own": (Article(topic="Straßenbahn", slug="tram", body=BODY), BOTH, ModelTable()),
    "rare letters": (Article(topic="བོད་ཡིག", excerpt="ދިވެހި", language="bo"), BOTH, ModelTable()),
    "Japanese": (Article(topic="発酵食品の基本", language="ja", body=BODY), BOTH, ModelTable()),
    "other models": (
        Article(topic="Tee", body=BODY), BOTH,
        model_table({"hero": {"name": "black-forest-labs/flux-dev", "price_usd": 0.025}}),
    ),
}  # fmt: skip


def corpus() -> Iterator[tuple[str, Article, tuple[Provider, ...], ModelTable]]:
    """The articles, each with the vendors that are configured, and the models."""
    for path in sorted(EXAMPLES.iterdir()):
        read = parse_json if path.suffix == ".json" else parse_markdown
        yield path.name, read(path.read_text()), BOTH, ModelTable()
    for name, made in MADE.items():
        yield name, *made


def described_plan(article: Article, providers: tuple[Provider, ...], models: ModelTable) -> dict[str, list[str]]:
    """For each picture of the plan, its fallback and its forms over a hero: digest, cache key, object key."""
    planner = Planner(article, article.slug or slugify(article.topic, article.language), models, providers, "ab" * 32)
    found: dict[str, list[str]] = {}
    specs = planner.specs()
    hero = described(specs[0], _stored(specs[0]), reused=False, url="https://images.example/hero.png")
    for spec in specs:
        forms = {"": spec, " with another seed": spec.reseeded, " instead": planner.fallback(spec)}
        if spec.needs_hero:
            forms |= {" over the hero": over_hero(spec, hero), " without a hero": without_hero(spec)}
        found |= {f"{spec.name}{form}": _places(one) for form, one in forms.items()}
    return found


def _stored(spec: ImageSpec) -> StoredImage:
    return StoredImage(
        digest=spec.digest, key=f"{spec.stem}.png", content_type="image/png", width=64, height=64, bytes=100,
        sha256="c0ffee" * 10 + "beef", md5="b" * 32, cost_usd=0.0, prediction_id=None, thumbnail="", preview="",
        thumbhash="", dominant_color="#000000",
    )  # fmt: skip


def _places(spec: ImageSpec) -> list[str]:
    return [spec.digest, spec.cache_key, keys.object_key(spec, "c0ffee" * 10 + "beef", ".png")]


CORPUS = list(corpus())


def _all() -> dict[str, dict[str, list[str]]]:
    return {name: described_plan(*rest) for name, *rest in CORPUS}  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "article", "providers", "models"), CORPUS, ids=[name for name, *_ in CORPUS])
def test_every_picture_keeps_its_digest_and_its_place(
    name: str, article: Article, providers: tuple[Provider, ...], models: ModelTable
) -> None:
    """A picture that was stored by an earlier version has the same digest, cache key and object key today."""
    assert described_plan(article, providers, models) == json.loads(PINS.read_text())[name]


if __name__ == "__main__":
    PINS.write_text(json.dumps(_all(), indent=1, ensure_ascii=False) + "\n")
