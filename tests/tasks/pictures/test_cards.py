"""Cards that show the article's hero: which one they show, and what happens without."""

import hashlib

import pytest

from imaging.articles.article import Article
from imaging.articles.brand import Brand
from imaging.kinds import Kind
from imaging.record import Image, ImageSet
from tests.world import World, run_set

ARTICLE = Article(topic="Brot", language="de", user_id="acme", brand=Brand(template="photo", color="#b5532a"))


def cards(image_set: ImageSet) -> list[Image]:
    return [image for image in image_set.images if image.kind is Kind.CARD]


def test_cards_show_the_hero_and_are_drawn_anew_with_another(world: World) -> None:
    """A card over the hero is one picture under two keys, says what it contains, and follows the hero."""
    first = run_set(ARTICLE, only=[Kind.HERO, Kind.CARD])
    assert first.status == "complete"
    assert [image.key for image in cards(first)] == [f"acme/brot/platform/{p}_og.jpg" for p in ("linkedin", "facebook")]
    assert len({image.sha256 for image in cards(first)}) == 1
    assert {(image.model, *image.contains) for image in cards(first)} == {("photo", "replicate")}
    again = run_set(ARTICLE, only=[Kind.CARD])  # the hero is no part of this run, and lies there
    assert {image.status for image in cards(again)} == {"reused"}

    run_set(ARTICLE, only=[Kind.HERO], refresh=True)
    third = run_set(ARTICLE, only=[Kind.CARD])
    assert {image.status for image in cards(third)} == {"stored"}
    assert {image.sha256 for image in cards(third)}.isdisjoint(image.sha256 for image in cards(first))


def test_without_a_hero_cards_are_drawn_without_and_say_so(world: World) -> None:
    """Where no hero was ever made, the gradient stands in, and the run is degraded; the real card comes later."""
    alone = run_set(ARTICLE, only=[Kind.CARD])
    assert alone.status == "degraded"
    for image in cards(alone):
        assert (image.model, image.durable, image.fallback_from) == ("gradient", True, "pillow:photo")
        assert image.error == "there is no hero to show"
    both = run_set(ARTICLE, only=[Kind.HERO, Kind.CARD])
    assert {(image.model, image.fallback_from) for image in cards(both)} == {("photo", None)}


def test_a_hero_that_has_vanished_is_not_shown(world: World) -> None:
    """A hero that was replaced behind the product's back is not taken for the one that the card was to show."""
    run_set(ARTICLE, only=[Kind.HERO])
    path = world.bucket / "acme/brot/hero.png"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert {image.model for image in cards(run_set(ARTICLE, only=[Kind.CARD]))} == {"gradient"}


def test_cards_that_stand_in_for_social_pictures_show_the_hero_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the budget a social picture is a card over the hero that was affordable, in its platform's ratio."""
    monkeypatch.setenv("IMAGES_BUDGETS", '{"run_usd": 0.07}')
    made = run_set(ARTICLE, only=[Kind.HERO, Kind.SOCIAL])
    social = [image for image in made.images if image.kind is Kind.SOCIAL]
    assert [(image.model, image.width, image.height) for image in social] == [
        ("photo", 1080, 1080),
        ("photo", 1080, 1920),
    ]
    assert {image.fallback_from for image in social} == {"replicate:black-forest-labs/flux-dev"}
    assert {image.contains[0] for image in social} == {"replicate"}
    hero = next(image for image in made.images if image.name == "hero")
    assert hashlib.sha256((world.bucket / str(hero.key)).read_bytes()).hexdigest() == hero.sha256
