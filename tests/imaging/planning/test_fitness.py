"""A picture that is there is not yet the one that was ordered: ratio, size, and letters of cards are looked at."""

import pytest

from imaging.articles.article import Article
from imaging.makers import Provider
from imaging.planning.fitness import shortfall
from imaging.planning.models import ModelTable
from imaging.planning.plan import Planner
from imaging.spec import ImageSpec

PROVIDERS: tuple[Provider, ...] = ("replicate", "chutes", "pillow")


def specs(topic: str = "Milk", **roles: object) -> dict[str, ImageSpec]:
    article = Article(topic=topic, body="\n\n".join(f"## {n}\n\ntext" for n in range(6)), language="en")
    planner = Planner(article, "milk", ModelTable.model_validate(ModelTable().model_dump() | roles), PROVIDERS)
    return {spec.name: spec for spec in planner.specs()}


@pytest.mark.parametrize(
    ("name", "size", "words"),
    [
        ("tiktok", (2752, 1536), "2752x1536 pixels came, 9:16 was ordered"),
        ("instagram", (2752, 1536), "2752x1536 pixels came, 1:1 was ordered"),
        ("hero", (512, 512), "512x512 pixels came, 16:9 was ordered"),
        ("supporting-1", (1024, 960), "1024x960 pixels came, 1:1 was ordered"),
        ("hero", (640, 360), "640x360 pixels came, 2752x1536 were ordered"),
        ("comparison-qwen-image", (256, 256), "256x256 pixels came, 1024x1024 were ordered"),
        ("comparison-qwen-image", (1024, 768), "1024x768 pixels came, 1024x1024 was ordered"),
    ],
)
def test_what_cannot_be_published_in_its_place_degrades(name: str, size: tuple[int, int], words: str) -> None:
    """Another ratio, or less than half of the size, is named with what came and what was ordered."""
    found = shortfall(specs()[name], *size)
    assert found
    assert (found.words, found.degrades) == (words, True)


def test_what_is_merely_smaller_is_noted_and_what_was_not_ordered_is_not_asked_for() -> None:
    """Two thirds of a size are worth a note; models round their sides, may make more, and may not be asked for any."""
    smaller = shortfall(specs()["supporting-1"], 768, 768)
    assert smaller
    assert (smaller.words, smaller.degrades) == ("768x768 pixels came, 1024x1024 were ordered", False)
    for name, size in (
        ("tiktok", (768, 1344)),
        ("tiktok", (1080, 1920)),
        ("hero", (2730, 1536)),
        ("hero", (4096, 2304)),
    ):
        assert shortfall(specs()[name], *size) is None
    free = {"provider": "replicate", "name": "acme/free", "params": {}, "price_usd": 0.01}
    assert shortfall(specs(hero=free)["hero"], 640, 480) is None
    by_ratio = free | {"params": {"aspect_ratio": "3:2"}}
    assert shortfall(specs(hero=by_ratio)["hero"], 384, 256) is None  # how large this model's pictures are nobody knows
    assert shortfall(specs(hero=by_ratio)["hero"], 256, 384)


def test_a_card_that_lacks_letters_says_so() -> None:
    """Tangut is in no font here: the card says which letters are missing; Tibetan is drawn, and its digest is new."""
    lost = shortfall(specs("Kaffee \U00017000\U00017001")["linkedin"], 1200, 630)
    assert lost
    assert (lost.degrades, "\U00017000 (U+17000) and 1 more" in lost.words) == (True, True)
    assert shortfall(specs("བོད་ཀྱི་ཇ་")["linkedin"], 1200, 630) is None
    assert specs("བོད་ཀྱི་ཇ་")["linkedin"].params["fonts"] == ["NotoSansTibetan"]
    assert "fonts" not in specs()["linkedin"].params
