"""What was refused once is not bought again, and what it cost is counted."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from blocks.delivery import answers
from imaging.articles.article import Article
from imaging.kinds import Kind
from imaging.record import Image
from tests.standins.pictures import picture
from tests.world import World, run_set

ARTICLE = Article(topic="Kaffee richtig lagern")
HERO_USD, COMPARISON_USD = 0.06, 0.006


def hero(*, refresh: bool = False) -> Image:
    return run_set(ARTICLE, [Kind.HERO], refresh=refresh).images[0]


def month(world: World) -> dict[str, Any]:
    """What the bucket says was spent by the tenant in this month, and is reserved."""
    spent = world.store.get_json(f"_results/default/_spend/{datetime.now(UTC):%Y-%m}.json")
    assert isinstance(spent, dict)
    return {name: spent[name] for name in ("spent", "reserved")}


def test_a_refused_answer_of_chutes_is_not_ordered_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three runs pay once: entries, set and the tenant's month say so, and only a refresh orders again."""
    monkeypatch.setenv("IMAGES_BUDGETS", json.dumps({"month_usd": 0.024}))
    world.chutes.fault("generate", "polyglot", times=None)
    first, *later = [run_set(ARTICLE, [Kind.COMPARISON]) for _ in range(3)]
    assert world.paid == (0, 2)
    assert [(image.status, image.cost_usd) for image in first.images] == [("failed", COMPARISON_USD)] * 2
    assert (first.cost_usd, [one.cost_usd for one in later]) == (2 * COMPARISON_USD, [0, 0])
    assert month(world) == {"spent": 2 * COMPARISON_USD, "reserved": {}}
    for image_set in (first, *later):
        for image in image_set.images:
            assert "after the picture's end (refused on 20" in str(image.error)
            assert str(image.error).endswith(" UTC; --refresh orders it again)")
    assert [image.error for image in later[-1].images] == [image.error for image in first.images]

    world.chutes.faults.clear()
    anew = run_set(ARTICLE, [Kind.COMPARISON], refresh=True)
    assert (anew.status, anew.cost_usd, month(world)["spent"]) == ("complete", 0.012, 0.024)
    world.delete(str(anew.images[0].key))  # what was refused before it was accepted is no reason not to make it anew
    monkeypatch.setenv("IMAGES_BUDGETS", "{}")
    assert run_set(ARTICLE, [Kind.COMPARISON]).status == "complete"
    assert world.paid == (0, 5)


def test_a_refused_file_of_replicate_is_not_ordered_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within its hour it is looked at again for nothing, since our limits may have changed; after that it is known."""
    monkeypatch.setenv("IMAGES_MAX_PIXELS", "10000")
    first = hero()
    assert (first.status, first.cost_usd) == ("failed", HERO_USD)
    monkeypatch.delenv("IMAGES_MAX_PIXELS")
    assert (hero().status, hero().cost_usd) == ("stored", 0)

    world.replicate.fault("download", "polyglot", times=None)
    other = Article(topic="Tee richtig lagern")
    assert run_set(other, [Kind.HERO]).cost_usd == HERO_USD
    world.replicate.expire()
    again = run_set(other, [Kind.HERO])
    assert (again.images[0].status, again.cost_usd) == ("failed", 0)
    assert "--refresh orders it again" in str(again.images[0].error)
    assert world.paid == (2, 0)
    assert month(world) == {"spent": 2 * HERO_USD, "reserved": {}}


def test_an_output_that_holds_its_picture_is_stored(world: World) -> None:
    """A `data:` URI in whatever shape is the picture; nothing that we publish or store repeats it."""
    data = picture("inline", 2752, 1536, "png")
    uri = f"data:application/octet-stream;base64,{base64.b64encode(data + bytes(99)).decode()}"
    world.replicate.fault("create", "output", output={"images": [{"url": uri}]})
    image_set = run_set(ARTICLE, [Kind.HERO])
    (image,) = image_set.images
    assert (image_set.status, image.content_type, image.width) == ("complete", "image/png", 2752)
    assert image.note == "cut off: 99 bytes of padding after the picture's end"
    assert uri[:60] not in image_set.model_dump_json()
    assert "/hero.png" in str(image.url)


def test_what_has_arrived_is_not_asked_for_again_after_a_kill(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that dies with the answer in its hands leaves it to the next: whether it is stored then, or refused."""

    def dies(data: bytes) -> None:
        raise KeyError("killed")

    world.chutes.fault("generate", "polyglot", times=1, match=lambda call: call.model == "chutes-qwen-image")
    with monkeypatch.context() as patch:
        patch.setattr(answers, "delivered", dies)
        assert {image.status for image in run_set(ARTICLE, [Kind.COMPARISON]).images} == {"failed"}
    image_set = run_set(ARTICLE, [Kind.COMPARISON])
    assert [(image.status, image.cost_usd) for image in image_set.images] == [
        ("stored", COMPARISON_USD),
        ("failed", COMPARISON_USD),
    ]
    assert run_set(ARTICLE, [Kind.COMPARISON]).cost_usd == 0
    assert world.paid == (0, 2)


def test_a_failed_prediction_is_counted(world: World) -> None:
    """It is charged for, whatever came of it; the order that takes its place is counted by its own run."""
    world.replicate.fault("create", "failed", times=1, error="out of ideas")
    assert (hero().cost_usd, hero().cost_usd) == (HERO_USD, HERO_USD)
    assert month(world) == {"spent": 2 * HERO_USD, "reserved": {}}
